package hierarchy

import (
	"iter"
	"math/bits"
)

// bitset is a set of edges.
type bitset []uint64

func newBitset(edges int) bitset { return make(bitset, (edges+63)/64) }

func (b bitset) has(e Edge) bool { return b[e/64]>>(e%64)&1 != 0 }

func (b bitset) set(e Edge) { b[e/64] |= 1 << (e % 64) }

// next returns the first member from from on, or false.
func (b bitset) next(from Edge) (Edge, bool) {
	w := int(from / 64)
	if w >= len(b) {
		return 0, false
	}
	word := b[w] &^ (1<<(from%64) - 1)
	for word == 0 {
		if w++; w == len(b) {
			return 0, false
		}
		word = b[w]
	}
	return Edge(64*w + bits.TrailingZeros64(word)), true
}

// within iterates over the members of from to end-1, ascending; members may join on the way.
func (b bitset) within(from, end Edge) iter.Seq[Edge] {
	return func(yield func(Edge) bool) {
		for e, ok := b.next(from); ok && e < end && yield(e); e, ok = b.next(e + 1) {
		}
	}
}
