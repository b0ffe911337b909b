package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// splitAll returns all records as text.
func splitAll(r io.Reader, comma byte) (records [][]string, lines []int64, err error) {
	s := newSplitter(r)
	s.comma = comma
	for {
		rec, err := s.next()
		if errors.Is(err, io.EOF) {
			return records, lines, nil
		}
		if err != nil {
			return records, lines, err
		}
		fields := make([]string, len(rec.fields))
		for i, f := range rec.fields {
			fields[i] = string(f)
		}
		records, lines = append(records, fields), append(lines, rec.line)
	}
}

// twin is encoding/csv on the same text.
func twin(text string, comma byte) (records [][]string, lines []int64, err error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = rune(comma)
	r.FieldsPerRecord = -1
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			return records, lines, nil
		}
		if err != nil {
			return records, lines, err
		}
		line, _ := r.FieldPos(0)
		records, lines = append(records, rec), append(lines, int64(line))
	}
}

// agree compares with encoding/csv wherever that takes the text. It does not know CR alone as the end of
// a line, and makes CRLF into LF within quotes.
func agree(text string, comma byte) error {
	want, wantLines, refused := twin(text, comma)
	if strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
		return nil
	}
	got, lines, err := splitAll(strings.NewReader(text), comma)
	if refused != nil {
		return nil //nolint:nilerr // what it refuses may be read or not
	}
	if err != nil {
		return fmt.Errorf("%w, but encoding/csv reads %q", err, want)
	}
	for _, rec := range got {
		for i := range rec {
			rec[i] = strings.ReplaceAll(rec[i], "\r\n", "\n")
		}
	}
	if !slices.EqualFunc(got, want, slices.Equal) || !slices.Equal(lines, wantLines) {
		return fmt.Errorf("got %q on lines %d, encoding/csv gets %q on %d", got, lines, want, wantLines)
	}
	return nil
}

func TestSplitterAgreesWithEncodingCSV(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "b c", ",", ";", "\n", "\r\n", `"`, `""`, `"x"`, "é", " ", "\"\n\"", "\"\r\n\"", `,"`, `",`, "\"\n"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 20).Draw(t, "text"), "")
		comma := rapid.SampledFrom([]byte{',', ';'}).Draw(t, "delimiter")
		if err := agree(text, comma); err != nil {
			t.Fatal(err)
		}
	})
}

// TestSplitterMindsNoBoundaries reads the same text whole and byte by byte.
func TestSplitterMindsNoBoundaries(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", ",", "\r", "\n", "\r\n", `"`, `""`, "\"a\r\nb\""})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 20).Draw(t, "text"), "")
		want, wantLines, wantErr := splitAll(strings.NewReader(text), ',')
		got, lines, err := splitAll(iotest.OneByteReader(strings.NewReader(text)), ',')
		if !slices.EqualFunc(got, want, slices.Equal) || !slices.Equal(lines, wantLines) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("%q on %v, %v byte by byte; %q on %v, %v whole", got, lines, err, want, wantLines, wantErr)
		}
	})
}

func TestSplitterRefills(t *testing.T) {
	var text strings.Builder
	for i := 0; text.Len() < 5*maxRecord; i++ {
		fmt.Fprintf(&text, "%d,%s,\"%s\"\n", i, strings.Repeat("x", i%97), strings.Repeat("y\n", i%13))
	}
	if err := agree(text.String(), ','); err != nil {
		t.Error(err)
	}
}

func TestSplitterTakesAnyLineEnd(t *testing.T) {
	got, lines, err := splitAll(strings.NewReader("a,b\rc,d\r\n\r\ne,f\n\ng,h"), ',')
	if want := [][]string{{"a", "b"}, {"c", "d"}, {"e", "f"}, {"g", "h"}}; err != nil || !slices.EqualFunc(got, want, slices.Equal) || !slices.Equal(lines, []int64{1, 2, 4, 6}) {
		t.Errorf("got %q on lines %v, %v", got, lines, err)
	}
}

// endless is one line without end.
type endless struct{ read int64 }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	e.read += int64(len(b))
	return len(b), nil
}

func TestSplitterRefusesLongRecords(t *testing.T) {
	for name, head := range map[string]string{"line": "a,b\nc,d\n", "quote": "a,b\nc,d\n\"", "field": "a,b\nc,d\ne,"} {
		tail := &endless{}
		_, _, err := splitAll(io.MultiReader(strings.NewReader(head), tail), ',')
		if err == nil || !strings.HasPrefix(err.Error(), "line 3: the record that begins here is longer than 1 MiB") {
			t.Errorf("%s: got %v", name, err)
		}
		if tail.read > 3*maxRecord {
			t.Errorf("%s: read %d bytes before it stopped", name, tail.read)
		}
	}
	whole := "a\n" + strings.Repeat("x", maxRecord+1) + "\nb\n"
	if _, _, err := splitAll(strings.NewReader(whole), ','); err == nil || !strings.HasPrefix(err.Error(), "line 2: ") {
		t.Errorf("a record a byte too long: %v", err)
	}
	ok := strings.Repeat("x", maxRecord)
	if got, _, err := splitAll(strings.NewReader("a\n"+ok+"\nb\n"), ','); err != nil || len(got) != 3 {
		t.Errorf("a record of %d bytes: %d records, %v", len(ok), len(got), err)
	}
}

func FuzzSplitter(f *testing.F) {
	for _, s := range []string{"", "a,b\r\n\"c\"\"d\",e\n", "\"a\nb\",\r\n", "a;b\rc;d", "\"", "\"a\"b,c\n", "\n\n\r\r\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := agree(text, ','); err != nil {
			t.Error(err)
		}
		if _, _, err := splitAll(strings.NewReader(text), ';'); err != nil && !errors.Is(err, errQuotes) && !strings.HasPrefix(err.Error(), "line ") {
			t.Errorf("an error without a line: %v", err)
		}
	})
}

// BenchmarkSplitter splits a million rows, beside encoding/csv.
func BenchmarkSplitter(b *testing.B) {
	text := million()
	b.Run("of=intake", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			s := newSplitter(bytes.NewReader(text))
			s.comma = ','
			for {
				if _, err := s.next(); err != nil {
					break
				}
			}
		}
	})
	b.Run("of=encoding-csv", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			r := csv.NewReader(bytes.NewReader(text))
			r.ReuseRecord = true
			for {
				if _, err := r.Read(); err != nil {
					break
				}
			}
		}
	})
}
