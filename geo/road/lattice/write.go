package lattice

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/klauspost/compress/zstd"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

const (
	magic     = "NSLATTIC"
	version   = 1
	headBytes = 8 + 4*4 + 32 + 32
	// noWay stands for a missing way among the positions in a cell's list of nodes.
	noWay = 255
	// Times are stored in these units.
	arcUnit = 100 // ms
	wayUnit = 500 // ms
	// degree is the unit of coordinates: 0.11 m.
	degree = 1e6
)

// Write writes the lattice. The same lattice gives the same bytes.
func (l *Lattice) Write(w io.Writer) error {
	body, err := l.body()
	if err != nil {
		return err
	}
	z, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(8<<20))
	if err != nil {
		return err
	}
	head := []byte(magic)
	for _, n := range []int{version, l.Graph.Nodes(), l.Graph.Arcs(), len(body)} {
		head = binary.LittleEndian.AppendUint32(head, uint32(n))
	}
	cells := cellsHash(l.Cells)
	head = append(append(head, l.Hash[:]...), cells[:]...)
	_, err = w.Write(z.EncodeAll(body, head))
	return err
}

// cellsHash returns the SHA-256 of the cells' identifiers, a line each.
func cellsHash(g *grid.Grid) [32]byte {
	var b bytes.Buffer
	for i := range g.Len() {
		fmt.Fprintln(&b, g.ID(grid.Index(i)))
	}
	return sha256.Sum256(b.Bytes())
}

// body returns the columns, one after the other.
func (l *Lattice) body() ([]byte, error) {
	var b []byte
	g := l.Graph
	for c, z := range l.Zone {
		flags := byte(z) << 1
		if l.Modelled[c] {
			flags |= 1
		}
		b = append(b, flags)
	}
	for _, column := range [][]float32{g.Lon, g.Lat} {
		last := int64(0)
		for _, x := range column {
			v := int64(math.Round(float64(x) * degree))
			b = binary.AppendVarint(b, v-last)
			last = v
		}
	}
	for c := range g.Nodes() {
		b = binary.AppendUvarint(b, uint64(g.FirstOut[c+1]-g.FirstOut[c]))
	}
	for c := range g.Nodes() {
		last := int64(c)
		for _, h := range g.Head[g.FirstOut[c]:g.FirstOut[c+1]] {
			b = binary.AppendVarint(b, int64(h)-last)
			last = int64(h)
		}
	}
	for _, t := range g.Base {
		b = binary.AppendUvarint(b, units(t, arcUnit))
	}
	for _, m := range g.Metres {
		b = binary.AppendUvarint(b, uint64(math.Round(float64(m))))
	}
	return l.ways(b)
}

// ways appends the columns of the ways: each cell's list of nodes, then for each of the ways of a square
// the positions in that list, then their times.
func (l *Lattice) ways(b []byte) ([]byte, error) {
	lists := make([][]grid.Index, l.Graph.Nodes())
	for c := range lists {
		lists[c] = l.used(c)
		if len(lists[c]) >= noWay {
			return nil, fmt.Errorf("lattice: cell %s: ways to %d nodes; want under %d", l.Cells.ID(grid.Index(c)), len(lists[c]), noWay)
		}
		b = binary.AppendUvarint(b, uint64(len(lists[c])))
		last := int64(c)
		for _, n := range lists[c] {
			b = binary.AppendVarint(b, int64(n)-last)
			last = int64(n)
		}
	}
	for _, ways := range [][]Ways{l.On, l.Off} {
		for k := range road.MaxLinks {
			for i := range ways {
				at := noWay
				if w := ways[i][k]; w.Time != road.Unreachable {
					at, _ = slices.BinarySearch(lists[i/Squares], w.Cell)
				}
				b = append(b, byte(at))
			}
		}
	}
	for _, ways := range [][]Ways{l.On, l.Off} {
		for k := range road.MaxLinks {
			for i := range ways {
				if t := ways[i][k].Time; t != road.Unreachable {
					b = binary.AppendUvarint(b, units(t, wayUnit))
				}
			}
		}
	}
	return b, nil
}

// used returns the cells to whose nodes the squares of cell c have ways, ascending.
func (l *Lattice) used(c int) []grid.Index {
	var list []grid.Index
	for _, ways := range [][]Ways{l.On, l.Off} {
		for _, square := range ways[c*Squares : (c+1)*Squares] {
			for _, w := range square {
				if w.Time != road.Unreachable {
					list = append(list, w.Cell)
				}
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// units rounds a time to units of so many milliseconds.
func units(t road.Millis, unit uint64) uint64 { return (uint64(t) + unit/2) / unit }
