package route

import "math/bits"

// blocks are pieces of one slice, of sizes that double from one to the next. A piece that is given back
// is handed out again, so that a fleet in steady state allocates nothing.
type blocks struct {
	room []car
	free [sizes][]uint32 // per size: the places of blocks not in use
}

const (
	smallest = 4   // cars in the smallest block
	sizes    = 6   // of blocks
	largest  = 128 // cars in the largest block: 1 KiB
)

func capacity(size uint8) int { return smallest << size }

// sizeOf returns the size of the smallest block that holds n cars.
func sizeOf(n int) (size uint8) {
	for capacity(size) < n {
		size++
	}
	return size
}

// take returns the place of a block, whose cars are to be written.
func (b *blocks) take(size uint8) uint32 {
	if n := len(b.free[size]); n > 0 {
		at := b.free[size][n-1]
		b.free[size] = b.free[size][:n-1]
		return at
	}
	at := uint32(len(b.room))
	b.room = append(b.room, make([]car, capacity(size))...)
	return at
}

// release gives a block back.
func (b *blocks) release(at uint32, size uint8) { b.free[size] = append(b.free[size], at) }

// below returns how many of ascending cars are below c: whole cache lines first, then those of one. The
// lines are fetched side by side, which a binary search would do one after the other, and no branch
// depends on the cars.
func below(cars []car, c car) int {
	const line = 8
	n := 0
	for i := line - 1; i < len(cars); i += line {
		n += line * less(cars[i], c)
	}
	for _, x := range cars[n:min(n+line, len(cars))] {
		n += less(x, c)
	}
	return n
}

// less is 1 where a is below b and 0 elsewhere.
func less(a, b car) int {
	_, borrow := bits.Sub64(uint64(a), uint64(b), 0)
	return int(borrow)
}

// replace takes was out of ascending cars and puts is in: only those between the two places move.
func replace(cars []car, was, is car) {
	i := below(cars, was)
	for ; i+1 < len(cars) && cars[i+1] < is; i++ {
		cars[i] = cars[i+1]
	}
	for ; i > 0 && cars[i-1] > is; i-- {
		cars[i] = cars[i-1]
	}
	cars[i] = is
}

// putIn puts a car among ascending cars, of which the last is yet to come.
func putIn(cars []car, c car) {
	i := below(cars[:len(cars)-1], c)
	copy(cars[i+1:], cars[i:])
	cars[i] = c
}

// takeOut takes a car out of ascending cars; the last place is then free.
func takeOut(cars []car, c car) {
	i := below(cars, c)
	copy(cars[i:], cars[i+1:])
}
