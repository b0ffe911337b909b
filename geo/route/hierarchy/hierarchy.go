package hierarchy

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// Rank is a node's place in the order, 0 for the node contracted first. All of this package's slices
// of one entry a node are by rank: nodes that are searched together lie together.
type Rank uint32

// None is the parent of a root.
const None Rank = 1<<32 - 1

// Edge is a position in Hierarchy.Head and the other slices of one entry an edge. An edge joins two
// nodes, whichever way may be driven; it leads up, from its lower node to its higher.
type Edge uint32

// Hierarchy is a graph with the edges that contracting its nodes in order adds: any two higher
// neighbours of a node are neighbours. It is immutable and safe to share.
type Hierarchy struct {
	Rank   []Rank      // per road.Node
	Node   []road.Node // per rank
	Parent []Rank      // per rank: the lowest higher neighbour, None for a root; the elimination tree
	First  []Edge      // ranks + 1: the edges up from rank x are First[x] to First[x+1]-1
	Head   []Rank      // per edge: its higher node, ascending among the edges of a node

	arcs []arcOfEdge // ascending by edge: where the weights of edges come from
}

// arcOfEdge says that an arc of the graph runs along an edge, up or down.
type arcOfEdge struct {
	edge Edge
	arc  road.Arc
	down bool
}

// New contracts a graph in an order of its nodes, lowest rank first. It fails where order is not a
// permutation of the nodes.
func New(g *road.Graph, order []road.Node) (*Hierarchy, error) {
	n := g.Nodes()
	h := &Hierarchy{Rank: slices.Repeat([]Rank{None}, n), Node: slices.Clone(order), Parent: make([]Rank, n), First: make([]Edge, n+1)}
	if len(order) != n {
		return nil, fmt.Errorf("hierarchy: an order of %d nodes for a graph of %d", len(order), n)
	}
	for r, v := range order {
		if int(v) >= n || h.Rank[v] != None {
			return nil, errors.New("hierarchy: the order is not a permutation of the nodes")
		}
		h.Rank[v] = Rank(r)
	}
	h.contract(g)
	h.place(g)
	return h, nil
}

// Nodes returns the number of nodes.
func (h *Hierarchy) Nodes() int { return len(h.Node) }

// Edges returns the number of edges.
func (h *Hierarchy) Edges() int { return len(h.Head) }

// contract finds the higher neighbours of every node: those that roads lead to, and those of the nodes
// whose lowest higher neighbour it is.
func (h *Hierarchy) contract(g *road.Graph) {
	n := h.Nodes()
	first, near := h.neighbours(g)
	child, sibling := slices.Repeat([]Rank{None}, n), make([]Rank, n)
	seen := slices.Repeat([]Rank{None}, n)
	for x := range Rank(n) {
		from := len(h.Head)
		seen[x] = x
		add := func(y Rank) {
			if seen[y] != x {
				seen[y] = x
				h.Head = append(h.Head, y)
			}
		}
		for _, y := range near[first[x]:first[x+1]] {
			add(y)
		}
		for c := child[x]; c != None; c = sibling[c] {
			for _, y := range h.Head[h.First[c]:h.First[c+1]] {
				add(y)
			}
		}
		up := h.Head[from:]
		slices.Sort(up)
		h.First[x+1] = Edge(len(h.Head))
		h.Parent[x] = None
		if len(up) > 0 {
			h.Parent[x], sibling[x], child[up[0]] = up[0], child[up[0]], x
		}
	}
	h.Head = slices.Clip(h.Head)
}

// neighbours returns, by rank, the higher nodes that arcs of the graph join a node to, with repeats.
func (h *Hierarchy) neighbours(g *road.Graph) (first []Edge, near []Rank) {
	first = make([]Edge, h.Nodes()+1)
	h.each(g, func(low, _ Rank, _ road.Arc, _ bool) { first[low+1]++ })
	for x := range h.Nodes() {
		first[x+1] += first[x]
	}
	next := slices.Clone(first)
	near = make([]Rank, first[h.Nodes()])
	h.each(g, func(low, high Rank, _ road.Arc, _ bool) {
		near[next[low]] = high
		next[low]++
	})
	return first, near
}

// each calls f for every arc that is not a loop.
func (h *Hierarchy) each(g *road.Graph, f func(low, high Rank, a road.Arc, down bool)) {
	for v := range g.Nodes() {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			switch x, y := h.Rank[v], h.Rank[g.Head[a]]; {
			case x < y:
				f(x, y, a, false)
			case x > y:
				f(y, x, a, true)
			}
		}
	}
}

// place finds the edge of every arc.
func (h *Hierarchy) place(g *road.Graph) {
	h.each(g, func(low, high Rank, a road.Arc, down bool) {
		e, _ := h.find(low, high)
		h.arcs = append(h.arcs, arcOfEdge{e, a, down})
	})
	slices.SortFunc(h.arcs, func(a, b arcOfEdge) int { return int(a.edge) - int(b.edge) })
}

// find returns the edge between two nodes.
func (h *Hierarchy) find(low, high Rank) (Edge, bool) {
	i, ok := slices.BinarySearch(h.Head[h.First[low]:h.First[low+1]], high)
	return h.First[low] + Edge(i), ok
}
