package route

import (
	"sync"
	"sync/atomic"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Network is a road graph with the way on to it. Hand it on by pointer.
type Network struct {
	Name  string // shown in every answer, such as "built-in lattice" or the imported file's name
	Graph *road.Graph
	Edges *road.Edges // the shapes of the roads; nil for the lattice, whose arcs have none
	road.Snapper
	Hash [32]byte // SHA-256 of the graph's content

	once sync.Once
	in   incoming
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

// Metric is a network with the travel times of one profile. It is immutable and safe to share.
type Metric struct {
	Network *Network
	Profile road.Profile
	Weight  []road.Millis     // per arc
	Ways    *hierarchy.Metric // Weight on the network's hierarchy; an Index needs it

	labels atomic.Pointer[hierarchy.Labels] // of Ways, once they are built: the same times, read faster
}

// NewMetric computes the travel times of a network under a profile.
func NewMetric(n *Network, p road.Profile) *Metric {
	return &Metric{Network: n, Profile: p, Weight: n.Graph.Weights(&p)}
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
