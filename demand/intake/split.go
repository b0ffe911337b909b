package intake

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// maxRecord is the length of the longest record that is read, in bytes. It bounds what a file without
// line ends, or with a quote that is never closed, can take of memory.
const maxRecord = 1 << 20

// splitter cuts delimited text into records and fields (RFC 4180). Lines end with LF, CRLF or CR, mixed
// at will; blank ones are passed over. A quote inside a field that does not begin with one stands for
// itself.
type splitter struct {
	r     io.Reader
	comma byte
	buf   []byte
	at    int // first byte of buf not yet given
	end   int // end of what has been read into buf
	eof   bool
	line  int64 // of the byte at `at`, from 1

	fields  [][]byte
	scratch []byte // fields whose doubled quotes were made single
}

// errQuotes is a record in which something follows a closing quote.
var errQuotes = errors.New("something other than a delimiter follows a closing quote")

func newSplitter(r io.Reader) *splitter {
	return &splitter{r: r, buf: make([]byte, 2*maxRecord), line: 1}
}

// fill reads until the buffer is full or the input ends.
func (s *splitter) fill() error {
	if s.at > 0 {
		s.end = copy(s.buf, s.buf[s.at:s.end])
		s.at = 0
	}
	for s.end < len(s.buf) && !s.eof {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if errors.Is(err, io.EOF) {
			s.eof = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

// record is one line of the file, or several where quoted fields hold line ends.
type record struct {
	line   int64 // on which it begins
	raw    []byte
	fields [][]byte
}

// next returns the next record, which is valid until the call after. The error is io.EOF at the end;
// errQuotes condemns the record only, any other the file.
func (s *splitter) next() (record, error) {
	for {
		rec, err := s.scan()
		short := err == errShort //nolint:errorlint // never wrapped, and asked for every record
		if !short && len(rec.raw) <= maxRecord {
			return rec, err
		}
		if !short || s.end-s.at > maxRecord {
			line := s.line
			if !short {
				line = rec.line
			}
			return record{}, fmt.Errorf("line %d: the record that begins here is longer than %d MiB: a line end is missing, or a quote is never closed", line, maxRecord>>20)
		}
		if err := s.fill(); err != nil {
			return record{}, fmt.Errorf("after line %d: %w", s.line-1, err)
		}
	}
}

// errShort says that a record ends beyond what is in the buffer.
var errShort = errors.New("more input is needed")

// scan returns the record at the head of the buffer, or errShort.
func (s *splitter) scan() (record, error) {
	if err := s.blank(); err != nil {
		return record{}, err
	}
	b := s.buf[s.at:s.end]
	s.fields, s.scratch = s.fields[:0], s.scratch[:0]
	comma, lines, stray := s.comma, int64(0), false
	for i, from := 0, 0; ; {
		if i < len(b) && b[i] == '"' {
			field, n, inner, ok := s.quoted(b[i:])
			if !ok {
				if s.eof {
					return record{}, fmt.Errorf("line %d: a quote opened here is never closed", s.line)
				}
				return record{}, errShort
			}
			lines += inner
			i += n
			end := plain(b[i:], comma)
			stray = stray || end > 0
			i += end
			s.fields = append(s.fields, field)
		} else {
			i += plain(b[i:], comma)
			s.fields = append(s.fields, b[from:i])
		}
		if i == len(b) && !s.eof {
			return record{}, errShort
		}
		if i < len(b) && b[i] == comma {
			i++
			from = i
			continue
		}
		after, ok := lineEnd(b, i, s.eof)
		if !ok {
			return record{}, errShort
		}
		rec := record{s.line, b[:i], s.fields}
		s.at += after
		if after > i {
			lines++
		}
		s.line += lines
		if stray {
			return rec, errQuotes
		}
		return rec, nil
	}
}

// blank passes over empty lines.
func (s *splitter) blank() error {
	for s.at < s.end {
		after, ok := lineEnd(s.buf[:s.end], s.at, s.eof)
		if !ok {
			return errShort
		}
		if after == s.at {
			return nil
		}
		s.at = after
		s.line++
	}
	if s.eof {
		return io.EOF
	}
	return errShort
}

// lineEnd returns where the line after a line end at b[i] begins: i itself where there is none. It is
// not ok where the byte after a CR has yet to be read.
func lineEnd(b []byte, i int, eof bool) (after int, ok bool) {
	switch {
	case i >= len(b) || b[i] != '\r' && b[i] != '\n':
		return i, true
	case b[i] == '\n':
		return i + 1, true
	case i+1 < len(b) && b[i+1] == '\n':
		return i + 2, true
	default:
		return i + 1, i+1 < len(b) || eof
	}
}

// plain returns the length of what precedes a delimiter or a line end.
func plain(b []byte, comma byte) int {
	for i, c := range b {
		if c == comma || c == '\n' || c == '\r' {
			return i
		}
	}
	return len(b)
}

// quoted reads a quoted field: its content, its length with quotes, and how many lines end in it.
func (s *splitter) quoted(b []byte) (field []byte, n int, lines int64, ok bool) {
	start := len(s.scratch)
	doubled := false
	for i := 1; ; {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			return nil, 0, 0, false
		}
		part := b[i : i+j]
		lines += countLines(part)
		i += j + 1
		if i < len(b) && b[i] == '"' {
			s.scratch = append(append(s.scratch, part...), '"')
			doubled = true
			i++
			continue
		}
		if i == len(b) && !s.eof {
			return nil, 0, 0, false
		}
		if !doubled {
			return part, i, lines, true
		}
		s.scratch = append(s.scratch, part...)
		return s.scratch[start:], i, lines, true
	}
}

// countLines counts line ends, CRLF as one.
func countLines(b []byte) int64 {
	return int64(bytes.Count(b, []byte{'\n'}) + bytes.Count(b, []byte{'\r'}) - bytes.Count(b, []byte("\r\n")))
}
