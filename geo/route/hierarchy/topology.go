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

// common iterates over the edges from each common lower neighbour of a node x and a higher one, z, to
// both, descending by neighbour.
func (h *Hierarchy) common(x, z Rank) iter.Seq2[lowerEdge, Edge] {
	return func(yield func(toX lowerEdge, toZ Edge) bool) {
		toX, toZ := h.edgesBelow(x), h.edgesBelow(z)
		j, _ := slices.BinarySearchFunc(toZ, x, func(l lowerEdge, x Rank) int { return cmp.Compare(l.tail, x) })
		for i, j := len(toX)-1, j-1; i >= 0 && j >= 0; {
			switch a, b := toX[i], toZ[j]; {
			case a.tail > b.tail:
				i--
			case a.tail < b.tail:
				j--
			case !yield(a, b.edge):
				return
			default:
				i--
				j--
			}
		}
	}
}

// edgesBelow returns the edges whose higher node is y, ascending by their lower.
func (h *Hierarchy) edgesBelow(y Rank) []lowerEdge {
	return h.lower[h.firstLower[y]:h.firstLower[y+1]]
}
