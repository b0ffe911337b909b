package artefact

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
)

// Scan reads a file of a kind without holding it. body is given the hash of its inputs and a reader of
// its body of size bytes; it must read all of it, or return an error, which Scan then returns. The
// checksum is looked at last: what body has read counts only where Scan returns no error.
func Scan(path string, k Kind, body func(inputs [32]byte, size int64, r io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		err = scan(bufio.NewReaderSize(f, 1<<16), info.Size(), k, body)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return errors.Join(err, f.Close())
}

func scan(r io.Reader, size int64, k Kind, body func(inputs [32]byte, size int64, r io.Reader) error) error {
	header := make([]byte, min(size, headerSize))
	if _, err := io.ReadFull(r, header); err != nil {
		return err
	}
	if err := checkHeader(header, size, k); err != nil {
		return err
	}
	sum := sha256.New()
	sum.Write(header)
	rest := size - headerSize - sumSize
	if err := body([32]byte(header[16:]), rest, io.TeeReader(io.LimitReader(r, rest), sum)); err != nil {
		return err
	}
	var want [sumSize]byte
	if _, err := io.ReadFull(r, want[:]); err != nil {
		return fmt.Errorf("%w: it ends within its checksum", ErrCorrupt)
	}
	if [sumSize]byte(sum.Sum(nil)) != want {
		return errSum
	}
	return nil
}
