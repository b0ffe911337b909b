package road

import "slices"

// Node is a position in Graph.Lon and Graph.Lat, and all but the last of Graph.FirstOut.
type Node uint32

// Arc is a position in Graph.Head and the other slices of one entry an arc.
type Arc uint32

// Class is the kind of road an arc runs on; it and the Zone decide the arc's speed in a Profile.
type Class uint8

// Classes, from OpenStreetMap's highway values; links count as their road. Lattice arcs stand for a
// whole path over several classes.
const (
	Motorway Class = iota
	Trunk
	Primary
	Secondary
	Tertiary
	Minor   // unclassified, residential, living street
	Service // service roads and tracks that a car may use
	BusOnly // bus lanes and gates: emergency driving only
	Lattice
	Classes
)

// Zone is the part of London that an arc lies in, as in TfL's speed statistics.
type Zone uint8

// The zones of TfL's Travel in London reports.
const (
	Central Zone = iota
	Inner
	Outer
	Zones
)

// Graph is a directed road network in compressed sparse rows: the arcs that leave node v are
// FirstOut[v] to FirstOut[v+1]-1.
type Graph struct {
	FirstOut []Arc     // nodes + 1
	Head     []Node    // per arc: where it ends
	Base     []Millis  // per arc: time at the reference profile (normal driving, weekday inter-peak), junction delay at its head included
	Metres   []float32 // per arc
	Class    []Class   // per arc
	Zone     []Zone    // per arc
	Lon, Lat []float32 // per node, degrees
}

// Nodes returns the number of nodes.
func (g *Graph) Nodes() int { return len(g.Lon) }

// Arcs returns the number of arcs.
func (g *Graph) Arcs() int { return len(g.Head) }

// Tail returns the node that an arc leaves, by binary search.
func (g *Graph) Tail(a Arc) Node {
	v, _ := slices.BinarySearch(g.FirstOut, a+1) // the first node whose arcs all come after a
	return Node(v - 1)
}

// Tails returns the node that each arc leaves.
func (g *Graph) Tails() []Node {
	tail := make([]Node, g.Arcs())
	for v := range g.Nodes() {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			tail[a] = Node(v)
		}
	}
	return tail
}
