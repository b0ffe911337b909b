package hierarchy

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// Metric is a hierarchy with travel times: no path over lower nodes is shorter than an edge. It is
// immutable and safe to share.
type Metric struct {
	H    *Hierarchy
	Up   []road.Millis // per edge: from its lower node to its higher
	Down []road.Millis // per edge: from its higher node to its lower

	// Out and In are what is left of Up and Down in a metric that Perfect returned, nil in others: the
	// steps of Leave and those of Reach.
	Out, In *Steps
}

// Customise computes the times of all edges from those of the graph's arcs.
func (h *Hierarchy) Customise(weight []road.Millis) *Metric {
	m := &Metric{H: h, Up: make([]road.Millis, h.Edges()), Down: make([]road.Millis, h.Edges())}
	for e := range m.Up {
		m.Up[e], m.Down[e] = road.Unreachable, road.Unreachable
	}
	for _, a := range h.arcs {
		way := m.Up
		if a.down {
			way = m.Down
		}
		way[a.edge] = min(way[a.edge], weight[a.arc])
	}
	h.lowerTriangles(func(low, mid, high Edge) {
		m.Up[high] = min(m.Up[high], m.Down[low]+m.Up[mid])
		m.Down[high] = min(m.Down[high], m.Down[mid]+m.Up[low])
	})
	return m
}

// lowerTriangles calls f for all triangles of edges x–y, x–z and y–z with x < y < z, ascending by y.
func (h *Hierarchy) lowerTriangles(f func(xy, xz, yz Edge)) {
	firstIn, tail, edge := h.lower()
	at := make([]Edge, h.Nodes())
	for y := range h.Nodes() {
		for e := h.First[y]; e < h.First[y+1]; e++ {
			at[h.Head[e]] = e
		}
		for i := firstIn[y]; i < firstIn[y+1]; i++ {
			for xz := edge[i] + 1; xz < h.First[tail[i]+1]; xz++ {
				f(edge[i], xz, at[h.Head[xz]])
			}
		}
	}
}

// lower returns the edges by their higher node: those of y are edge[first[y]] to edge[first[y+1]-1],
// and tail is the lower node of each.
func (h *Hierarchy) lower() (first []uint32, tail []Rank, edge []Edge) {
	first, tail, edge = make([]uint32, h.Nodes()+1), make([]Rank, h.Edges()), make([]Edge, h.Edges())
	for _, y := range h.Head {
		first[y+1]++
	}
	for y := range h.Nodes() {
		first[y+1] += first[y]
	}
	next := slices.Clone(first)
	for x := range Rank(h.Nodes()) {
		for e := h.First[x]; e < h.First[x+1]; e++ {
			i := next[h.Head[e]]
			next[h.Head[e]]++
			tail[i], edge[i] = x, e
		}
	}
	return first, tail, edge
}
