package route

import "github.com/nearside-ems/nearside/geo/road"

// Network is a road graph with the way on to it.
type Network struct {
	Name  string // shown in every answer, such as "built-in lattice" or the imported file's name
	Graph *road.Graph
	road.Snapper
	Hash [32]byte // SHA-256 of the graph's content
}

// Metric is a network with the travel times of one profile. It is immutable and safe to share.
type Metric struct {
	Network *Network
	Profile road.Profile
	Weight  []road.Millis // per arc
}

// NewMetric computes the travel times of a network under a profile.
func NewMetric(n *Network, p road.Profile) *Metric {
	return &Metric{Network: n, Profile: p, Weight: n.Graph.Weights(&p)}
}
