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

	mu        sync.Mutex
	hierarchy *hierarchy.Hierarchy

	shaping   sync.Once
	shapes    *Shapes
	shapeless error
}
