package road

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Encode writes the roads as docs/format/network.md describes: six counts, then the slices.
func (r *Roads) Encode(w io.Writer) error {
	g, e := r.Graph, r.Edges
	out := encoder{w: w}
	name, names, letters := e.Name, e.Names, 0
	if name == nil {
		name, names = make([]uint32, e.Len()), []string{""}
	}
	for _, s := range names {
		letters += len(s)
	}
	for _, n := range []int{g.Nodes(), g.Arcs(), e.Len(), len(e.Lon), len(names), letters} {
		out.number(uint32(n))
	}
	numbers(&out, g.FirstOut)
	numbers(&out, g.Head)
	numbers(&out, g.Base)
	out.floats(g.Metres)
	octets(&out, g.Class)
	octets(&out, g.Zone)
	out.floats(g.Lon)
	out.floats(g.Lat)
	numbers(&out, e.Forward)
	numbers(&out, e.Backward)
	numbers(&out, e.First)
	out.floats(e.Lon)
	out.floats(e.Lat)
	numbers(&out, name)
	out.names(names)
	return out.flush()
}

// names writes where each name starts, then the bytes of all.
func (o *encoder) names(names []string) {
	at := uint32(0)
	o.number(at)
	for _, s := range names {
		at += uint32(len(s))
		o.number(at)
	}
	for _, s := range names {
		o.buf = append(o.buf, s...)
	}
}

// DecodeRoads reads what Encode writes, and nothing else: what it returns is valid.
func DecodeRoads(b []byte) (*Roads, error) {
	in := decoder{b}
	var n [6]uint64
	if len(b) < 4*len(n) {
		return nil, fmt.Errorf("roads: %d bytes hold no counts", len(b))
	}
	for i := range n {
		n[i] = uint64(in.number())
	}
	nodes, arcs, edges, points, names, letters := n[0], n[1], n[2], n[3], n[4], n[5]
	want := 4*(nodes+1) + 14*arcs + 8*nodes + 8*edges + 4*(edges+1) + 8*points + 4*edges + 4*(names+1) + letters
	if uint64(len(in.b)) != want {
		return nil, fmt.Errorf("roads: %d bytes, want %d for %d nodes, %d arcs, %d roads, %d points and %d names of %d bytes", len(in.b), want, nodes, arcs, edges, points, names, letters)
	}
	r := &Roads{Graph: &Graph{}, Edges: &Edges{}}
	g, e := r.Graph, r.Edges
	g.FirstOut = readNumbers[Arc](&in, nodes+1)
	g.Head = readNumbers[Node](&in, arcs)
	g.Base = readNumbers[Millis](&in, arcs)
	g.Metres = in.floats(arcs)
	g.Class = readOctets[Class](&in, arcs)
	g.Zone = readOctets[Zone](&in, arcs)
	g.Lon, g.Lat = in.floats(nodes), in.floats(nodes)
	e.Forward, e.Backward = readNumbers[Arc](&in, edges), readNumbers[Arc](&in, edges)
	e.First = readNumbers[uint32](&in, edges+1)
	e.Lon, e.Lat = in.floats(points), in.floats(points)
	e.Name = readNumbers[uint32](&in, edges)
	if !in.names(e, names, letters) {
		return nil, fmt.Errorf("roads: the %d names do not rise from 0 to %d bytes", names, letters)
	}
	if err := r.Validate(); err != nil {
		return nil, err
	}
	return r, nil
}

// encoder gathers little-endian bytes and writes them in large pieces.
type encoder struct {
	w   io.Writer
	buf []byte
	err error
}

func (o *encoder) number(v uint32) {
	o.buf = binary.LittleEndian.AppendUint32(o.buf, v)
	if len(o.buf) >= 1<<16 {
		o.err = o.flush()
	}
}

func (o *encoder) flush() error {
	if o.err == nil {
		_, o.err = o.w.Write(o.buf)
	}
	o.buf = o.buf[:0]
	return o.err
}

func (o *encoder) floats(v []float32) {
	for _, x := range v {
		o.number(math.Float32bits(x))
	}
}

func numbers[T ~uint32](o *encoder, v []T) {
	for _, x := range v {
		o.number(uint32(x))
	}
}

func octets[T ~uint8](o *encoder, v []T) {
	for _, x := range v {
		o.buf = append(o.buf, byte(x))
	}
}

// decoder takes values off the front of b, whose length has been checked.
type decoder struct{ b []byte }

func (i *decoder) take(n uint64) []byte {
	b := i.b[:n]
	i.b = i.b[n:]
	return b
}

// names reads the names; false where they do not follow each other. They share one string.
func (i *decoder) names(e *Edges, names, letters uint64) bool {
	first := readNumbers[uint32](i, names+1)
	if !rises(first, int(letters)) {
		return false
	}
	all := string(i.take(letters))
	e.Names = make([]string, names)
	for k := range e.Names {
		e.Names[k] = all[first[k]:first[k+1]]
	}
	return true
}

func (i *decoder) number() uint32 { return binary.LittleEndian.Uint32(i.take(4)) }

func (i *decoder) floats(n uint64) []float32 {
	b, v := i.take(4*n), make([]float32, n)
	for k := range v {
		v[k] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*k:]))
	}
	return v
}

func readNumbers[T ~uint32](i *decoder, n uint64) []T {
	b, v := i.take(4*n), make([]T, n)
	for k := range v {
		v[k] = T(binary.LittleEndian.Uint32(b[4*k:]))
	}
	return v
}

func readOctets[T ~uint8](i *decoder, n uint64) []T {
	b, v := i.take(n), make([]T, n)
	for k := range v {
		v[k] = T(b[k])
	}
	return v
}
