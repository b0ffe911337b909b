package route

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// matrixKind is the file format of docs/format/matrix.md.
var matrixKind = artefact.Kind{Magic: [8]byte([]byte("NSMATRIX")), Version: 2}

// Save writes the matrix to a file, whole or not at all. inputs identifies what it was computed from:
// network, profile, sites and cells.
func (m *Matrix) Save(path string, inputs [32]byte) error {
	if err := artefact.Write(path, matrixKind, inputs, m.encode); err != nil {
		return fmt.Errorf("save travel times: %w", err)
	}
	return nil
}

func (m *Matrix) encode(w io.Writer) error {
	buf := binary.LittleEndian.AppendUint32(nil, uint32(m.Sites))
	buf = binary.LittleEndian.AppendUint32(buf, uint32(m.Cells))
	for s := range m.Sites {
		for _, t := range m.Row(s) {
			buf = binary.LittleEndian.AppendUint32(buf, uint32(t))
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
		buf = buf[:0]
	}
	_, err := w.Write(buf)
	return err
}

// LoadMatrix reads a matrix that was computed from the given inputs. A file that is missing, damaged,
// of another version or made from other inputs is refused with an error that wraps fs.ErrNotExist or
// artefact.ErrUnusable; the caller then computes the matrix again.
func LoadMatrix(path string, inputs [32]byte) (*Matrix, error) {
	made, body, err := artefact.Read(path, matrixKind)
	if err == nil && made != inputs {
		err = fmt.Errorf("%s: %w", path, artefact.ErrStale)
	}
	var m *Matrix
	if err == nil {
		m, err = decodeMatrix(body)
	}
	if err != nil {
		return nil, fmt.Errorf("load travel times: %w", err)
	}
	return m, nil
}

func decodeMatrix(b []byte) (*Matrix, error) {
	if len(b) < 8 {
		return nil, fmt.Errorf("%w: no sizes", artefact.ErrCorrupt)
	}
	sites, cells := uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[4:]))
	b = b[8:]
	if n := uint64(len(b)); n%4 != 0 || sites*cells != n/4 {
		return nil, fmt.Errorf("%w: %d bytes for %d × %d times", artefact.ErrCorrupt, n, sites, cells)
	}
	m := &Matrix{Sites: int(sites), Cells: int(cells), T: make([]road.Millis, len(b)/4)}
	for i := range m.T {
		m.T[i] = road.Millis(binary.LittleEndian.Uint32(b[4*i:]))
		if m.T[i] > road.Unreachable {
			return nil, fmt.Errorf("%w: a time of %d ms", artefact.ErrCorrupt, m.T[i])
		}
	}
	return m, nil
}
