package cover

import (
	"math/bits"

	"github.com/nearside-ems/nearside/geo/road"
)

// system is which columns (sites that are open) cover which rows (cells that are due), both ways as
// sets of bits.
type system struct {
	site []int32 // per column, ascending
	cell []int32 // per row, ascending
	cols set     // per column, its rows
	rows set     // per row, its columns
	list lists   // the rows again, as lists; only of what part returns
}

// lists holds the columns of each row one after another: three times as fast to run through as bits.
type lists struct{ first, col []int32 }

func (l *lists) of(r int) []int32 { return l.col[l.first[r]:l.first[r+1]] }

// set is a number of sets of small numbers, words words each.
type set struct {
	words int
	bits  []uint64
}

func newSet(sets, size int) set {
	words := (size + 63) / 64
	return set{words, make([]uint64, sets*words)}
}

func (s set) of(i int) []uint64 { return s.bits[i*s.words : (i+1)*s.words] }

func add(b []uint64, i int)      { b[i/64] |= 1 << (i % 64) }
func remove(b []uint64, i int)   { b[i/64] &^= 1 << (i % 64) }
func has(b []uint64, i int) bool { return b[i/64]>>(i%64)&1 != 0 }

// below returns the set of the numbers below n.
func below(n int) []uint64 {
	all := make([]uint64, (n+63)/64)
	for i := range n {
		add(all, i)
	}
	return all
}

func size(a []uint64) int {
	n := 0
	for _, x := range a {
		n += bits.OnesCount64(x)
	}
	return n
}

// each yields the numbers that are in a and in b, ascending.
func each(a, b []uint64) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for w, x := range a {
			for x &= b[w]; x != 0; x &= x - 1 {
				if !yield(w*64 + bits.TrailingZeros64(x)) {
					return
				}
			}
		}
	}
}

func common(a, b []uint64) int {
	n := 0
	for w, x := range a {
		n += bits.OnesCount64(x & b[w])
	}
	return n
}

// within reports whether all of a that are in live are in b.
func within(a, b, live []uint64) bool {
	for w, x := range a {
		if x&^b[w]&live[w] != 0 {
			return false
		}
	}
	return true
}

// newSystem sets up the problem at a reach: the fixed sites are taken, the cells that they reach are not due. Of
// the others those are due that some holds, or where that is nil, all; rest are those left out.
func newSystem(p *Problem, reach road.Millis, some []bool) (s *system, rest []int32) {
	s = &system{}
	near := p.nearest(p.Fixed)
	for _, j := range p.open(false) {
		s.site = append(s.site, int32(j))
	}
	for i := range p.Cells {
		switch {
		case !p.counts(i) || near[i] <= reach:
		case some == nil || some[i]:
			s.cell = append(s.cell, int32(i))
		default:
			rest = append(rest, int32(i))
		}
	}
	s.cols, s.rows = newSet(len(s.site), len(s.cell)), newSet(len(s.cell), len(s.site))
	for c, j := range s.site {
		s.reached(p.Time.Row(int(j)), reach, s.cols.of(c))
	}
	s.cols.turn(s.rows, len(s.site), len(s.cell))
	return s, rest
}

// reached fills the set of the rows that a site with such times reaches.
func (s *system) reached(row []road.Millis, reach road.Millis, of []uint64) {
	for w := range of {
		x := uint64(0)
		for k, i := range s.cell[w*64 : min(len(s.cell), w*64+64)] {
			x |= uint64(int64(row[i])-int64(reach)-1) >> 63 << k // 1 where row[i] ≤ reach, without a branch
		}
		of[w] = x
	}
}

// turn fills the sets of the other way, in blocks of 64 × 64 bits.
func (s set) turn(t set, sets, size int) {
	var block [64]uint64
	for i := 0; i < sets; i += 64 {
		for w := range s.words {
			clear(block[:])
			for k := range min(64, sets-i) {
				block[k] = s.of(i + k)[w]
			}
			flip(&block)
			for k := range min(64, size-w*64) {
				t.of(w*64 + k)[i/64] = block[k]
			}
		}
	}
}

// flip transposes a block of bits by exchanging halves, quarters and so on (Warren, Hacker's Delight, 7-3).
func flip(b *[64]uint64) {
	for j, mask := 32, uint64(1<<32-1); j > 0; j, mask = j/2, mask^mask<<(j/2) {
		for k := 0; k < 64; k = (k + j + 1) &^ j {
			x := (b[k]>>j ^ b[k+j]) & mask
			b[k+j] ^= x
			b[k] ^= x << j
		}
	}
}

// part returns the system of the columns and rows given.
func (s *system) part(cols, rows []uint64) *system {
	d := &system{site: make([]int32, 0, len(s.site)), cell: make([]int32, 0, len(s.cell))}
	rank := make([]int32, len(s.site))
	for c := range each(cols, cols) {
		rank[c] = int32(len(d.site))
		d.site = append(d.site, s.site[c])
	}
	for r := range each(rows, rows) {
		d.cell = append(d.cell, s.cell[r])
	}
	d.cols, d.rows = newSet(len(d.site), len(d.cell)), newSet(len(d.cell), len(d.site))
	d.list.first = append(make([]int32, 0, len(d.cell)+1), 0)
	at := 0
	for r := range each(rows, rows) {
		of := d.rows.of(at)
		for c := range each(s.rows.of(r), cols) {
			add(of, int(rank[c]))
			add(d.cols.of(int(rank[c])), at)
			d.list.col = append(d.list.col, rank[c])
		}
		d.list.first = append(d.list.first, int32(len(d.list.col)))
		at++
	}
	return d
}
