package order

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// graph is an undirected simple graph in compressed sparse rows: the neighbours of node v are
// head[first[v]:first[v+1]].
type graph struct {
	first []int32
	head  []int32
}

func (g *graph) nodes() int { return len(g.first) - 1 }

func (g *graph) of(v int32) []int32 { return g.head[g.first[v]:g.first[v+1]] }

// undirected returns the graph without directions, parallel arcs and loops; neighbours ascend.
func undirected(r *road.Graph) *graph {
	n := int32(r.Nodes())
	end := make([]int32, n+1) // of each node's arcs either way: first count, then place
	eachArc(r, func(v, w int32) { end[v+1]++; end[w+1]++ })
	for v := range n {
		end[v+1] += end[v]
	}
	all := make([]int32, end[n])
	eachArc(r, func(v, w int32) {
		all[end[v]], all[end[w]] = w, v
		end[v]++
		end[w]++
	})
	g := &graph{first: make([]int32, n+1), head: all[:0]} // what is kept never overtakes what is read
	start := int32(0)
	for v := range n {
		row := all[start:end[v]]
		start = end[v]
		slices.Sort(row)
		g.head = append(g.head, slices.Compact(row)...)
		g.first[v+1] = int32(len(g.head))
	}
	return g
}

// eachArc calls visit with the ends of every arc that is not a loop.
func eachArc(r *road.Graph, visit func(v, w int32)) {
	for v := range int32(r.Nodes()) {
		for _, w := range r.Head[r.FirstOut[v]:r.FirstOut[v+1]] {
			if int32(w) != v {
				visit(v, int32(w))
			}
		}
	}
}
