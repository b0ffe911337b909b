package transport

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/nearside-ems/nearside/internal/parallel"
)

// searcher finds plans by greedy opening and swaps. Swaps are weighed at the present prices of room, which gives a value that
// a swap cannot go below (weak duality): those that could pay are tried exactly, the most promising first.
type searcher struct {
	in      *instance
	ctx     context.Context
	workers int
	rng     *rand.Rand
	scratch []scratch // one per worker
	ends    [][]int   // layouts at which a search ended, their columns ascending
}

// scratch is what one worker weighs columns with.
type scratch struct {
	extra []float64
	items []item
}

func newSearcher(ctx context.Context, in *instance, seed uint64, workers int) *searcher {
	return &searcher{in: in, ctx: ctx, workers: workers, scratch: make([]scratch, workers), rng: rand.New(rand.NewPCG(seed, 0x6e656172))}
}

// enough is the least relative improvement that counts: well above the rounding of the sums.
const enough = 1e-11

// swap is the opening of a column and the closing of the position that goes best with it.
type swap struct {
	column, pos int
	change      float64 // the value changes by no less
}

// weigh returns how much opening column j changes the value at least, alone (pos < 0) or with the best
// closing. For the room of j it takes the price at which those whom it serves better fill it.
func (s *searcher) weigh(l *layout, j int, mem *scratch, alone bool) swap {
	mem.extra = zeroed(mem.extra, len(l.open)+1)
	change := 0.0
	for g := range l.in.groups {
		from := l.in.first[g]
		grp := &l.in.groups[g]
		row := grp.row[j]
		n := len(row)
		best, next, who := l.best[from:from+n], l.next[from:from+n], l.who[from:from+n]
		price := s.priceOf(grp, j, best, mem)
		if price == math.MaxInt32 {
			continue
		}
		change -= l.rent(g, j, price)
		for i, t := range row {
			c := int32(t) + price
			if c >= next[i] {
				continue
			}
			w := grp.weight[i]
			if c < best[i] {
				change -= w * float64(best[i]-c)
				mem.extra[who[i]] += w * float64(best[i]-next[i])
			} else {
				mem.extra[who[i]] += w * float64(c-next[i])
			}
		}
	}
	if alone {
		return swap{j, -1, change}
	}
	out := swap{j, -1, math.Inf(1)}
	for pos, r := range l.open {
		if d := change + l.loss[pos] + mem.extra[pos]; d < out.change && !l.in.fixed[r] {
			out.pos, out.change = pos, d
		}
	}
	return out
}

// priceOf returns the price of room at column j at which those who would gain by it fill it; 0 where
// they do not, MaxInt32 where there is no room.
func (s *searcher) priceOf(g *group, j int, best []int32, mem *scratch) int32 {
	if g.limit[j] == 0 {
		return math.MaxInt32
	}
	if math.IsInf(g.limit[j], 1) {
		return 0
	}
	mem.items = mem.items[:0]
	for i, t := range g.row[j] {
		if c := int32(t); c < best[i] && g.weight[i] > 0 {
			mem.items = append(mem.items, item{best[i] - c, g.weight[i]})
		}
	}
	_, price, _ := fill(mem.items, g.limit[j])
	return price
}

// greedy opens the fixed columns and then, one by one, the best of a random sample of the others, as
// package optimiser does. When ctx ends it opens what is left in order.
func (s *searcher) greedy(l *layout) {
	var open []int
	for j := range s.in.site {
		if s.in.fixed[j] {
			open = append(open, j)
		}
	}
	l.take(l.must(open))
	sample := 1 + 3*len(s.in.site)/s.in.place
	for len(open) < s.in.place {
		closed := s.closed(l, nil)
		if s.ended() {
			slices.Sort(closed)
			l.take(l.must(append(open, closed[:s.in.place-len(open)]...)))
			return
		}
		best := s.weighAll(l, closed[:min(sample, len(closed))], true)[0]
		if o := l.try(append(slices.Clone(open), best.column), s.ended, nil); o != nil {
			open = o.columns
			l.take(o)
		}
	}
}

func (s *searcher) ended() bool { return s.ctx.Err() != nil }

// closed returns the columns that are neither open nor dropped (per column; nil: none) in random order.
func (s *searcher) closed(l *layout, dropped []bool) []int {
	var out []int
	for j := range s.in.site {
		if l.at[j] == 0 && (dropped == nil || !dropped[j]) {
			out = append(out, j)
		}
	}
	s.rng.Shuffle(len(out), func(i, k int) { out[i], out[k] = out[k], out[i] })
	return out
}

// weighAll weighs the columns, the most promising first.
func (s *searcher) weighAll(l *layout, columns []int, alone bool) []swap {
	out := make([]swap, len(columns))
	parallel.ForWorker(s.workers, len(columns), func(worker, i int) {
		out[i] = swap{columns[i], -1, math.Inf(1)}
		if !s.ended() {
			out[i] = s.weigh(l, columns[i], &s.scratch[worker], alone)
		}
	})
	slices.SortStableFunc(out, func(x, y swap) int { return cmp.Compare(x.change, y.change) })
	return out
}

// tries is how many swaps that look good are tried exactly before the search gives up.
const tries = 12

// improve swaps until no swap that was tried makes the layout better, an earlier search ended at the same
// layout, or ctx ends.
func (s *searcher) improve(l *layout, dropped []bool) {
	for !s.ended() && !s.endedAt(l) {
		if !s.step(l, dropped) {
			if !s.ended() {
				s.ends = append(s.ends, l.sorted())
			}
			return
		}
	}
}

// kick puts random columns in the place of as many random ones that are not fixed.
func (s *searcher) kick(l *layout, many int) {
	columns, closed := slices.Clone(l.open), s.closed(l, nil)
	for _, pos := range s.rng.Perm(len(columns)) {
		if many > 0 && len(closed) > 0 && !s.in.fixed[columns[pos]] {
			columns[pos], closed = closed[0], closed[1:]
			many--
		}
	}
	s.takeUp(l, columns)
}

// takeUp makes columns the layout unless ctx ends.
func (s *searcher) takeUp(l *layout, columns []int) {
	if o := l.try(columns, s.ended, nil); o != nil {
		l.take(o)
	}
}

// step makes the first swap that is better.
func (s *searcher) step(l *layout, dropped []bool) bool {
	swaps := s.weighAll(l, s.closed(l, dropped), false)
	for _, w := range swaps[:min(tries, len(swaps))] {
		if w.pos < 0 || w.change >= -enough*l.value || s.ended() {
			return false
		}
		columns := slices.Clone(l.open)
		columns[w.pos] = w.column
		if o := l.try(columns, s.ended, nil); o != nil && o.value < l.value*(1-enough) {
			l.take(o)
			return true
		}
	}
	return false
}

// endedAt reports whether a search ended at the layout.
func (s *searcher) endedAt(l *layout) bool {
	open := l.sorted()
	return slices.ContainsFunc(s.ends, func(end []int) bool { return slices.Equal(end, open) })
}
