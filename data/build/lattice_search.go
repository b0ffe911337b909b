package build

import (
	"math"

	"github.com/nearside-ems/nearside/geo/road"
)

// arcs are a graph's arcs by the node that they leave, or by the one that they reach.
type arcs struct {
	first  []road.Arc
	head   []road.Node
	time   []road.Millis
	metres []float32
}

// forwards returns the arcs of g by the node that they leave.
func forwards(g *road.Graph) arcs {
	return arcs{g.FirstOut, g.Head, g.Base, g.Metres}
}

// backwards returns the arcs of g by the node that they reach, turned round.
func backwards(g *road.Graph) arcs {
	a := arcs{make([]road.Arc, g.Nodes()+1), make([]road.Node, g.Arcs()), make([]road.Millis, g.Arcs()), make([]float32, g.Arcs())}
	for _, h := range g.Head {
		a.first[h+1]++
	}
	for v := range g.Nodes() {
		a.first[v+1] += a.first[v]
	}
	next := append([]road.Arc(nil), a.first...)
	for v := range g.Nodes() {
		for e := g.FirstOut[v]; e < g.FirstOut[v+1]; e++ {
			i := next[g.Head[e]]
			next[g.Head[e]]++
			a.head[i], a.time[i], a.metres[i] = road.Node(v), g.Base[e], g.Metres[e]
		}
	}
	return a
}

// noArc is how the nodes that a search starts from are reached.
const noArc road.Arc = math.MaxUint32

// search is Dijkstra's algorithm from several nodes up to a time; it is reusable scratch.
type search struct {
	arcs
	reached []road.Node // in the order in which they were settled
	time    []road.Millis
	metres  []float32
	via     []road.Arc // how each was reached; noArc for those that the search starts from
	stamp   []uint32   // run<<1 where reached, run<<1|1 where settled
	run     uint32
	ends    []end    // of from
	queue   []uint64 // binary heap of time<<32 | node
}

func newSearch(a arcs) *search {
	n := len(a.first) - 1
	return &search{arcs: a, time: make([]road.Millis, n), metres: make([]float32, n), via: make([]road.Arc, n), stamp: make([]uint32, n)}
}

// from searches from the nodes, each reached at time 0, as fromEnds does.
func (s *search) from(nodes []road.Node, limit road.Millis, want int, wanted func(road.Node) bool) {
	s.ends = s.ends[:0]
	for _, v := range nodes {
		s.ends = append(s.ends, end{v, 0})
	}
	s.fromEnds(s.ends, limit, want, wanted)
}

// fromEnds searches from the ends, each reached at its time, until all nodes within limit are settled, or want of those for
// which wanted is true.
func (s *search) fromEnds(ends []end, limit road.Millis, want int, wanted func(road.Node) bool) {
	s.run++
	s.queue, s.reached = s.queue[:0], s.reached[:0]
	for _, e := range ends {
		if e.time != road.Unreachable {
			s.relax(e.node, e.time, 0, noArc)
		}
	}
	for len(s.queue) > 0 {
		top := s.pop()
		v, t := road.Node(top), road.Millis(top>>32)
		if s.stamp[v] == s.run<<1|1 {
			continue
		}
		if t > limit {
			return
		}
		s.stamp[v] = s.run<<1 | 1
		s.reached = append(s.reached, v)
		if wanted != nil && wanted(v) {
			if want--; want == 0 {
				return
			}
		}
		for e := s.first[v]; e < s.first[v+1]; e++ {
			s.relax(s.head[e], t.Add(s.arcs.time[e]), s.metres[v]+s.arcs.metres[e], e)
		}
	}
}

// at returns the time of a node, Unreachable where the last search did not settle it.
func (s *search) at(v road.Node) road.Millis {
	if s.stamp[v] != s.run<<1|1 {
		return road.Unreachable
	}
	return s.time[v]
}

func (s *search) relax(v road.Node, t road.Millis, metres float32, via road.Arc) {
	if s.stamp[v]>>1 == s.run && s.time[v] <= t {
		return
	}
	s.stamp[v], s.time[v], s.metres[v], s.via[v] = s.run<<1, t, metres, via
	s.queue = append(s.queue, uint64(t)<<32|uint64(v))
	q := s.queue
	i := len(q) - 1
	for i > 0 && q[(i-1)/2] > q[i] {
		q[(i-1)/2], q[i] = q[i], q[(i-1)/2]
		i = (i - 1) / 2
	}
}

func (s *search) pop() uint64 {
	q := s.queue
	top, last := q[0], q[len(q)-1]
	q = q[:len(q)-1]
	for i := 0; ; {
		c := 2*i + 1
		if c >= len(q) {
			if len(q) > 0 {
				q[i] = last
			}
			break
		}
		if c+1 < len(q) && q[c+1] < q[c] {
			c++
		}
		if last <= q[c] {
			q[i] = last
			break
		}
		q[i] = q[c]
		i = c
	}
	s.queue = q
	return top
}
