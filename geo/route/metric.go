package route

import (
	"sync/atomic"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Metric is a network with the travel times of one profile and of the changes that roads are under. It
// is safe to share, and its times never change.
type Metric struct {
	Network *Network
	Profile road.Profile
	Weight  []road.Millis     // per arc
	Ways    *hierarchy.Metric // Weight on the network's hierarchy

	changed   []road.Arc                       // that are under a change
	isChanged []uint64                         // the same as a set; nil where there is none
	labels    atomic.Pointer[hierarchy.Labels] // of Ways, once they are built: the same times, read faster
}

// NewMetric computes the travel times of a network under a profile, with no changes.
func NewMetric(n *Network, p road.Profile) *Metric {
	weight := n.Graph.Weights(&p)
	return &Metric{Network: n, Profile: p, Weight: weight, Ways: n.Hierarchy().Customise(weight).Perfect()}
}

// direct returns the time from one spot to another in the same square, or on the same edge without
// leaving it; Unreachable where they share none or the way is against a one-way street.
func (m *Metric) direct(from, to *road.Spot) road.Millis {
	if from.Square != 0 && from.Square == to.Square {
		return m.Profile.Time(from.Within, from.Leave[0].Class, from.Leave[0].Zone)
	}
	way, ok := m.edgeWay(from, to)
	if !ok {
		return road.Unreachable
	}
	a, b := m.time(&from.Leave[way]), m.time(&to.Leave[way])
	if a == road.Unreachable || a < b {
		return road.Unreachable
	}
	return a - b
}

// edgeWay returns which link of a spot leads to another on the same edge. Leave[0] goes along the arc
// and Leave[1] against it, so that the time between is the difference of the times to the end.
func (m *Metric) edgeWay(from, to *road.Spot) (way uint8, ok bool) {
	if !from.OnArc || !to.OnArc || from.Arc != to.Arc {
		return 0, false
	}
	if to.Along < from.Along || to.Along == from.Along && m.time(&from.Leave[0]) == road.Unreachable {
		way = 1 // where both are at one point, whichever way is open
	}
	return way, way < from.Leaves && way < to.Leaves
}
