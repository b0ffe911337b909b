package hierarchy

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// Step leads from a node up to a higher one, or down from it.
type Step struct {
	To   Rank
	Time road.Millis
}

// Steps are the edges in one direction that shortest ways need: those of rank x are Step[First[x]] to
// Step[First[x+1]-1], ascending by their higher node. Their times are those of shortest ways in the
// graph.
type Steps struct {
	First []Edge
	Step  []Step
}

// Perfect returns the metric with Out and In: perfect customisation (Dibbelt, Strasser and
// Wagner 2016) finds the edges that are longer than a way over higher nodes, which no shortest way uses,
// and leaves them out. Searches are then several times as fast.
func (m *Metric) Perfect() *Metric {
	exact := &Metric{H: m.H, Up: slices.Clone(m.Up), Down: slices.Clone(m.Down)}
	row := make(row, m.H.height)
	for y := m.H.Nodes() - 1; y >= 0; y-- {
		exact.overHigher(Rank(y), row)
	}
	return &Metric{H: m.H, Up: m.Up, Down: m.Down, Out: m.H.steps(m.Up, exact.Up), In: m.H.steps(m.Down, exact.Down), weight: m.weight}
}

// overHigher takes in the ways from nodes below y, over y to higher nodes and over those to y. The times
// of the edges up from y are those of shortest ways.
func (m *Metric) overHigher(y Rank, row row) {
	h := m.H
	row.load(m, y)
	for _, l := range h.edgesBelow(y) {
		toY, fromY := m.Up[l.edge], m.Down[l.edge]
		viaUp, viaDown := toY, fromY
		from, to := l.edge+1, h.First[l.tail+1]
		depth, up, down := h.depth[from:to], m.Up[from:to], m.Down[from:to]
		up, down = up[:len(depth)], down[:len(depth)]
		for i, d := range depth {
			z := row[d]
			u, v := up[i], down[i]
			viaUp, viaDown = min(viaUp, u+z.down), min(viaDown, z.up+v)
			up[i], down[i] = min(u, toY+z.up), min(v, z.down+fromY)
		}
		m.Up[l.edge], m.Down[l.edge] = viaUp, viaDown
	}
}

// steps returns the edges that are as short as the exact times, which are no longer.
func (h *Hierarchy) steps(way, exact []road.Millis) *Steps {
	n := 0
	for e, t := range way {
		if t < min(exact[e]+1, road.Unreachable) { // one comparison: no branch to guess wrong
			n++
		}
	}
	step := make([]Step, n+1) // the last is where those are written that are not kept
	first := make([]Edge, h.Nodes()+1)
	n = 0
	for x := range h.Nodes() {
		for e := h.First[x]; e < h.First[x+1]; e++ {
			step[n] = Step{h.Head[e], way[e]}
			if way[e] < min(exact[e]+1, road.Unreachable) {
				n++
			}
		}
		first[x+1] = Edge(n)
	}
	return &Steps{first, step[:n]}
}
