package road

import (
	"sync"

	"github.com/paulmach/orb"
)

// Edges are the roads of a Graph with their shapes and names. An edge is one road between two nodes: a
// forward arc along its points and, unless it is one-way, a backward arc against them. Connectors
// belong to no edge. Hand it on by pointer.
type Edges struct {
	Forward  []Arc    // per edge
	Backward []Arc    // per edge; equal to Forward where the edge is one-way
	First    []uint32 // edges + 1: the points of edge e are First[e] to First[e+1]-1, both ends included
	Lon, Lat []float32
	Name     []uint32 // per edge: a position in Names; nil where no edge has a name
	Names    []string // of streets; the first stands for none and is empty

	once sync.Once
	of   []uint32 // per arc up to the last of an edge: 1 + its edge
}

// Len returns the number of edges.
func (e *Edges) Len() int { return len(e.Forward) }

// Points returns the number of points of edge i, at least two.
func (e *Edges) Points(i int) int { return int(e.First[i+1] - e.First[i]) }

// Point returns point k of edge i.
func (e *Edges) Point(i, k int) orb.Point {
	p := int(e.First[i]) + k
	return orb.Point{float64(e.Lon[p]), float64(e.Lat[p])}
}

// Street returns the name of the street that edge i is a part of, else its number such as "A40"; "" where
// it has neither.
func (e *Edges) Street(i int) string {
	if e.Name == nil {
		return ""
	}
	return e.Names[e.Name[i]]
}

// Of returns the edge that an arc is a direction of; ok is false for a connector. The first call takes
// milliseconds, those after it a look into a table.
func (e *Edges) Of(a Arc) (edge int, ok bool) {
	e.once.Do(e.turn)
	if int(a) >= len(e.of) || e.of[a] == 0 {
		return 0, false
	}
	return int(e.of[a] - 1), true
}

// turn makes the table of edges by arc.
func (e *Edges) turn() {
	last := Arc(0)
	for i := range e.Forward {
		last = max(last, e.Forward[i], e.Backward[i])
	}
	e.of = make([]uint32, last+1)
	for i := range e.Forward {
		e.of[e.Forward[i]], e.of[e.Backward[i]] = uint32(i+1), uint32(i+1)
	}
}
