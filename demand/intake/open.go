package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// magic is how files of other formats begin, with what to do about them.
var magic = []struct{ begins, what string }{
	{"PK\x03\x04", "a zip file or a spreadsheet (.xlsx, .ods): save the sheet as CSV UTF-8, or unpack the file"},
	{"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls): save the sheet as CSV UTF-8"},
	{"\xfd7zXZ\x00", "compressed with xz: unpack it, as with xz -dc FILE | nearside import calls -"},
	{"BZh", "compressed with bzip2: unpack it, as with bzip2 -dc FILE | nearside import calls -"},
	{"7z\xbc\xaf", "a 7z archive: unpack it"},
	{"PAR1", "Parquet, which is read from a file and not from a stream or as CSV"},
	{"SQLite format 3\x00", "an SQLite database: export the table of calls as CSV"},
	{"%PDF", "a PDF: ask for the calls as CSV"},
	{"\xff\xfe", utf16},
	{"\xfe\xff", utf16},
	{"{", "JSON: convert the calls to CSV"},
	{"[{", "JSON: convert the calls to CSV"},
	{"<", "HTML or XML: save the calls as CSV"},
}

const utf16 = "in UTF-16: save it as CSV UTF-8, or convert it with iconv -f UTF-16 -t UTF-8"

// open unpacks gzip and Zstandard, refuses what is no text, and passes over a byte-order mark.
func open(r io.Reader, progress func(int64)) (text *bufio.Reader, format string, closing func(), err error) {
	text = bufio.NewReaderSize(&counting{r: r, tell: progress}, 1<<16)
	format, closing = "CSV", func() {}
	head, err := peek(text)
	if err != nil {
		return nil, "", nil, err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(text)
		if err != nil {
			return nil, "", nil, damaged("gzip", err)
		}
		text, format = bufio.NewReaderSize(unpacking{z, "gzip"}, 1<<16), "CSV, gzip"
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		z, err := zstd.NewReader(text, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, "", nil, damaged("Zstandard", err)
		}
		text, format, closing = bufio.NewReaderSize(unpacking{z, "Zstandard"}, 1<<16), "CSV, Zstandard", z.Close
	}
	if head, err = peek(text); err == nil {
		err = refuse(head)
	}
	if err != nil {
		closing()
		return nil, "", nil, err
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, _ = text.Discard(3)
		format += ", byte-order mark"
	}
	return text, format, closing, nil
}

// unpacking says of what is compressed that it is damaged.
type unpacking struct {
	r  io.Reader
	by string
}

func (u unpacking) Read(b []byte) (int, error) {
	n, err := u.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = damaged(u.by, err)
	}
	return n, err
}

func damaged(by string, err error) error {
	return fmt.Errorf("the file is compressed with %s, and damaged or cut short: %w", by, err)
}

// peek returns the head of a file.
func peek(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(4096)
	if len(head) == 0 {
		if err == nil || errors.Is(err, io.EOF) {
			return nil, errors.New("the file is empty")
		}
		return nil, err
	}
	return head, nil
}

// refuse says what a file is that is no text.
func refuse(head []byte) error {
	for _, m := range magic {
		if bytes.HasPrefix(head, []byte(m.begins)) {
			return fmt.Errorf("the file is %s", m.what)
		}
	}
	if zeros := bytes.Count(head, []byte{0}); 4*zeros > len(head) {
		return fmt.Errorf("the file is %s", utf16)
	} else if zeros > 0 {
		return errors.New("the file is no text: calls are read from CSV and Parquet")
	}
	return nil
}

// counting tells how much has been read.
type counting struct {
	r    io.Reader
	n    int64
	tell func(int64)
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	if c.tell != nil {
		c.tell(c.n)
	}
	return n, err
}
