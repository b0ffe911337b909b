package hierarchy

import "slices"

// roads returns, by rank, the higher nodes that arcs of the graph join a node to, with repeats.
func (h *Hierarchy) roads() (first []Edge, high []Rank) {
	first = make([]Edge, h.Nodes()+1)
	h.eachRoad(func(low, _ Rank) { first[low+1]++ })
	for x := range h.Nodes() {
		first[x+1] += first[x]
	}
	next := slices.Clone(first)
	high = make([]Rank, first[h.Nodes()])
	h.eachRoad(func(low, y Rank) {
		high[next[low]] = y
		next[low]++
	})
	return first, high
}

// eachRoad calls f for every arc that is not a loop.
func (h *Hierarchy) eachRoad(f func(low, high Rank)) {
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
	first, high := h.roads()
	h.Parent, h.First = slices.Repeat([]Rank{None}, n), make([]Edge, n+1)
	child, sibling := slices.Repeat([]Rank{None}, n), make([]Rank, n)
	seen := slices.Repeat([]Rank{None}, n)
	for x := range Rank(n) {
		seen[x] = x
		h.addUnseen(high[first[x]:first[x+1]], seen, x)
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
