package ledger

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
)

// An export of a log is a text of one line for each entry: its revision, a space, and its data byte for
// byte. docs/format/decisions.md describes it.

// WriteLine writes an entry as a line of an export.
func WriteLine(w io.Writer, e Entry) error {
	line := strconv.AppendUint(make([]byte, 0, 21+len(e.Data)+1), uint64(e.Revision), 10)
	line = append(append(append(line, ' '), e.Data...), '\n')
	_, err := w.Write(line)
	return err
}

// ReadLines yields the entries of an export. Of an entry whose data cannot be read the key is empty, and
// Verify says so. The error, after which nothing comes, wraps ErrInvalid and names the line, or is the
// reader's own.
func ReadLines(r io.Reader) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		in := bufio.NewScanner(r)
		in.Buffer(make([]byte, 0, 64<<10), MaxData+32)
		n := 0
		for in.Scan() {
			n++
			e, err := readLine(in.Bytes())
			if err != nil {
				err = fmt.Errorf("%w: line %d: %w", ErrInvalid, n, err)
			}
			if !yield(e, err) || err != nil {
				return
			}
		}
		switch err := in.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			yield(Entry{}, fmt.Errorf("%w: line %d: longer than any entry", ErrInvalid, n+1))
		case err != nil:
			yield(Entry{}, err)
		}
	}
}

var errLine = errors.New("want a revision, a space and an entry")

func readLine(line []byte) (Entry, error) {
	digits, data, ok := bytes.Cut(line, []byte{' '})
	revision, err := strconv.ParseUint(string(digits), 10, 63)
	if !ok || err != nil || revision == 0 || strconv.FormatUint(revision, 10) != string(digits) || len(data) == 0 {
		return Entry{}, errLine
	}
	e := Entry{Revision: Revision(revision), Data: bytes.Clone(data)}
	if envelope, err := Open(e.Data); err == nil {
		e.Key = envelope.Key
	}
	return e, nil
}
