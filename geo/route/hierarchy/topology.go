package hierarchy

import (
	"cmp"
	"iter"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// tail returns the lower node of an edge.
func (h *Hierarchy) tail(e Edge) Rank {
	i, _ := slices.BinarySearch(h.First, e+1)
	return Rank(i - 1)
}

// arcs iterates over the arcs from one node to another.
func (h *Hierarchy) arcs(from, to Rank) iter.Seq[road.Arc] {
	return func(yield func(road.Arc) bool) {
		g, v := h.graph, h.Node[from]
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			if g.Head[a] == h.Node[to] && !yield(a) {
				return
			}
		}
	}
}

// common iterates over the edges from each common lower neighbour of two nodes to both.
func (h *Hierarchy) common(x, z Rank) iter.Seq2[Edge, Edge] {
	return func(yield func(toX, toZ Edge) bool) {
		toX, toZ := h.edgesBelow(x), h.edgesBelow(z)
		if len(toX) > 0 && len(toZ) > 0 {
			toX, toZ = from(toX, toZ[0].tail), from(toZ, toX[0].tail)
		}
		for len(toX) > 0 && len(toZ) > 0 {
			switch a, b := toX[0], toZ[0]; {
			case a.tail < b.tail:
				toX = toX[1:]
			case a.tail > b.tail:
				toZ = toZ[1:]
			case !yield(a.edge, b.edge):
				return
			default:
				toX, toZ = toX[1:], toZ[1:]
			}
		}
	}
}

// edgesBelow returns the edges whose higher node is y, ascending by their lower.
func (h *Hierarchy) edgesBelow(y Rank) []lowerEdge {
	return h.lower[h.firstLower[y]:h.firstLower[y+1]]
}

// from returns the edges of the list whose lower node is at least tail.
func from(list []lowerEdge, tail Rank) []lowerEdge {
	i, _ := slices.BinarySearchFunc(list, tail, func(l lowerEdge, x Rank) int { return cmp.Compare(l.tail, x) })
	return list[i:]
}
