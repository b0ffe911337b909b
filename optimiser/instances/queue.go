package instances

import "math/bits"

// queue is a radix heap (Ahuja, Mehlhorn, Orlin and Tarjan 1990): numbers with a distance in the upper and a
// node in the lower half. What is pushed must not have a smaller distance than what was popped last.
// Numbers lie in the bucket of the highest bit in which their distance differs from the last popped.
type queue struct {
	last    uint32 // distance popped last
	filled  uint64 // bit b: bucket b holds something
	buckets [33][]uint64
}

// reset empties the queue and lets distances begin at 0.
func (q *queue) reset() {
	for b := range q.buckets {
		q.buckets[b] = q.buckets[b][:0]
	}
	q.last, q.filled = 0, 0
}

func (q *queue) push(x uint64) {
	b := bits.Len32(uint32(x>>32) ^ q.last)
	q.buckets[b] = append(q.buckets[b], x)
	q.filled |= 1 << b
}

// pop removes a number with the least distance, if there is any.
func (q *queue) pop() (x uint64, ok bool) {
	if q.filled == 0 {
		return 0, false
	}
	if q.filled&1 == 0 {
		q.refill()
	}
	lowest := q.buckets[0]
	x = lowest[len(lowest)-1]
	q.buckets[0] = lowest[:len(lowest)-1]
	if len(lowest) == 1 {
		q.filled &^= 1
	}
	return x, true
}

// refill spreads the lowest bucket over those below it.
func (q *queue) refill() {
	b := bits.TrailingZeros64(q.filled)
	from := q.buckets[b]
	least := from[0]
	for _, x := range from {
		least = min(least, x)
	}
	q.last = uint32(least >> 32)
	q.buckets[b] = from[:0]
	q.filled &^= 1 << b
	for _, x := range from {
		q.push(x)
	}
}
