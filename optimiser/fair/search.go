package fair

import (
	"context"
	"math/rand/v2"

	"github.com/nearside-ems/nearside/internal/parallel"
)

// batch is how many candidates are tried against one layout before the best of them is taken. It is
// fixed, so that the result does not depend on how many cores there are.
const batch = 8

// searcher improves layouts by swaps that lower an aim's rank.
type searcher struct {
	workers int
	rng     *rand.Rand
	order   []int
	trials  [batch]trial
	rank    []float64 // of the layout
}

func newSearcher(t *terrain, seed uint64, workers int) *searcher {
	s := &searcher{workers: workers, rng: rand.New(rand.NewPCG(seed, 0x66616972))}
	for site, barred := range t.barred {
		if !barred {
			s.order = append(s.order, site)
		}
	}
	return s
}

// less reports whether the first figure that differs is lower in a. slack is the relative difference
// that counts.
func less(a, b []float64, slack float64) bool {
	for k := range a {
		if d := a[k] - b[k]; d < -slack*(1+max(a[k], -a[k])) {
			return true
		} else if d > slack*(1+max(a[k], -a[k])) {
			return false
		}
	}
	return false
}

// enough is the least relative improvement that is tried: well above the rounding of the sums.
const enough = 1e-9

// improve swaps until no single swap lowers the rank, or ctx ends.
func (s *searcher) improve(ctx context.Context, l *layout, m *measure) {
	s.rng.Shuffle(len(s.order), func(i, k int) { s.order[i], s.order[k] = s.order[k], s.order[i] })
	s.rank = m.rank(s.rank, l.seconds())
	var pos [batch]int
	for at, idle := 0, 0; idle < len(s.order) && ctx.Err() == nil; {
		n := min(batch, len(s.order))
		pick := func(i int) int { return s.order[(at+i)%len(s.order)] }
		parallel.For(s.workers, n, func(i int) { pos[i] = s.bestSwap(l, m, pick(i), &s.trials[i]) })
		best := -1
		for i := range n {
			if pos[i] >= 0 && (best < 0 || less(s.trials[i].rank, s.trials[best].rank, 0)) {
				best = i
			}
		}
		if best >= 0 && s.swapIfBetter(l, m, pos[best], pick(best)) {
			idle = 0
		} else {
			idle += n
		}
		at = (at + n) % len(s.order)
	}
}

// bestSwap returns the position whose exchange for the site ranks lowest, its rank in the trial, or −1
// where none is better than the layout.
func (s *searcher) bestSwap(l *layout, m *measure, site int, t *trial) int {
	if l.at[site] > 0 {
		return -1
	}
	l.try(site, t)
	best := -1
	var rank []float64
	for pos := range l.open {
		rank = m.rank(rank, l.exchanged(pos, t))
		against := s.rank
		if best >= 0 {
			against = t.rank
		}
		if less(rank, against, enough) && l.allowed(pos, site) {
			best, t.rank, rank = pos, rank, t.rank
		}
	}
	return best
}

// swapIfBetter makes a swap and takes it back unless the rank of the means, summed anew, is lower. Such
// ranks depend on the sites only, so that the search ends.
func (s *searcher) swapIfBetter(l *layout, m *measure, pos, site int) bool {
	old := l.open[pos]
	l.swap(pos, site)
	rank := m.rank(nil, l.seconds())
	if less(rank, s.rank, 0) {
		s.rank = rank
		return true
	}
	l.swap(pos, old)
	return false
}
