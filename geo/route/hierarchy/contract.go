package hierarchy

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// renumber finds the elimination tree (Liu, A compact row storage scheme for Cholesky factors using
// elimination trees, 1986) and ranks its nodes in post-order: contracting adds the same edges, and what
// lies below a node lies together.
func (h *Hierarchy) renumber() {
	first, lower := h.neighbours(func(low, high Rank) (at, near Rank) { return high, low })
	parent := slices.Repeat([]Rank{None}, h.Nodes())
	above := slices.Clone(parent) // per rank: a node on its way to the root of what is joined so far
	for x := range Rank(h.Nodes()) {
		for _, r := range lower[first[x]:first[x+1]] {
			for above[r] != None && above[r] != x {
				above[r], r = x, above[r]
			}
			if above[r] == None {
				above[r], parent[r] = x, x
			}
		}
	}
	post := postOrder(parent)
	for v, x := range h.Rank {
		h.Rank[v] = post[x]
		h.Node[post[x]] = road.Node(v)
	}
}

// postOrder ranks the nodes of a tree whose parents have higher ranks than their children: a node comes
// right after all below it, and siblings in the order that they have.
func postOrder(parent []Rank) []Rank {
	n := len(parent)
	size := slices.Repeat([]Rank{1}, n)
	for x, p := range parent {
		if p != None {
			size[p] += size[x]
		}
	}
	post, free, all := make([]Rank, n), make([]Rank, n), Rank(n) // free: past the last rank not yet given
	for x := n - 1; x >= 0; x-- {
		end := &all
		if p := parent[x]; p != None {
			end = &free[p]
		}
		post[x] = *end - 1
		free[x] = post[x]
		*end -= size[x]
	}
	return post
}

// neighbours returns, by rank, one side of the nodes that arcs of the graph join, with repeats.
func (h *Hierarchy) neighbours(side func(low, high Rank) (at, near Rank)) (first []uint32, near []Rank) {
	first = make([]uint32, h.Nodes()+1)
	h.eachArc(func(low, high Rank) {
		at, _ := side(low, high)
		first[at+1]++
	})
	for x := range h.Nodes() {
		first[x+1] += first[x]
	}
	next := slices.Clone(first)
	near = make([]Rank, first[h.Nodes()])
	h.eachArc(func(low, high Rank) {
		at, y := side(low, high)
		near[next[at]] = y
		next[at]++
	})
	return first, near
}

// eachArc calls f for every arc that is not a loop.
func (h *Hierarchy) eachArc(f func(low, high Rank)) {
	for v, x := range h.Rank {
		for _, head := range h.graph.Head[h.graph.FirstOut[v]:h.graph.FirstOut[v+1]] {
			if y := h.Rank[head]; x != y {
				f(min(x, y), max(x, y))
			}
		}
	}
}

// contract finds the higher neighbours of every node, in any order: those that roads lead to, and those
// of the nodes whose lowest higher neighbour it is.
func (h *Hierarchy) contract() {
	n := h.Nodes()
	first, near := h.neighbours(func(low, high Rank) (at, near Rank) { return low, high })
	h.Parent, h.First = slices.Repeat([]Rank{None}, n), make([]Edge, n+1)
	child, sibling := slices.Repeat([]Rank{None}, n), make([]Rank, n)
	seen := slices.Repeat([]Rank{None}, n)
	for x := range Rank(n) {
		seen[x] = x
		h.addUnseen(near[first[x]:first[x+1]], seen, x)
		for c := child[x]; c != None; c = sibling[c] {
			h.addUnseen(h.Head[h.First[c]:h.First[c+1]], seen, x)
		}
		h.First[x+1] = Edge(len(h.Head))
		if up := h.Head[h.First[x]:]; len(up) > 0 {
			p := slices.Min(up)
			h.Parent[x], sibling[x], child[p] = p, child[p], x
		}
	}
	h.Head = slices.Clip(h.Head)
}

// addUnseen appends the nodes that were not yet seen by x.
func (h *Hierarchy) addUnseen(nodes, seen []Rank, x Rank) {
	for _, y := range nodes {
		if seen[y] != x {
			seen[y] = x
			h.Head = append(h.Head, y)
		}
	}
}

// sort lists the edges by their higher node, and from there again by their lower: then both are in
// order.
func (h *Hierarchy) sort() {
	h.firstLower, h.lower = make([]uint32, h.Nodes()+1), make([]lowerEdge, h.Edges())
	for _, y := range h.Head {
		h.firstLower[y+1]++
	}
	for y := range h.Nodes() {
		h.firstLower[y+1] += h.firstLower[y]
	}
	next := slices.Clone(h.firstLower)
	for x := range Rank(h.Nodes()) {
		for _, y := range h.Head[h.First[x]:h.First[x+1]] {
			h.lower[next[y]].tail = x
			next[y]++
		}
	}
	free := slices.Clone(h.First)
	for y := range Rank(h.Nodes()) {
		for i := h.firstLower[y]; i < h.firstLower[y+1]; i++ {
			l := &h.lower[i]
			l.edge = free[l.tail]
			free[l.tail]++
			h.Head[l.edge] = y
		}
	}
}
