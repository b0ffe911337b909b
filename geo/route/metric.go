package route

import (
	"sync/atomic"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Metric is a network with the travel times of one profile. It is safe to share, and its times never
// change.
type Metric struct {
	Network *Network
	Profile road.Profile
	Weight  []road.Millis     // per arc
	Ways    *hierarchy.Metric // Weight on the network's hierarchy

	labels atomic.Pointer[hierarchy.Labels] // of Ways, once they are built: the same times, read faster
}

// NewMetric computes the travel times of a network under a profile.
func NewMetric(n *Network, p road.Profile) *Metric {
	weight := n.Graph.Weights(&p)
	return &Metric{Network: n, Profile: p, Weight: weight, Ways: n.Hierarchy().Customise(weight)}
}

// time returns the travel time of a link.
func (m *Metric) time(l *road.Link) road.Millis { return m.Profile.Time(l.Base, l.Class, l.Zone) }

// direct returns the time from one spot to another in the same square, or on the same edge without
// leaving it; Unreachable where they share none or the way is against a one-way street. Leave[0] goes along the arc and
// Leave[1] against it, so that the time between is the difference of the times to the end.
func (m *Metric) direct(from, to *road.Spot) road.Millis {
	if from.Square != 0 && from.Square == to.Square {
		return m.Profile.Time(from.Within, from.Leave[0].Class, from.Leave[0].Zone)
	}
	if !from.OnArc || !to.OnArc || from.Arc != to.Arc {
		return road.Unreachable
	}
	way := uint8(0)
	if to.Along < from.Along || to.Along == from.Along && m.time(&from.Leave[0]) == road.Unreachable {
		way = 1 // where both are at one point, whichever way is open
	}
	if way >= from.Leaves || way >= to.Leaves {
		return road.Unreachable
	}
	a, b := m.time(&from.Leave[way]), m.time(&to.Leave[way])
	if a == road.Unreachable || a < b {
		return road.Unreachable
	}
	return a - b
}
