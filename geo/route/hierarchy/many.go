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
	h     *Hierarchy
	ahead upward        // the ways by which times spread from the starts
	back  upward        // those of which the rest of a way to the starts is made
	time  []road.Millis // per rank
	stamp []uint32      // per rank: run where time is that of a way that only leads up, run+1 where it is the shortest
	run   uint32
	above []uint64 // a set of ranks, empty between queries
	chain []Rank
}

// upward are the ways up, or those down from above, of a metric: as steps where it has them.
type upward struct {
	first []Edge
	step  []Step
	head  []Rank
	time  []road.Millis
}

// NewMany returns scratch space for the metrics of the hierarchy: 8 bytes a node.
func (h *Hierarchy) NewMany() *Many {
	n := h.Nodes()
	return &Many{h: h, time: make([]road.Millis, n), stamp: make([]uint32, n), above: make([]uint64, (n+63)/64)}
}

// From begins a query for the times from the starts: to each node from the one that is soonest there.
func (q *Many) From(m *Metric, starts []Start) {
	q.ahead, q.back = m.up(), m.down()
	q.begin(starts)
}

// To begins a query for the times to the starts: from each node to the one soonest reached, the start's
// time included.
func (q *Many) To(m *Metric, starts []Start) {
	q.ahead, q.back = m.down(), m.up()
	q.begin(starts)
}

func (m *Metric) up() upward {
	if m.Out != nil {
		return upward{first: m.Out.First, step: m.Out.Step}
	}
	return upward{first: m.H.First, head: m.H.Head, time: m.Up}
}

func (m *Metric) down() upward {
	if m.In != nil {
		return upward{first: m.In.First, step: m.In.Step}
	}
	return upward{first: m.H.First, head: m.H.Head, time: m.Down}
}

func (q *Many) begin(starts []Start) {
	if q.run += 2; q.run == 0 { // after 2³¹ queries the old stamps would count again
		clear(q.stamp)
		q.run = 2
	}
	low := len(q.above)
	for _, s := range starts {
		low = min(low, int(s.At/64))
		for x := s.At; x != None && q.stamp[x] != q.run; x = q.h.Parent[x] {
			q.time[x], q.stamp[x] = road.Unreachable, q.run
			q.above[x/64] |= 1 << (x % 64)
		}
		q.time[s.At] = min(q.time[s.At], s.Time)
	}
	for w := low; w < len(q.above); w++ {
		for ; q.above[w] != 0; q.above[w] &= q.above[w] - 1 {
			x := Rank(64*w + bits.TrailingZeros64(q.above[w]))
			if q.time[x] != road.Unreachable {
				q.ahead.spread(x, q.time)
			}
		}
	}
}

// spread offers a node's time to the nodes above.
func (u *upward) spread(x Rank, time []road.Millis) {
	first, end, t := u.first[x], u.first[x+1], time[x]
	if u.step != nil {
		for _, s := range u.step[first:end] {
			time[s.To] = min(time[s.To], t+s.Time)
		}
		return
	}
	way := u.time[first:end]
	for i, y := range u.head[first:end] {
		time[y] = min(time[y], t+way[i])
	}
}

// gather returns a node's time by those of the nodes above, at most t.
func (u *upward) gather(x Rank, time []road.Millis, t road.Millis) road.Millis {
	first, end := u.first[x], u.first[x+1]
	if u.step != nil {
		for _, s := range u.step[first:end] {
			t = min(t, time[s.To]+s.Time)
		}
		return t
	}
	way := u.time[first:end]
	for i, y := range u.head[first:end] {
		t = min(t, time[y]+way[i])
	}
	return t
}

// Time returns the time between the starts of the query and a node.
func (q *Many) Time(x Rank) road.Millis {
	if q.stamp[x] == q.run+1 {
		return q.time[x]
	}
	q.chain = q.chain[:0]
	for y := x; y != None && q.stamp[y] != q.run+1; y = q.h.Parent[y] {
		q.chain = append(q.chain, y)
	}
	for i := len(q.chain) - 1; i >= 0; i-- {
		q.settle(q.chain[i])
	}
	return q.time[x]
}

// All returns the times between the starts of the query and every node, by rank, until the next query.
func (q *Many) All() []road.Millis {
	for x := len(q.time) - 1; x >= 0; x-- {
		if q.stamp[x] != q.run+1 {
			q.settle(Rank(x))
		}
	}
	return q.time
}

func (q *Many) settle(x Rank) {
	t := road.Unreachable
	if q.stamp[x] == q.run {
		t = q.time[x]
	}
	q.time[x], q.stamp[x] = q.back.gather(x, q.time, t), q.run+1
}
