package dijkstra

import (
	"iter"

	"github.com/nearside-ems/nearside/geo/road"
)

// Search is scratch space for searches on one side of a graph: one for each goroutine, used again and
// again. It allocates 16 bytes a node when made, and in a search only where its front is wider than in
// any before.
type Search struct {
	side   *Side
	weight []road.Millis
	label  []label
	run    uint32 // of the search, even; labels of other runs do not count
	heap   queue
}

// label is what a search knows about a node.
type label struct {
	stamp uint32 // the run, plus one where the node is settled
	time  road.Millis
	from  road.Node // that it is reached from, itself where the search began
	via   road.Arc
}

// NewSearch returns scratch space.
func NewSearch(s *Side) *Search {
	return &Search{side: s, label: make([]label, len(s.first)-1)}
}

// Begin begins a search by the travel times of arcs, and forgets the one before.
func (s *Search) Begin(weight []road.Millis) {
	s.weight, s.heap = weight, s.heap[:0]
	if s.run += 2; s.run == 0 { // after 2³¹ searches the old stamps would count again
		clear(s.label)
		s.run = 2
	}
}

// From begins at a node at a time, as one of any number. Unreachable is never.
func (s *Search) From(v road.Node, t road.Millis) { s.offer(v, t, v, road.NoArc) }

// offer reaches node v at time t, where that is sooner than it was.
func (s *Search) offer(v road.Node, t road.Millis, from road.Node, via road.Arc) {
	l := &s.label[v]
	if t >= road.Unreachable || l.stamp&^1 == s.run && t >= l.time {
		return
	}
	*l = label{stamp: s.run, time: t, from: from, via: via}
	s.heap.push(uint64(t)<<32 | uint64(v))
}

// Settle settles the nodes up to a time, soonest first, and yields each with its time; of those that are
// open at one time, the one with the lowest number is first. A loop that is left early may be taken up by
// another.
func (s *Search) Settle(limit road.Millis) iter.Seq2[road.Node, road.Millis] {
	return func(yield func(road.Node, road.Millis) bool) {
		for len(s.heap) > 0 && road.Millis(s.heap[0]>>32) <= limit {
			top := s.heap.pop()
			v, t := road.Node(uint32(top)), road.Millis(top>>32)
			if s.label[v].time != t { // brought forward since: the queue holds both
				continue
			}
			s.label[v].stamp = s.run + 1
			s.spread(v, t)
			if !yield(v, t) {
				return
			}
		}
	}
}

// spread offers the arcs from a node.
func (s *Search) spread(v road.Node, t road.Millis) {
	first, end := s.side.first[v], s.side.first[v+1]
	if s.side.arc == nil {
		for a := first; a < end; a++ {
			s.offer(s.side.far[a], t+s.weight[a], v, road.Arc(a))
		}
		return
	}
	for i := first; i < end; i++ {
		a := s.side.arc[i]
		s.offer(s.side.far[i], t+s.weight[a], v, a)
	}
}

// All settles every node that can be reached.
func (s *Search) All() {
	for range s.Settle(road.Unreachable) { //nolint:revive // settling is all
	}
}

// Time returns the time of a node, Unreachable where it is not settled.
func (s *Search) Time(v road.Node) road.Millis {
	if l := &s.label[v]; l.stamp == s.run+1 {
		return l.time
	}
	return road.Unreachable
}

// Via returns how a settled node was reached: the arc, and the node at its other end. ok is false where
// the search began there.
func (s *Search) Via(v road.Node) (a road.Arc, from road.Node, ok bool) {
	l := &s.label[v]
	return l.via, l.from, l.via != road.NoArc
}
