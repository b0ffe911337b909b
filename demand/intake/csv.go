package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// sampleRows is how many rows guesses are made from.
const sampleRows = 1000

// ReadCSV reads calls from delimited text with a header line, which may be compressed with gzip or
// Zstandard. It holds at most 2 MiB of the text at a time, besides 9 bytes for each call and 22 for each
// row to find duplicates. With an error there are no calls; there is a report where all rows were read and
// too few of them are of use.
func ReadCSV(ctx context.Context, r io.Reader, s Settings) (*Batch, *Report, error) {
	if err := s.Validate(); err != nil {
		return nil, nil, err
	}
	text, format, closing, err := open(r, s.Progress)
	if err != nil {
		return nil, nil, err
	}
	defer closing()
	in := newSplitter(text)
	if err := in.fill(); err != nil {
		return nil, nil, err
	}
	if in.comma, err = delimiter(in.buf[:in.end], s.Delimiter); err != nil {
		return nil, nil, err
	}
	l, err := readHeader(in, &s)
	if err != nil {
		return nil, nil, err
	}
	k := newKeeper(&s, l)
	k.report.Format = fmt.Sprintf("%s, columns parted by %s", format, delimiterName[in.comma])
	if err := readRows(ctx, in, l, k); err != nil {
		return nil, nil, err
	}
	return k.close()
}

// readHeader reads the header line and finds out which column is for what.
func readHeader(in *splitter, s *Settings) (*layout, error) {
	first, err := in.next()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("the file is empty")
	}
	if err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	header := make([]string, len(first.fields))
	names := newWallClock(s.Zone, s.Now).names
	for i, f := range first.fields {
		v := textValue(f)
		if looksLikeData(&v, names) {
			return nil, fmt.Errorf("line %d looks like a row of calls: the file needs a header line with the names of the columns above it", first.line)
		}
		if !utf8.Valid(f) {
			return nil, fmt.Errorf("line %d: the header is not in UTF-8: convert the file, as with iconv -f WINDOWS-1252 -t UTF-8", first.line)
		}
		header[i] = strings.TrimSpace(string(f))
	}
	l, err := newLayout(header, s.Columns)
	if err != nil {
		return nil, err
	}
	if err := in.fill(); err != nil {
		return nil, err
	}
	sm := takeSample(in, len(header), s, names)
	if sm.rows == 0 {
		if err := in.none(); err != nil {
			return nil, err
		}
	}
	return l, l.guess(sm, s.TimeFormat)
}

// looksLikeData reports whether a field of the header is a time or a number, and no name.
func looksLikeData(v *value, names clockNames) bool {
	if v.missing() || len(v.text) < 3 {
		return false
	}
	if _, ok := v.number(); ok {
		return true
	}
	m, ok := parseMoment(v.text, names)
	return ok && (m.year != 0 || m.clock)
}

// takeSample looks at the rows that are in the buffer already, and leaves them there.
func takeSample(in *splitter, columns int, s *Settings, names clockNames) *sample {
	at, line := in.at, in.line
	sm := &sample{traits: make([]trait, columns)}
	for sm.rows < sampleRows {
		rec, err := in.scan()
		if errors.Is(err, errQuotes) {
			continue
		}
		if err != nil {
			break
		}
		sm.rows++
		for i, f := range rec.fields[:min(columns, len(rec.fields))] {
			v := textValue(f)
			sm.traits[i].look(&v, s, names)
		}
	}
	in.at, in.line = at, line
	return sm
}

// none says why no record follows: there is none, or it is too long.
func (s *splitter) none() error {
	at, line := s.at, s.line
	_, err := s.next()
	if errors.Is(err, io.EOF) {
		return errNoRows
	}
	if err != nil && !errors.Is(err, errQuotes) {
		return err
	}
	s.at, s.line = at, line
	return nil
}

// readRows examines all rows.
func readRows(ctx context.Context, in *splitter, l *layout, k *keeper) error {
	var r row
	columns := len(l.header)
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		rec, err := in.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errQuotes):
			k.report.Read++
			k.drop(rec.line, OddQuotes)
			continue
		case err != nil:
			return err
		}
		if !fits(rec.fields, columns) {
			k.report.Read++
			k.drop(rec.line, OddFields)
			continue
		}
		for u, i := range l.index {
			if i >= 0 {
				r[u] = textValue(rec.fields[i])
			}
		}
		if err := k.add(rec.line, &r, hash(rec.raw, 0)); err != nil {
			return err
		}
	}
}

// fits reports whether a record has as many fields as the header, empty ones at the end aside.
func fits(fields [][]byte, columns int) bool {
	if len(fields) < columns {
		return false
	}
	for _, f := range fields[columns:] {
		if len(trim(f)) > 0 {
			return false
		}
	}
	return true
}
