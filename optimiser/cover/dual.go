package cover

import (
	"math"
)

// dual weighs the rows of a system so that the left columns that reach most weight reach less than all:
// then no left columns cover it. The margin, all weight less what they reach, is concave and positively
// homogeneous in the weights; its subgradient at a row is 1 less the chosen columns that cover it.
// Weights are kept at the sum left, so that a column that could be one of an exact cover reaches about 1.
type dual struct {
	*system
	left   int
	weight []float64
	best   []float64 // weights with the highest margin
	high   float64   // that margin
	reach  []float64 // per column: weight of its rows
	chosen []int     // the left columns of highest reach
	times  []int32   // per row: chosen columns that cover it
	step   []float64 // momentum
	factor float64
	missed int
	order  []int
}

// Settings of the ascent.
const (
	momentum = 0.9
	misses   = 8    // steps without a better margin before the step shrinks
	shrink   = 0.8  // by how much it shrinks
	enough   = 1e-7 // margin, relative to left, that rounding to whole weights leaves positive
)

// newDual starts from weights, or where nil from each row's share among few columns.
func newDual(s *system, left int, weight []float64) *dual {
	d := &dual{system: s, left: left, high: math.Inf(-1), factor: 1, weight: weight,
		best: make([]float64, len(s.cell)), reach: make([]float64, len(s.site)), times: make([]int32, len(s.cell)), step: make([]float64, len(s.cell))}
	if weight == nil {
		d.weight = make([]float64, len(s.cell))
		for r := range d.weight {
			d.weight[r] = 1 / float64(len(s.list.of(r)))
		}
	}
	d.order = make([]int, len(s.site))
	for c := range d.order {
		d.order[c] = c
	}
	return d
}

// climb advances by so many steps at most. It stops where a margin above 0 is out of sight: not within four times
// the gain of the last steps.
func (d *dual) climb(steps int, ended func() bool) {
	const look = 50
	before := d.high
	for i := range steps {
		if ended() || !d.advance() {
			return
		}
		if i%look == look-1 {
			if d.high+4*(d.high-before) < 0 {
				return
			}
			before = d.high
		}
	}
}

// advance evaluates the weights and moves them; it reports whether more steps can help.
func (d *dual) advance() bool {
	margin := d.evaluate()
	if margin > d.high {
		if margin > d.high+1e-4 {
			d.missed = 0
		}
		d.high = margin
		copy(d.best, d.weight)
	} else if d.missed++; d.missed >= misses {
		d.missed = 0
		d.factor *= shrink
		copy(d.weight, d.best)
		clear(d.step)
		margin = d.evaluate()
	}
	if d.high > enough*float64(d.left) || d.factor < 1e-2 {
		return false
	}
	norm := 0.0
	clear(d.times)
	for _, c := range d.chosen {
		for r := range each(d.cols.of(c), d.cols.of(c)) {
			d.times[r]++
		}
	}
	for _, n := range d.times {
		norm += float64((1 - n) * (1 - n))
	}
	if norm == 0 {
		return false // the chosen columns are a cover
	}
	length := d.factor * (1 - margin) / norm
	for r, n := range d.times {
		d.step[r] = momentum*d.step[r] + (1-momentum)*float64(1-n)
		d.weight[r] = max(0, d.weight[r]+length*d.step[r])
	}
	return true
}

// hold makes the present weights the best.
func (d *dual) hold() {
	d.high = d.evaluate()
	copy(d.best, d.weight)
}

// evaluate scales the weights, finds the chosen columns, and returns the margin.
func (d *dual) evaluate() float64 {
	sum := 0.0
	for _, w := range d.weight {
		sum += w
	}
	if sum == 0 {
		return math.Inf(-1)
	}
	clear(d.reach)
	for r, w := range d.weight {
		if w == 0 {
			continue
		}
		w *= float64(d.left) / sum
		d.weight[r] = w
		for _, c := range d.list.of(r) {
			d.reach[c] += w
		}
	}
	d.choose()
	margin := float64(d.left)
	for _, c := range d.chosen {
		margin -= d.reach[c]
	}
	return margin
}

// choose finds the left columns of highest reach, of equal ones those of lower number: it parts the columns
// around one after another until the right number is in front (Hoare 1961).
func (d *dual) choose() {
	o := d.order
	for from, to := 0, len(o); from < min(d.left, to) && to-from > 1; {
		o[from], o[(from+to)/2] = o[(from+to)/2], o[from]
		pivot, at := o[from], from
		for k := from + 1; k < to; k++ {
			if d.before(o[k], pivot) {
				at++
				o[at], o[k] = o[k], o[at]
			}
		}
		o[from], o[at] = o[at], o[from]
		if at < d.left {
			from = at + 1
		} else {
			to = at
		}
	}
	d.chosen = d.order[:min(d.left, len(d.order))]
}

func (d *dual) before(a, b int) bool {
	return d.reach[a] > d.reach[b] || d.reach[a] == d.reach[b] && a < b
}
