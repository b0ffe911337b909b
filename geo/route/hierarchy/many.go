package hierarchy

import (
	"math/bits"

	"github.com/nearside-ems/nearside/geo/road"
)

// Many is scratch space for the times between one place, or the nearest of several, and many nodes: lazy
// RPHAST (Strasser and Zeitz, Using Incremental Many-to-One Queries to Build a Fast and Tight Heuristic
// for A* in Road Networks, 2021). One search upward from the place, then each node's time follows from
// those of the nodes above it in the elimination tree, which are worked out once and remembered. One for
// each goroutine, used again and again; queries allocate nothing.
type Many struct {
	m     *Metric
	back  bool          // times to the starts, not from them
	time  []road.Millis // per rank
	stamp []uint32      // per rank: run where time is that of a way that only leads up, or down, run+1 where it is the shortest
	run   uint32
	above []uint64 // a set of ranks, empty between queries
	chain []Rank
}

// NewMany returns scratch space for the metrics of the hierarchy: 8 bytes a node.
func (h *Hierarchy) NewMany() *Many {
	n := h.Nodes()
	return &Many{time: make([]road.Millis, n), stamp: make([]uint32, n), above: make([]uint64, (n+63)/64)}
}

// From begins a query for the times from the starts: to each node from the one that is soonest there.
func (q *Many) From(m *Metric, starts []Start) { q.begin(m, false, starts) }

// To begins a query for the times to the starts: from each node to the one soonest reached, the start's
// time included.
func (q *Many) To(m *Metric, starts []Start) { q.begin(m, true, starts) }

func (q *Many) begin(m *Metric, back bool, starts []Start) {
	q.m, q.back = m, back
	if q.run += 2; q.run == 0 { // after 2³¹ queries the old stamps would count again
		clear(q.stamp)
		q.run = 2
	}
	lowest := len(q.above)
	for _, s := range starts {
		lowest = min(lowest, int(s.At/64))
		for x := s.At; x != None && q.stamp[x] != q.run; x = m.H.Parent[x] {
			q.time[x], q.stamp[x] = road.Unreachable, q.run
			q.above[x/64] |= 1 << (x % 64)
		}
		q.time[s.At] = min(q.time[s.At], s.Time)
	}
	for w := lowest; w < len(q.above); w++ {
		for ; q.above[w] != 0; q.above[w] &= q.above[w] - 1 {
			q.climb(Rank(64*w + bits.TrailingZeros64(q.above[w])))
		}
	}
}

// climb takes in the ways up from a node, or down to it.
func (q *Many) climb(x Rank) {
	switch t := q.time[x]; {
	case t == road.Unreachable:
	case q.back:
		q.m.reach(x, t, q.time)
	default:
		q.m.leave(x, t, q.time)
	}
}

// Time returns the time between the starts of the query and a node.
func (q *Many) Time(x Rank) road.Millis {
	final := q.run + 1
	if q.stamp[x] == final {
		return q.time[x]
	}
	chain, parent := q.chain[:0], q.m.H.Parent
	for y := x; y != None && q.stamp[y] != final; y = parent[y] {
		chain = append(chain, y)
		if q.stamp[y] != q.run {
			q.time[y] = road.Unreachable
		}
		q.stamp[y] = final
	}
	q.chain = chain
	switch m := q.m; {
	case q.back && m.Out != nil:
		m.Out.settle(chain, q.time)
	case q.back:
		m.H.settle(chain, m.Up, q.time)
	case m.In != nil:
		m.In.settle(chain, q.time)
	default:
		m.H.settle(chain, m.Down, q.time)
	}
	return q.time[x]
}

// settle works out the times of nodes, last to first, by those of the nodes above them.
func (h *Hierarchy) settle(nodes []Rank, way, time []road.Millis) {
	for i := len(nodes) - 1; i >= 0; i-- {
		x := nodes[i]
		first, end, t := h.First[x], h.First[x+1], time[x]
		way := way[first:end]
		for i, y := range h.Head[first:end] {
			t = min(t, time[y]+way[i])
		}
		time[x] = t
	}
}

func (s *Steps) settle(nodes []Rank, time []road.Millis) {
	for i := len(nodes) - 1; i >= 0; i-- {
		x := nodes[i]
		t := time[x]
		for _, y := range s.Step[s.First[x]:s.First[x+1]] {
			t = min(t, time[y.To]+y.Time)
		}
		time[x] = t
	}
}
