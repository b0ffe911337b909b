package road

import "github.com/paulmach/orb"

// MaxLinks is the most ways by which a Spot joins the network.
const MaxLinks = 3

// Link joins a Spot to a node: the time between them is Base under the profile's factor for Class and Zone.
type Link struct {
	Node  Node
	Base  Millis
	Class Class
	Zone  Zone
}

// Spot is a place on the network, from which a car starts or at which a call waits.
type Spot struct {
	Leave   [MaxLinks]Link // ways on to the network, Leaves of them
	Reach   [MaxLinks]Link // ways off it, Reaches of them
	Leaves  uint8
	Reaches uint8
	OnArc   bool // the spot lies on arc Arc at share Along of its length, and not only near nodes
	Arc     Arc
	Along   float32
	Metres  float32 // how far the given point is from the network
}

// Snapper finds the spot of a point. ok is false where the network is too far away.
type Snapper interface {
	Snap(p orb.Point) (s Spot, ok bool)
}
