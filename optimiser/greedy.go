package optimiser

import (
	"context"
	"slices"

	"github.com/nearside-ems/nearside/internal/parallel"
)

// greedy opens the fixed columns and then, one by one, the best of a random sample of the others
// (Mirzasoleiman and others 2015: a sample of n/p·ln(1/ε) of n keeps the guarantee of the full greedy
// choice but for ε; here ε = 5 %); with a budget the best for its cost. When ctx ends it completes the plan without looking.
func (s *searcher) greedy(ctx context.Context, in *instance) *layout {
	var fixed []int
	for j := range in.site {
		if in.fixed[j] {
			fixed = append(fixed, j)
		}
	}
	l := newLayout(in, fixed)
	sample := 1 + 3*len(in.site)/in.place
	gain := make([]float64, len(in.site))
	for len(l.open) < in.place && ctx.Err() == nil {
		closed := s.sample(l, sample)
		if len(closed) == 0 {
			break
		}
		parallel.For(s.workers, len(closed), func(i int) {
			if ctx.Err() == nil {
				gain[i] = l.gain(closed[i])
				if cost := in.rules.cost; cost != nil {
					gain[i] /= max(cost[closed[i]], in.rules.budget*leastCost)
				}
			}
		})
		best := 0
		for i := range closed {
			if gain[i] > gain[best] {
				best = i
			}
		}
		l.add(closed[best])
	}
	if more := l.ledger.finish(func(j int) bool { return l.used[j] }); len(more) > 0 {
		l.reset(append(slices.Clone(l.open), more...))
	}
	return l
}

// leastCost is the share of the budget that a column counts as costing at least, where gains are weighed by costs.
const leastCost = 1e-6

// sample returns up to size closed columns that may open, at random.
func (s *searcher) sample(l *layout, size int) []int {
	s.rng.Shuffle(len(s.order), func(i, k int) { s.order[i], s.order[k] = s.order[k], s.order[i] })
	closed := make([]int, 0, size)
	for _, j := range s.order {
		if len(closed) == size {
			break
		}
		if !l.used[j] && (l.in.rules.plain() || l.ledger.fits(j, l.used)) {
			closed = append(closed, j)
		}
	}
	return closed
}

// repair returns the columns, in their order, that together with the fixed ones leave a plan possible, made a plan of: a dual's choice may be over the budget.
func (in *instance) repair(columns []int) []int {
	if in.rules.holds(columns) {
		return columns
	}
	l, used, out := newLedger(in.rules), make([]bool, len(in.site)), []int(nil)
	open := func(j int) {
		l.add(j, 1)
		used[j] = true
		out = append(out, j)
	}
	for j, fixed := range in.fixed {
		if fixed {
			open(j)
		}
	}
	for _, j := range columns {
		if !used[j] && l.fits(j, used) {
			open(j)
		}
	}
	return append(out, l.finish(func(j int) bool { return used[j] })...)
}
