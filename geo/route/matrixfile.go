package route

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// matrixKind is the file format of docs/format/matrix.md.
var matrixKind = artefact.Kind{Magic: [8]byte([]byte("NSMATRIX")), Version: 2}

// portion is how many times are held at once while a matrix goes to a file: 8 MiB.
const portion = 1 << 21

// WriteMatrix computes the times from every site to every cell as NewMatrix does, straight into a file,
// whole or not at all. inputs identifies what they are computed from: network, times of its arcs, sites
// and cells. Beside what NewMatrix's search takes it holds no more than 16 MiB of times, or two rows for
// each of the hierarchy's lanes where those are longer.
func WriteMatrix(ctx context.Context, path string, inputs [32]byte, m *Metric, sites, cells []road.Spot, progress func(done, total int)) error {
	if err := fits(sites, cells); err != nil {
		return err
	}
	return newRows(m, sites, cells, false, progress).save(ctx, path, inputs)
}

// WriteMatrixFrom computes the times from every cell to every site, as WriteMatrix does the other way.
func WriteMatrixFrom(ctx context.Context, path string, inputs [32]byte, m *Metric, cells, sites []road.Spot, progress func(done, total int)) error {
	if err := fits(sites, cells); err != nil {
		return err
	}
	return newRows(m, sites, cells, true, progress).save(ctx, path, inputs)
}

func (r *rows) save(ctx context.Context, path string, inputs [32]byte) error {
	err := artefact.Write(path, matrixKind, inputs, func(w io.Writer) error { return r.stream(ctx, w, portion) })
	if err != nil {
		return fmt.Errorf("save travel times: %w", err)
	}
	return nil
}

// stream writes the body of the file, a portion while the next is computed.
func (r *rows) stream(ctx context.Context, w io.Writer, portion int) error {
	header := binary.LittleEndian.AppendUint32(nil, uint32(len(r.sites)))
	if _, err := w.Write(binary.LittleEndian.AppendUint32(header, uint32(len(r.cells)))); err != nil {
		return err
	}
	cells, sites := len(r.cells), len(r.sites)
	if cells == 0 {
		return ctx.Err()
	}
	step := min(sites, max(portion/cells/hierarchy.Lanes, 1)*hierarchy.Lanes)
	now, before := make([]road.Millis, step*cells), make([]road.Millis, step*cells)
	written := make(chan error, 1)
	written <- nil
	for first := 0; first < sites; first += step {
		now = now[:min(step, sites-first)*cells]
		err := r.fill(ctx, first, now)
		if last := <-written; err == nil {
			err = last
		}
		if err != nil {
			return err
		}
		go func(t []road.Millis) { written <- writeTimes(w, t) }(now)
		now, before = before, now
	}
	return <-written
}

func writeTimes(w io.Writer, times []road.Millis) error {
	buf := make([]byte, 0, 1<<15)
	for len(times) > 0 {
		n := min(len(times), cap(buf)/4)
		buf = buf[:0]
		for _, t := range times[:n] {
			buf = binary.LittleEndian.AppendUint32(buf, uint32(t))
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
		times = times[n:]
	}
	return nil
}

// LoadMatrix reads a matrix that was computed from the given inputs: 4 bytes of memory a time, and a row.
// A file that is missing, damaged, of another version or made from other inputs is refused with an error
// that wraps fs.ErrNotExist or artefact.ErrUnusable; the caller then computes the matrix again.
func LoadMatrix(path string, inputs [32]byte) (*Matrix, error) {
	var m *Matrix
	err := artefact.Scan(path, matrixKind, func(made [32]byte, size int64, r io.Reader) (err error) {
		if made != inputs {
			return artefact.ErrStale
		}
		m, err = decodeMatrix(r, size)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load travel times: %w", err)
	}
	return m, nil
}

// decodeMatrix reads the body of a file, of which there are size bytes.
func decodeMatrix(r io.Reader, size int64) (*Matrix, error) {
	var sizes [8]byte
	if _, err := io.ReadFull(r, sizes[:]); err != nil {
		return nil, fmt.Errorf("%w: no sizes", artefact.ErrCorrupt)
	}
	sites, cells := uint64(binary.LittleEndian.Uint32(sizes[:])), uint64(binary.LittleEndian.Uint32(sizes[4:]))
	if n := uint64(size - 8); n%4 != 0 || sites*cells != n/4 || n/4 > MatrixTimes {
		return nil, fmt.Errorf("%w: %d bytes for %d × %d times", artefact.ErrCorrupt, n, sites, cells)
	}
	m := &Matrix{Sites: int(sites), Cells: int(cells), T: make([]road.Millis, sites*cells)}
	buf := make([]byte, 4*min(cells, sites*cells))
	for from := 0; from < len(m.T); from += m.Cells {
		if _, err := io.ReadFull(r, buf); err != nil {
			return nil, fmt.Errorf("%w: it ends within row %d", artefact.ErrCorrupt, from/m.Cells)
		}
		for i := range m.Cells {
			t := road.Millis(binary.LittleEndian.Uint32(buf[4*i:]))
			if t > road.Unreachable {
				return nil, fmt.Errorf("%w: a time of %d ms", artefact.ErrCorrupt, t)
			}
			m.T[from+i] = t
		}
	}
	return m, nil
}
