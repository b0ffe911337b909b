package roster

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/nearside-ems/nearside/internal/parallel"
)

// sweep improves a schedule: over a run of consecutive hours a car stands on another site instead. The
// hours' values are independent, so that the change of a run is the sum over its hours, and only the
// moves into its first hour and out of its last one change.
type sweep struct {
	hours   []*stand
	limit   Limit
	order   []int // sites that may be used and are not fixed
	fixed   []bool
	moved   []int // per hour: moves into it
	workers int
}

// run is a site instead of another from one hour to another, both included.
type run struct {
	site, instead int
	from, to      int
	change        float64
}

// batch is how many sites are tried before the best run of them is made: fixed, so that the result does
// not depend on the number of workers.
const batch = 8

// improve makes runs until none makes the schedule better or ctx ends.
func (w *sweep) improve(ctx context.Context, rng *rand.Rand) {
	rng.Shuffle(len(w.order), func(i, k int) { w.order[i], w.order[k] = w.order[k], w.order[i] })
	changes := make([][][]float64, batch) // site of the batch × hour × position
	for i := range changes {
		changes[i] = make([][]float64, len(w.hours))
		for h, s := range w.hours {
			changes[i][h] = make([]float64, s.cars+1)
		}
	}
	for at, idle := 0, 0; idle < len(w.order) && ctx.Err() == nil; {
		n := min(batch, len(w.order))
		pick := func(i int) int { return w.order[(at+i)%len(w.order)] }
		parallel.For(w.workers, n*len(w.hours), func(job int) {
			if i, h := job/len(w.hours), job%len(w.hours); w.hours[h].at[pick(i)] == 0 && ctx.Err() == nil {
				w.hours[h].exchange(pick(i), changes[i][h])
			}
		})
		if ctx.Err() != nil {
			return
		}
		var best run
		for i := range n {
			if r := w.best(pick(i), changes[i]); r.change < best.change {
				best = r
			}
		}
		if best.change < -enough*w.value() && w.make(best) {
			idle = 0
		} else {
			idle += n
		}
		at = (at + n) % len(w.order)
	}
}

// enough is the least relative improvement that counts: well above the rounding of the sums.
const enough = 1e-11

func (w *sweep) value() float64 {
	sum := 0.0
	for _, s := range w.hours {
		sum += s.value
	}
	return sum
}

// best returns the best run that puts a site in the place of another, given what that changes per hour
// and position.
func (w *sweep) best(site int, change [][]float64) run {
	var best run
	for h, s := range w.hours {
		if s.at[site] > 0 {
			continue
		}
		for _, instead := range s.open {
			if w.fixed[instead] || !w.mayStart(site, instead, h) {
				continue
			}
			sum := 0.0
			for to := h; to < len(w.hours); to++ {
				pos := w.hours[to].at[instead] - 1
				if pos < 0 || w.hours[to].at[site] > 0 {
					break
				}
				sum += change[to][pos]
				if sum < best.change && w.mayEnd(site, instead, to) && w.near(run{site, instead, h, to, sum}) {
					best = run{site, instead, h, to, sum}
				}
			}
		}
	}
	return best
}

// mayStart reports whether the moves into an hour allow a run to begin there.
func (w *sweep) mayStart(site, instead, h int) bool {
	return h == 0 || w.moved[h]+w.more(h-1, site, instead) <= w.limit.Moves
}

// mayEnd reports whether the moves out of an hour allow a run to end there.
func (w *sweep) mayEnd(site, instead, h int) bool {
	return h+1 == len(w.hours) || w.moved[h+1]+w.more(h+1, site, instead) <= w.limit.Moves
}

// more returns how many moves more there are to or from the hour beside a run.
func (w *sweep) more(beside, site, instead int) int {
	n := 0
	if w.hours[beside].at[instead] > 0 {
		n++
	}
	if w.hours[beside].at[site] > 0 {
		n--
	}
	return n
}

// near reports whether all moves at both ends of a run are short enough.
func (w *sweep) near(r run) bool {
	if w.limit.Longest == 0 {
		return true
	}
	first, last := w.with(r.from, r), w.with(r.to, r)
	return (r.from == 0 || w.limit.allows(w.hours[r.from-1].open, first)) &&
		(r.to+1 == len(w.hours) || w.limit.allows(last, w.hours[r.to+1].open))
}

// with returns an hour's sites after a run.
func (w *sweep) with(h int, r run) []int {
	sites := slices.Clone(w.hours[h].open)
	sites[w.hours[h].at[r.instead]-1] = r.site
	return sites
}

// make makes a run and takes it back unless the value, a sum without cancellation, agrees that it is
// better. So the search ends even where rounding sees gains that are none.
func (w *sweep) make(r run) bool {
	before := w.value()
	parallel.For(w.workers, r.to-r.from+1, func(i int) {
		s := w.hours[r.from+i]
		s.swap(s.at[r.instead]-1, r.site)
	})
	better := w.value() < before
	if !better {
		for h := r.from; h <= r.to; h++ {
			w.hours[h].swap(w.hours[h].at[r.site]-1, r.instead)
		}
	}
	w.count()
	return better
}

// count recounts the moves.
func (w *sweep) count() {
	w.moved = w.moved[:0]
	for h := range w.hours {
		n := 0
		for _, site := range w.hours[h].open {
			if h > 0 && w.hours[h-1].at[site] == 0 {
				n++
			}
		}
		w.moved = append(w.moved, n)
	}
}
