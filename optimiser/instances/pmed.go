package instances

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// edge joins two nodes, counted from 0, a < b.
type edge struct{ a, b, cost int32 }

// readPmed reads "n m p" and m edges "a b cost". The last cost of a repeated edge counts, as with the
// program that made the published instances; an edge and its reverse are one.
func readPmed(s *scanner) (*Instance, error) {
	n, err := s.number("n, the number of nodes,", 1, MaxPoints)
	if err != nil {
		return nil, err
	}
	m, err := s.number("m, the number of edges,", 0, MaxEdges)
	if err != nil {
		return nil, err
	}
	p, err := s.number("p, the number of facilities,", 1, n)
	if err != nil {
		return nil, err
	}
	edges, err := readEdges(s, n, m)
	if err != nil {
		return nil, err
	}
	if s.skip() {
		return nil, s.wrong("%q follows the last of the %d edges that line 1 announces", clip(s.word()), m)
	}
	g := newGraph(n, edges)
	if v := g.unreached(); v >= 0 {
		return nil, s.whole("node %d cannot be reached from node 1; the graph must be connected", v+1)
	}
	in := &Instance{Name: s.name, Format: Pmed, Points: n, Place: p, Weight: ones(n), Distance: newMatrix(n)}
	longest := g.close(in.Distance.T)
	if longest > MaxDistance {
		return nil, s.whole("has a distance of %d; at most %d is allowed", longest, MaxDistance)
	}
	in.finish(float64(longest))
	for i := range in.Distance.T {
		in.Distance.T[i] *= in.Unit
	}
	return in, nil
}

func readEdges(s *scanner, n, m int) ([]edge, error) {
	var edges []edge
	for range m {
		a, err := s.number("a node", 1, n)
		if err != nil {
			return nil, err
		}
		b, err := s.number("a node", 1, n)
		if err != nil {
			return nil, err
		}
		if a == b {
			return nil, s.wrong("the edge leads from node %d to itself", a)
		}
		cost, err := s.number("the edge's cost", 0, MaxDistance)
		if err != nil {
			return nil, err
		}
		edges = append(edges, edge{int32(min(a, b) - 1), int32(max(a, b) - 1), int32(cost)})
	}
	return edges, nil
}

// graph holds the arcs of each node one after another.
type graph struct {
	first []int32 // per node, where its arcs begin
	arcs  []arc
}

type arc struct{ head, cost int32 }

// newGraph keeps the last of edges that join the same nodes, by a stable sort by counting.
func newGraph(n int, edges []edge) *graph {
	g := &graph{first: make([]int32, n+1), arcs: make([]arc, 2*len(edges))}
	for _, e := range edges {
		g.first[e.a+1]++
		g.first[e.b+1]++
	}
	for v := range n {
		g.first[v+1] += g.first[v]
	}
	next := slices.Clone(g.first)
	for _, e := range edges {
		g.arcs[next[e.a]], g.arcs[next[e.b]] = arc{e.b, e.cost}, arc{e.a, e.cost}
		next[e.a]++
		next[e.b]++
	}
	g.dropRepeated()
	return g
}

// dropRepeated keeps of a node's arcs to one head the last.
func (g *graph) dropRepeated() {
	seen := make([]int32, len(g.first)) // 1 + place in arcs of the arc that leads here
	to := int32(0)
	for v := range len(g.first) - 1 {
		from := to
		for _, a := range g.arcs[g.first[v]:g.first[v+1]] {
			if at := seen[a.head]; at > from {
				g.arcs[at-1].cost = a.cost
				continue
			}
			g.arcs[to] = a
			to++
			seen[a.head] = to
		}
		g.first[v] = from
	}
	g.first[len(g.first)-1] = to
	g.arcs = g.arcs[:to]
}

// unreached returns a node that no way leads to from node 0, or -1.
func (g *graph) unreached() int {
	reached := make([]bool, len(g.first)-1)
	reached[0] = true
	for open := []int32{0}; len(open) > 0; {
		v := open[len(open)-1]
		open = open[:len(open)-1]
		for _, a := range g.arcs[g.first[v]:g.first[v+1]] {
			if !reached[a.head] {
				reached[a.head] = true
				open = append(open, a.head)
			}
		}
	}
	return slices.Index(reached, false)
}

// close fills d with the length of the shortest way from each node to each, and returns the longest.
// It takes one node after another and searches as Dijkstra does, but the distances to the nodes before it
// are known from theirs, so only those after it wait in the queue. An arc that is longer than the
// way around it is dropped once the row of its tail has shown that.
func (g *graph) close(d []road.Millis) road.Millis {
	n := len(g.first) - 1
	end := slices.Clone(g.first[1:])
	var q queue
	longest := road.Millis(0)
	for s := range n {
		row := d[s*n:][:n]
		g.search(s, row, end, &q)
		longest = max(longest, slices.Max(row))
		to := g.first[s]
		for _, a := range g.arcs[g.first[s]:end[s]] {
			if road.Millis(a.cost) == row[a.head] {
				g.arcs[to] = a
				to++
			}
		}
		end[s] = to
		for v := s + 1; v < n; v++ {
			d[v*n+s] = row[v]
		}
	}
	return longest
}

// search completes the row of s, whose entries before s are known.
func (g *graph) search(s int, row []road.Millis, end []int32, q *queue) {
	for v := s + 1; v < len(row); v++ {
		row[v] = road.Unreachable
	}
	row[s] = 0
	for v := range s + 1 {
		for _, a := range g.arcs[g.first[v]:end[v]] {
			row[a.head] = min(row[a.head], row[v]+road.Millis(a.cost))
		}
	}
	q.reset()
	for v := s + 1; v < len(row); v++ {
		if row[v] < road.Unreachable {
			q.push(uint64(row[v])<<32 | uint64(v))
		}
	}
	for top, ok := q.pop(); ok; top, ok = q.pop() {
		v, at := int32(top&0xffffffff), road.Millis(top>>32)
		if at > row[v] {
			continue // settled before
		}
		for _, a := range g.arcs[g.first[v]:end[v]] {
			if to := at + road.Millis(a.cost); to < row[a.head] {
				row[a.head] = to
				q.push(uint64(to)<<32 | uint64(a.head))
			}
		}
	}
}
