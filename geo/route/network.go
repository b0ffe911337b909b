package route

import (
	"sync"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Network is a road graph with the way on to it. Hand it on by pointer; it is safe to share.
type Network struct {
	Name  string // shown in every answer, such as "built-in lattice" or the imported file's name
	Graph *road.Graph
	Edges *road.Edges // the shapes of the roads; nil for the lattice, whose arcs have none
	Order []road.Node // the nodes by when a hierarchy contracts them; nil: found when it is needed
	road.Snapper
	SnapMetres float64  // how far from every road a place may be to be joined to one
	Hash       [32]byte // SHA-256 of the graph's content

	once sync.Once
	in   incoming

	mu        sync.Mutex
	hierarchy *hierarchy.Hierarchy

	shaping   sync.Once
	shapes    *Shapes
	shapeless error
}

// incoming is the graph turned round: the arcs that end at node v are arc[first[v]] to arc[first[v+1]-1],
// and tail is where each starts.
type incoming struct {
	first []uint32
	tail  []road.Node
	arc   []road.Arc
}

// incoming returns the arcs by head, made on the first call.
func (n *Network) incoming() *incoming {
	n.once.Do(func() { n.in = turn(n.Graph) })
	return &n.in
}

func turn(g *road.Graph) incoming {
	in := incoming{make([]uint32, g.Nodes()+1), make([]road.Node, g.Arcs()), make([]road.Arc, g.Arcs())}
	for _, h := range g.Head {
		in.first[h+1]++
	}
	for v := range g.Nodes() {
		in.first[v+1] += in.first[v]
	}
	next := append([]uint32(nil), in.first...)
	for v := range g.Nodes() {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			i := next[g.Head[a]]
			next[g.Head[a]]++
			in.tail[i], in.arc[i] = road.Node(v), a
		}
	}
	return in
}
