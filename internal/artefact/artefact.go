package artefact

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// Kind is a file format.
type Kind struct {
	Magic   [8]byte
	Version uint32
}

// ErrUnusable is what every refused file has in common: callers make the file again, or say how to.
var ErrUnusable = errors.New("the file cannot be used")

// Why a file is refused. Each wraps ErrUnusable.
var (
	ErrForeign = fmt.Errorf("%w: it is not of this kind", ErrUnusable)
	ErrVersion = fmt.Errorf("%w: it was written by another version", ErrUnusable)
	ErrStale   = fmt.Errorf("%w: it was made from other inputs", ErrUnusable)
	ErrCorrupt = fmt.Errorf("%w: it is damaged or cut short", ErrUnusable)
)

const (
	headerSize = 8 + 4 + 4 + 32
	sumSize    = sha256.Size
)

// Write writes a file with the body that the function writes. Nothing is left behind when it fails.
func Write(path string, k Kind, inputs [32]byte, body func(io.Writer) error) error {
	return Replace(path, func(w io.Writer) error { return Encode(w, k, inputs, body) })
}

// Encode writes header, body and checksum.
func Encode(w io.Writer, k Kind, inputs [32]byte, body func(io.Writer) error) error {
	sum := sha256.New()
	buf := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<16)
	header := binary.LittleEndian.AppendUint32(k.Magic[:], k.Version)
	header = append(append(header, 0, 0, 0, 0), inputs[:]...)
	if _, err := buf.Write(header); err != nil {
		return err
	}
	if err := body(buf); err != nil {
		return err
	}
	if err := buf.Flush(); err != nil {
		return err
	}
	_, err := w.Write(sum.Sum(nil))
	return err
}

// Decode checks a whole file and returns the hash of its inputs and its body, which shares b's memory.
func Decode(b []byte, k Kind) (inputs [32]byte, body []byte, err error) {
	if err := checkHeader(b, int64(len(b)), k); err != nil {
		return inputs, nil, err
	}
	end := len(b) - sumSize
	if sum := sha256.Sum256(b[:end]); sum != [32]byte(b[end:]) {
		return inputs, nil, errSum
	}
	return [32]byte(b[16:headerSize]), b[headerSize:end], nil
}

var errSum = fmt.Errorf("%w: the checksum does not match", ErrCorrupt)

// checkHeader refuses a file that starts with b and has size bytes, where it is none of the kind.
func checkHeader(b []byte, size int64, k Kind) error {
	if len(b) < len(k.Magic) || [8]byte(b[:8]) != k.Magic {
		return fmt.Errorf("%w: want it to start with %q", ErrForeign, k.Magic)
	}
	if size < headerSize+sumSize {
		return fmt.Errorf("%w: %d bytes", ErrCorrupt, size)
	}
	if v := binary.LittleEndian.Uint32(b[8:]); v != k.Version {
		return fmt.Errorf("%w: version %d, want %d", ErrVersion, v, k.Version)
	}
	return nil
}

// Read reads a file of a kind and returns the hash of its inputs and its body.
func Read(path string, k Kind) (inputs [32]byte, body []byte, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return inputs, nil, err
	}
	if inputs, body, err = Decode(b, k); err != nil {
		return inputs, nil, fmt.Errorf("%s: %w", path, err)
	}
	return inputs, body, nil
}
