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
	up, down := slices.Clone(m.Up), slices.Clone(m.Down)
	m.H.upperTriangles(func(low, mid, high Edge) {
		up[mid] = min(up[mid], up[low]+up[high])
		up[low] = min(up[low], up[mid]+down[high])
		down[mid] = min(down[mid], down[high]+down[low])
		down[low] = min(down[low], up[high]+down[mid])
	})
	return &Metric{H: m.H, Up: m.Up, Down: m.Down, Out: m.H.steps(m.Up, up), In: m.H.steps(m.Down, down), weight: m.weight}
}

// upperTriangles calls f for all triangles of edges x–y, x–z and y–z with x < y < z, descending by x.
func (h *Hierarchy) upperTriangles(f func(xy, xz, yz Edge)) {
	for x := h.Nodes() - 1; x >= 0; x-- {
		end := h.First[x+1]
		for xy := h.First[x]; xy < end; xy++ {
			yz := h.First[h.Head[xy]]
			for xz := xy + 1; xz < end; xz++ {
				for h.Head[yz] != h.Head[xz] {
					yz++
				}
				f(xy, xz, yz)
			}
		}
	}
}

// steps returns the edges that are as short as the exact times.
func (h *Hierarchy) steps(way, exact []road.Millis) *Steps {
	s := &Steps{First: make([]Edge, h.Nodes()+1)}
	n := 0
	for e, t := range way {
		if t == exact[e] && t != road.Unreachable {
			n++
		}
	}
	s.Step = make([]Step, 0, n)
	for x := range h.Nodes() {
		for e := h.First[x]; e < h.First[x+1]; e++ {
			if t := way[e]; t == exact[e] && t != road.Unreachable {
				s.Step = append(s.Step, Step{h.Head[e], t})
			}
		}
		s.First[x+1] = Edge(len(s.Step))
	}
	return s
}
