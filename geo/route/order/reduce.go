package order

import "slices"

// kernel is what is left of a graph once its nodes of degree up to two are contracted: dead ends and
// runs of road without a junction, which are more than half of a street network. Contracting such a
// node adds at most one edge, so nothing is gained by keeping it for later.
type kernel struct {
	graph
	node   []int32 // per node of the kernel: its node in the whole graph
	weight []int32 // per node of the kernel: 1 and the contracted nodes that hang on it
}

// reduce contracts nodes of degree up to two until there are none, and returns them in that order and
// the rest. Neighbours are not contracted in one round, so that a run of n nodes becomes a tree of
// depth log n rather than a chain.
func reduce(g *graph) (contracted []int32, k *kernel) {
	r := reduction{graph: &graph{g.first, slices.Clone(g.head)}, weight: make([]int32, g.nodes())}
	r.degree, r.round = make([]int32, g.nodes()), make([]int32, g.nodes())
	var now []int32
	for v := range r.degree {
		r.degree[v], r.weight[v] = g.first[v+1]-g.first[v], 1
		if r.degree[v] <= 2 {
			now = append(now, int32(v))
		}
	}
	for round := int32(1); len(now) > 0; round++ {
		r.next = r.next[:0]
		for _, v := range now {
			r.contract(v, round)
		}
		now, r.next = r.next, now
	}
	return r.order, r.kernel()
}

// reduction is the graph as it shrinks: the first degree[v] entries of v's row are its neighbours.
type reduction struct {
	*graph
	degree []int32 // -1 once contracted
	round  []int32 // in which a neighbour was last contracted
	weight []int32
	order  []int32
	next   []int32 // to be contracted in the next round
}

func (r *reduction) contract(v, round int32) {
	if r.round[v] == round {
		r.next = append(r.next, v)
		return
	}
	row := r.head[r.first[v]:][:r.degree[v]]
	switch len(row) {
	case 1:
		r.replace(row[0], v, -1, round)
		r.weight[row[0]] += r.weight[v]
	case 2:
		a, b := row[0], row[1]
		if slices.Contains(r.head[r.first[a]:][:r.degree[a]], b) {
			r.replace(a, v, -1, round)
			r.replace(b, v, -1, round)
		} else {
			r.replace(a, v, b, round)
			r.replace(b, v, a, round)
		}
		if r.weight[b] < r.weight[a] {
			a = b
		}
		r.weight[a] += r.weight[v]
	}
	r.degree[v] = -1
	r.order = append(r.order, v)
}

// replace puts by in the place of the neighbour v of a, or closes the gap where by is -1.
func (r *reduction) replace(a, v, by, round int32) {
	row := r.head[r.first[a]:][:r.degree[a]]
	i := slices.Index(row, v)
	r.round[a] = round
	if by >= 0 {
		row[i] = by
		return
	}
	row[i] = row[len(row)-1]
	r.degree[a]--
	if r.degree[a] == 2 {
		r.next = append(r.next, a)
	}
}

func (r *reduction) kernel() *kernel {
	k := &kernel{graph: graph{first: []int32{0}}}
	local := make([]int32, r.nodes())
	for v, d := range r.degree {
		if d >= 0 {
			local[v] = int32(len(k.node))
			k.node, k.weight = append(k.node, int32(v)), append(k.weight, r.weight[v])
		}
	}
	for _, v := range k.node {
		for _, h := range r.head[r.first[v]:][:r.degree[v]] {
			k.head = append(k.head, local[h])
		}
		k.first = append(k.first, int32(len(k.head)))
	}
	return k
}
