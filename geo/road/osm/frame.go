package osm

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protowire"
)

// Limits of the PBF format: a blob header is under 64 KiB, a blob under 32 MiB, packed or not.
const (
	maxHeader = 64 << 10
	maxBlob   = 32 << 20
)

// frames reads the blobs of a PBF file one after the other.
// https://wiki.openstreetmap.org/wiki/PBF_Format
type frames struct {
	r      io.Reader
	offset int64 // bytes read
	header []byte
	blob   []byte
	raw    bytes.Buffer
	zlib   io.ReadCloser
}

// next returns the type and unpacked content of the next blob, valid until the next call; io.EOF at the end.
func (f *frames) next() (kind string, data []byte, err error) {
	first, unlike := f.offset == 0, ErrCorrupt // what a file is whose block header makes no sense
	if first {
		unlike = ErrNotPBF
	}
	kind, size, err := f.readHeader(unlike)
	if err != nil {
		return "", nil, err
	}
	if first && kind != "OSMHeader" {
		return "", nil, fmt.Errorf("%w: the first block is %.20q, want OSMHeader", ErrNotPBF, kind)
	}
	at := f.offset
	f.blob = resize(f.blob, size)
	if err := f.fill(f.blob); err != nil {
		return "", nil, err
	}
	if data, err = f.unpack(f.blob); err != nil {
		return "", nil, fmt.Errorf("%w: block at byte %d: %w", ErrCorrupt, at, err)
	}
	return kind, data, nil
}

func (f *frames) readHeader(unlike error) (kind string, size int, err error) {
	var length [4]byte
	switch n, err := io.ReadFull(f.r, length[:]); {
	case err == io.EOF && f.offset > 0:
		return "", 0, io.EOF
	case err == io.EOF:
		return "", 0, fmt.Errorf("%w: the file is empty", unlike)
	case err == io.ErrUnexpectedEOF && f.offset > 0:
		return "", 0, fmt.Errorf("%w, at byte %d", ErrTruncated, f.offset+int64(n))
	case err == io.ErrUnexpectedEOF:
		return "", 0, fmt.Errorf("%w: the file has less than four bytes", unlike)
	case err != nil:
		return "", 0, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n == 0 || n >= maxHeader {
		return "", 0, fmt.Errorf("%w: block header of %d bytes at byte %d, want under %d", unlike, n, f.offset, maxHeader)
	}
	at := f.offset
	f.offset += 4
	f.header = resize(f.header, int(n))
	if err := f.fill(f.header); err != nil {
		return "", 0, err
	}
	size = -1
	err = fields(f.header, func(num protowire.Number, v uint64, b []byte) error {
		switch num {
		case 1:
			kind = string(b)
		case 3:
			size = int(min(v, maxBlob+1))
		}
		return nil
	})
	if err == nil && (size < 0 || size > maxBlob) {
		err = fmt.Errorf("block of %d bytes, want 0 to %d", size, maxBlob)
	}
	if err != nil {
		return "", 0, fmt.Errorf("%w: block header at byte %d: %w", unlike, at, err)
	}
	return kind, size, nil
}

// fill reads all of b.
func (f *frames) fill(b []byte) error {
	n, err := io.ReadFull(f.r, b)
	f.offset += int64(n)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%w, at byte %d", ErrTruncated, f.offset)
	}
	return err
}

// unpack returns the content of a blob: raw (field 1) or zlib (field 3). The other packings of the
// format (lzma, lz4, zstd) are not written by the tools that publish London's extracts.
func (f *frames) unpack(blob []byte) (data []byte, err error) {
	var packed []byte
	size := 0
	err = fields(blob, func(num protowire.Number, v uint64, b []byte) error {
		switch num {
		case 1:
			data = b
		case 2:
			size = int(min(v, maxBlob+1))
		case 3:
			packed = b
		case 4, 5, 6, 7:
			return fmt.Errorf("packing %d is not supported: want zlib or none", num)
		}
		return nil
	})
	if err != nil || packed == nil {
		return data, err
	}
	if size > maxBlob {
		return nil, fmt.Errorf("over %d bytes when unpacked", maxBlob)
	}
	return f.inflate(packed, size)
}

func (f *frames) inflate(packed []byte, size int) ([]byte, error) {
	var err error
	if f.zlib == nil {
		f.zlib, err = zlib.NewReader(bytes.NewReader(packed))
	} else {
		err = f.zlib.(zlib.Resetter).Reset(bytes.NewReader(packed), nil)
	}
	if err != nil {
		f.zlib = nil
		return nil, err
	}
	f.raw.Reset()
	if _, err := f.raw.ReadFrom(io.LimitReader(f.zlib, int64(size)+1)); err != nil {
		return nil, err
	}
	if f.raw.Len() != size {
		return nil, fmt.Errorf("%d bytes when unpacked, want %d", f.raw.Len(), size)
	}
	return f.raw.Bytes(), nil
}

func resize(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n)
	}
	return b[:n]
}
