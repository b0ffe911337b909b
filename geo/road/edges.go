package road

import "github.com/paulmach/orb"

// Edges are the roads of a Graph with their shapes. An edge is one road between two nodes: a forward
// arc along its points and, unless it is one-way, a backward arc against them.
type Edges struct {
	Forward  []Arc    // per edge
	Backward []Arc    // per edge; equal to Forward where the edge is one-way
	First    []uint32 // edges + 1: the points of edge e are First[e] to First[e+1]-1, both ends included
	Lon, Lat []float32
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

// Turn is a turn that is forbidden: at the head of From, on to To.
type Turn struct{ From, To Arc }
