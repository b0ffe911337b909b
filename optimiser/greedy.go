package optimiser

import "context"

// greedy opens the fixed columns and then, one by one, the best of a random sample of the others
// (Mirzasoleiman and others 2015: a sample of n/p·ln(1/ε) of n keeps the guarantee of the full greedy
// choice but for ε; here ε = 5 %). When ctx ends it opens what is left in order.
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
		s.rng.Shuffle(len(s.order), func(i, k int) { s.order[i], s.order[k] = s.order[k], s.order[i] })
		closed := make([]int, 0, sample)
		for _, j := range s.order {
			if l.at[j] == 0 && len(closed) < sample {
				closed = append(closed, j)
			}
		}
		parallel(s.workers, len(closed), func(i int) {
			if ctx.Err() == nil {
				gain[i] = l.gain(closed[i])
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
	columns := append([]int(nil), l.open...)
	for j := 0; len(columns) < in.place; j++ {
		if l.at[j] == 0 {
			columns = append(columns, j)
		}
	}
	if len(columns) > len(l.open) {
		l.reset(columns)
	}
	return l
}
