package route

import (
	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
)

// Shapes are the roads of a network where they run, and the index that finds them there.
type Shapes struct {
	Edges *road.Edges
	Index *road.EdgeSnapper
}

// Shapes returns the shapes of the roads; on the lattice they are straight lines from node to node. The
// first call makes what the network does not have already. The error is that there are no roads.
func (n *Network) Shapes() (*Shapes, error) {
	n.shaping.Do(func() { n.shapes, n.shapeless = n.shape() })
	return n.shapes, n.shapeless
}

func (n *Network) shape() (*Shapes, error) {
	edges := n.Edges
	if index, ok := n.Snapper.(*road.EdgeSnapper); ok && edges != nil {
		return &Shapes{edges, index}, nil
	}
	if edges == nil {
		edges = road.Straight(n.Graph)
	}
	index, err := road.NewEdgeSnapper(n.Graph, edges, SnapMetres)
	return &Shapes{edges, index}, err
}

// SnapHeading is Snap for a car that drives towards a heading, in degrees clockwise from north, on a
// network that knows the directions of its roads.
func (n *Network) SnapHeading(p orb.Point, heading float64) (road.Spot, bool) {
	if index, ok := n.Snapper.(*road.EdgeSnapper); ok {
		return index.SnapHeading(p, heading)
	}
	return n.Snap(p)
}
