package dijkstra

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// Side is a graph from one side: its arcs by the node that a search comes from. It is immutable and safe
// to share.
type Side struct {
	first []uint32    // nodes + 1
	far   []road.Node // per entry: where a search goes to
	arc   []road.Arc  // per entry; nil where entries are arcs
}

// Forward is the side of searches for times from a place: arcs are by the node that they leave.
func Forward(g *road.Graph) *Side {
	s := &Side{first: make([]uint32, g.Nodes()+1), far: g.Head}
	for v, a := range g.FirstOut {
		s.first[v] = uint32(a)
	}
	return s
}

// Backward is the side of searches for times to a place: arcs are by the node that they reach.
func Backward(g *road.Graph) *Side {
	s := &Side{first: make([]uint32, g.Nodes()+1), far: make([]road.Node, g.Arcs()), arc: make([]road.Arc, g.Arcs())}
	for _, h := range g.Head {
		s.first[h+1]++
	}
	for v := range g.Nodes() {
		s.first[v+1] += s.first[v]
	}
	next := slices.Clone(s.first)
	for v := range g.Nodes() {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			i := next[g.Head[a]]
			next[g.Head[a]]++
			s.far[i], s.arc[i] = road.Node(v), a
		}
	}
	return s
}
