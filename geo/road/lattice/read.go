package lattice

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// Errors that Read wraps.
var (
	ErrFormat = errors.New("not a lattice that this version reads")
	ErrCells  = errors.New("the lattice was made for other cells")
)

// Limits on what a file may claim, so that a damaged one does not take all memory: some 300,000 arcs and
// 10 MB are plenty for London.
const (
	maxArcs = 4 << 20
	maxBody = 64 << 20
	maxTime = 24 * 60 * 60 * 1000 // ms
)

// Read reads a lattice that was made for the cells of g. An error wraps ErrFormat or ErrCells, or is r's.
func Read(r io.Reader, g *grid.Grid) (*Lattice, error) {
	file, err := io.ReadAll(io.LimitReader(r, maxBody))
	if err != nil {
		return nil, fmt.Errorf("lattice: %w", err)
	}
	l, err := decode(file, g)
	if err != nil {
		return nil, fmt.Errorf("lattice: %w", err)
	}
	return l, nil
}

func decode(file []byte, g *grid.Grid) (*Lattice, error) {
	if len(file) < headBytes || string(file[:8]) != magic {
		return nil, fmt.Errorf("%w: it does not start with %q", ErrFormat, magic)
	}
	var n [4]uint32
	for i := range n {
		n[i] = binary.LittleEndian.Uint32(file[8+4*i:])
	}
	cells, arcs, length := int(n[1]), int(n[2]), int(n[3])
	switch {
	case n[0] != version:
		return nil, fmt.Errorf("%w: version %d, want %d", ErrFormat, n[0], version)
	case arcs > maxArcs || length > maxBody:
		return nil, fmt.Errorf("%w: %d arcs and %d bytes, want at most %d and %d", ErrFormat, arcs, length, maxArcs, maxBody)
	case cells != g.Len() || [32]byte(file[56:88]) != cellsHash(g):
		return nil, fmt.Errorf("%w: it has %d cells, the grid of resolution %d has %d; rebuild it with make data", ErrCells, cells, g.Res(), g.Len())
	}
	z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxBody))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	body, err := z.DecodeAll(file[headBytes:], make([]byte, 0, length))
	if err != nil {
		return nil, fmt.Errorf("%w: decompress: %w", ErrFormat, err)
	}
	if len(body) != length {
		return nil, fmt.Errorf("%w: %d bytes after decompression, want %d", ErrFormat, len(body), length)
	}
	in := columns{b: body}
	l := &Lattice{Cells: g, Hash: [32]byte(file[24:56])}
	in.graph(l, cells, arcs)
	in.ways(l)
	if in.err == nil && len(in.b) > 0 {
		in.fail("%d bytes are left over", len(in.b))
	}
	return l, in.err
}

// columns reads the body; after the first error it returns zeros.
type columns struct {
	b   []byte
	err error
}

func (in *columns) fail(format string, a ...any) {
	if in.err == nil {
		in.err = fmt.Errorf("%w: "+format, append([]any{ErrFormat}, a...)...)
		in.b = nil
	}
}

func (in *columns) signed() int64 {
	v, n := binary.Varint(in.b)
	if n <= 0 {
		in.fail("it ends early")
		return 0
	}
	in.b = in.b[n:]
	return v
}

// unsigned returns a number of at most most.
func (in *columns) unsigned(what string, most uint64) uint64 {
	v, n := binary.Uvarint(in.b)
	if n <= 0 || v > most {
		in.fail("%s %d, want at most %d", what, v, most)
		return 0
	}
	in.b = in.b[n:]
	return v
}

func (in *columns) byte() byte {
	if len(in.b) == 0 {
		in.fail("it ends early")
		return 0
	}
	v := in.b[0]
	in.b = in.b[1:]
	return v
}

// index returns last plus the next difference, a cell of so many.
func (in *columns) index(last, cells int) int {
	v := in.signed() + int64(last)
	if v < 0 || v >= int64(cells) {
		in.fail("cell %d of %d", v, cells)
		return 0
	}
	return int(v)
}

func (in *columns) graph(l *Lattice, cells, arcs int) {
	g := &road.Graph{FirstOut: make([]road.Arc, cells+1), Head: make([]road.Node, arcs), Base: make([]road.Millis, arcs),
		Metres: make([]float32, arcs), Class: make([]road.Class, arcs), Zone: make([]road.Zone, arcs)}
	l.Graph, l.Modelled, l.Zone = g, make([]bool, cells), make([]road.Zone, cells)
	for c := range cells {
		flags := in.byte()
		l.Modelled[c], l.Zone[c] = flags&1 != 0, road.Zone(flags>>1)
		if l.Zone[c] >= road.Zones {
			in.fail("zone %d", l.Zone[c])
			l.Zone[c] = 0
		}
	}
	g.Lon, g.Lat = in.degrees(cells), in.degrees(cells)
	for c := range cells {
		g.FirstOut[c+1] = g.FirstOut[c] + road.Arc(in.unsigned("arcs of a cell", uint64(cells)))
	}
	if in.err == nil && int(g.FirstOut[cells]) != arcs {
		in.fail("%d arcs, want %d", g.FirstOut[cells], arcs)
	}
	if in.err != nil {
		return
	}
	for c := range cells {
		last := c
		for a := g.FirstOut[c]; a < g.FirstOut[c+1]; a++ {
			last = in.index(last, cells)
			g.Head[a], g.Class[a], g.Zone[a] = road.Node(last), road.Lattice, l.Zone[c]
		}
	}
	for a := range g.Base {
		g.Base[a] = road.Millis(arcUnit * in.unsigned("time", maxTime/arcUnit))
	}
	for a := range g.Metres {
		g.Metres[a] = float32(in.unsigned("metres", 1e6))
	}
}

func (in *columns) degrees(n int) []float32 {
	out := make([]float32, n)
	last := int64(0)
	for i := range out {
		last += in.signed()
		if last < -180*degree || last > 180*degree {
			in.fail("coordinate %d", last)
			return out
		}
		out[i] = float32(float64(last) / degree)
	}
	return out
}

func (in *columns) ways(l *Lattice) {
	cells := l.Graph.Nodes()
	lists := make([][]grid.Index, cells)
	for c := range lists {
		lists[c] = make([]grid.Index, in.unsigned("nodes of a cell", noWay-1))
		last := c
		for k := range lists[c] {
			last = in.index(last, cells)
			lists[c][k] = grid.Index(last)
		}
	}
	if in.err != nil {
		return
	}
	l.On, l.Off = make([]Ways, cells*Squares), make([]Ways, cells*Squares)
	for _, ways := range [][]Ways{l.On, l.Off} {
		for k := range road.MaxLinks {
			for i := range ways {
				ways[i][k] = in.way(lists[i/Squares])
			}
		}
	}
	for _, ways := range [][]Ways{l.On, l.Off} {
		for k := range road.MaxLinks {
			for i := range ways {
				if w := &ways[i][k]; w.Time != road.Unreachable {
					w.Time = road.Millis(wayUnit * in.unsigned("time", maxTime/wayUnit))
				}
			}
		}
	}
}

// way returns a way whose time is yet to come.
func (in *columns) way(list []grid.Index) Way {
	at := int(in.byte())
	if at == noWay {
		return Way{Time: road.Unreachable}
	}
	if at >= len(list) {
		in.fail("node %d of %d", at, len(list))
		return Way{Time: road.Unreachable}
	}
	return Way{Cell: list[at]}
}
