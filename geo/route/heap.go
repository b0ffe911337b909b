package route

import "github.com/nearside-ems/nearside/geo/road"

// label is what a search knows about a node. It counts only while stamp is the search's, so that
// nothing has to be cleared between searches.
type label struct {
	stamp uint32
	time  road.Millis
}

// entry is a node that was open at a time.
type entry struct {
	time road.Millis
	node road.Node
}

// queue is a 4-ary heap of nodes by time. A node that is brought forward is entered again and its old
// entry passed over when it comes up: roads have few such nodes, and a heap that holds its own keys
// stays in the cache, unlike one that has to look them up by node.
type queue struct {
	label []label
	stamp uint32
	heap  []entry
}

// reset empties the queue and forgets all labels.
func (q *queue) reset() {
	q.heap = q.heap[:0]
	if q.stamp++; q.stamp == 0 { // after 2³² searches the old stamps would count again
		clear(q.label)
		q.stamp = 1
	}
}

// offer opens node v at time t, or brings it forward where that is sooner.
func (q *queue) offer(v road.Node, t road.Millis) {
	l := &q.label[v]
	if t == road.Unreachable || l.stamp == q.stamp && t >= l.time {
		return
	}
	l.stamp, l.time = q.stamp, t
	q.heap = append(q.heap, entry{t, v})
	q.up(len(q.heap) - 1)
}

// next takes the soonest node out; ok is false when none is open.
func (q *queue) next() (v road.Node, t road.Millis, ok bool) {
	for len(q.heap) > 0 {
		e := q.heap[0]
		last := len(q.heap) - 1
		x := q.heap[last]
		q.heap = q.heap[:last]
		if last > 0 {
			q.down(x)
		}
		if q.label[e.node].time == e.time {
			return e.node, e.time, true
		}
	}
	return 0, 0, false
}

// up moves the entry at i towards the root until its parent is no later.
func (q *queue) up(i int) {
	x := q.heap[i]
	for i > 0 {
		p := (i - 1) / 4
		if q.heap[p].time <= x.time {
			break
		}
		q.heap[i] = q.heap[p]
		i = p
	}
	q.heap[i] = x
}

// down puts x at the root and moves it away until no child is sooner.
func (q *queue) down(x entry) {
	h, i := q.heap, 0
	for {
		c := 4*i + 1
		if c >= len(h) {
			break
		}
		best := c
		for d := c + 1; d < min(c+4, len(h)); d++ {
			if h[d].time < h[best].time {
				best = d
			}
		}
		if h[best].time >= x.time {
			break
		}
		h[i] = h[best]
		i = best
	}
	h[i] = x
}
