package road

import (
	"math"

	"github.com/paulmach/orb"
)

// MaxLinks is the most ways by which a Spot joins the network.
const MaxLinks = 3

// NoArc is the Arc of a Link that runs along no arc of the graph.
const NoArc Arc = math.MaxUint32

// Link joins a Spot to a node: the time between them is Base under the profile's factor for Class and
// Zone. It runs along a part of Arc, so that what closes or slows the arc closes or slows it; those of
// the lattice stand for streets that are no arcs and have NoArc.
type Link struct {
	Node  Node
	Arc   Arc
	Base  Millis
	Class Class
	Zone  Zone
}

// Spot is a place on the network, from which a car starts or at which a call waits.
type Spot struct {
	Leave   [MaxLinks]Link // ways on to the network, Leaves of them; Base is Unreachable where the car faces the other way
	Reach   [MaxLinks]Link // ways off it, Reaches of them
	Leaves  uint8
	Reaches uint8
	OnArc   bool // the spot lies on arc Arc at share Along of its length, and not only near nodes
	Arc     Arc
	Along   float32
	Square  uint32  // not 0: the spot is anywhere in this square, Within away from others in it
	Within  Millis  // for the Class and Zone of Leave[0], as the Base of a Link
	Metres  float32 // how far the given point is from the network
}

// Snapper finds the spot of a point. ok is false where the network is too far away.
type Snapper interface {
	Snap(p orb.Point) (s Spot, ok bool)
}

// SpotOn returns the spot at a share of the length of arc a. back is the arc against it, a itself where
// the road is one-way. Leave[0] and Reach[0] go along a, Leave[1] and Reach[1] against it. The time
// along a part of an arc is that part of the arc's, junction delay included.
func (g *Graph) SpotOn(a, back Arc, along float32) Spot {
	s := Spot{Leaves: 1, Reaches: 1, OnArc: true, Arc: a, Along: along}
	s.Leave[0], s.Reach[0] = g.link(g.Head[a], a, 1-along), g.link(g.tail(a, g.Head[back]), a, along)
	if back != a {
		s.Leave[1], s.Reach[1] = g.link(g.Head[back], back, along), g.link(g.tail(back, g.Head[a]), back, 1-along)
		s.Leaves, s.Reaches = 2, 2
	}
	return s
}

func (g *Graph) link(v Node, a Arc, share float32) Link {
	base := Unreachable
	if g.Base[a] != Unreachable {
		base = Millis(math.Round(float64(g.Base[a]) * float64(share)))
	}
	return Link{Node: v, Arc: a, Base: base, Class: g.Class[a], Zone: g.Zone[a]}
}

// tail returns the node that arc a leaves, quickly where that is v: where a two-way road ends at a
// junction that is not split, the arc against a ends there too.
func (g *Graph) tail(a Arc, v Node) Node {
	if g.FirstOut[v] <= a && a < g.FirstOut[v+1] {
		return v
	}
	return g.Tail(a)
}
