package dijkstra

// queue is a 4-ary heap of times in the upper and nodes in the lower half of numbers. A node that is
// brought forward is entered again: roads have few such nodes, and a heap that holds its own keys stays
// in the cache, unlike one that has to look them up by node.
type queue []uint64

func (q *queue) push(x uint64) {
	h := append(*q, x)
	*q = h
	i := len(h) - 1
	for i > 0 {
		p := (i - 1) / 4
		if h[p] <= x {
			break
		}
		h[i] = h[p]
		i = p
	}
	h[i] = x
}

func (q *queue) pop() uint64 {
	h := *q
	top, last := h[0], len(h)-1
	x := h[last]
	h = h[:last]
	*q = h
	if last == 0 {
		return top
	}
	i := 0
	for {
		c := 4*i + 1
		if c >= last {
			break
		}
		best := c
		for d := c + 1; d < min(c+4, last); d++ {
			if h[d] < h[best] {
				best = d
			}
		}
		if h[best] >= x {
			break
		}
		h[i] = h[best]
		i = best
	}
	h[i] = x
	return top
}
