package route

import "github.com/nearside-ems/nearside/geo/road"

// label is what a search knows about a node. It counts only while stamp is the search's, so that
// nothing has to be cleared between searches.
type label struct {
	stamp uint32
	time  road.Millis
	place uint32 // in the heap while open
}

// queue is a 4-ary heap of nodes by their labels' times, with decrease-key.
type queue struct {
	label []label
	stamp uint32
	heap  []road.Node
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
	switch {
	case t == road.Unreachable:
		return
	case l.stamp != q.stamp:
		l.stamp, l.place = q.stamp, uint32(len(q.heap))
		q.heap = append(q.heap, v)
	case t >= l.time:
		return
	}
	l.time = t
	q.up(l.place)
}

// next takes the soonest node out; ok is false when none is open.
func (q *queue) next() (v road.Node, t road.Millis, ok bool) {
	if len(q.heap) == 0 {
		return 0, 0, false
	}
	v = q.heap[0]
	last := q.heap[len(q.heap)-1]
	q.heap = q.heap[:len(q.heap)-1]
	if len(q.heap) > 0 {
		q.heap[0] = last
		q.down()
	}
	return v, q.label[v].time, true
}

func (q *queue) up(i uint32) {
	v := q.heap[i]
	t := q.label[v].time
	for i > 0 {
		p := (i - 1) / 4
		u := q.heap[p]
		if q.label[u].time <= t {
			break
		}
		q.heap[i], q.label[u].place = u, i
		i = p
	}
	q.heap[i], q.label[v].place = v, i
}

func (q *queue) down() {
	v := q.heap[0]
	t := q.label[v].time
	n, i := uint32(len(q.heap)), uint32(0)
	for {
		c := 4*i + 1
		if c >= n {
			break
		}
		best, bt := c, q.label[q.heap[c]].time
		for d := c + 1; d < min(c+4, n); d++ {
			if dt := q.label[q.heap[d]].time; dt < bt {
				best, bt = d, dt
			}
		}
		if bt >= t {
			break
		}
		u := q.heap[best]
		q.heap[i], q.label[u].place = u, i
		i = best
	}
	q.heap[i], q.label[v].place = v, i
}
