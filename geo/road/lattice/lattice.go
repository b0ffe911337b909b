package lattice

import (
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// Way joins a square to the network: it is the time between the square and a cell's node.
type Way struct {
	Cell grid.Index
	Time road.Millis // at the reference profile; Unreachable where there is no such way
}

// Ways are a square's ways to or from the network, the present ones first.
type Ways [road.MaxLinks]Way

// Lattice is a road network whose nodes are the cells of a grid. It is immutable and safe to share.
type Lattice struct {
	Cells    *grid.Grid
	Graph    *road.Graph // node i is cell i; it lies on the road that stands for the cell
	Modelled []bool      // per cell: its roads were modelled, not measured
	Zone     []road.Zone // per cell; arcs and ways have the zone of the cell that they leave
	On, Off  []Ways      // per cell and square, at cell*Squares+square: on to the network and off it
	Hash     [32]byte    // SHA-256 of the sources
}
