package optimiser

import (
	"cmp"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// dual holds multipliers and the Lagrangian value at them (docs/optimiser.md derives it):
//
//	L(μ) = Σ w bₖ k μₖ + the least choice of place columns of ρⱼ,  ρⱼ = Σ w bₖ min(0, cᵢⱼ − μₖ)
//
// Multipliers move as float64 and are evaluated as whole milliseconds, so that the certificate holds
// exactly what was evaluated. Within a client they ascend with the level.
type dual struct {
	in      *instance
	workers int
	ended   func() bool // reports whether to give up
	k       int
	mu      []float64  // client × level, where the search is
	step    []float64  // client × level, momentum
	whole   []int32    // client × level, as evaluated
	top     []int32    // client: the highest of its levels; no column at or beyond it counts
	rho     []float64  // per column
	count   []int32    // client × level: chosen columns nearer than the multiplier
	use     []bool     // per column: decided to be used
	drop    []bool     // per column: decided not to be
	chosen  []int      // the least choice, decided columns first
	margin  [2]float64 // the last reduced cost chosen, the first not chosen, among undecided columns
	best    []int32    // whole at the highest value
	bestRho []float64
	base    float64 // of best: the part of the value that no choice changes
	value   float64 // L at whole
	high    float64 // L at best; at first 0, which is L at multipliers of 0
}

// alone is the size (clients × columns) below which starting goroutines costs more than it saves.
const alone = 1 << 18

func newDual(in *instance, workers int, ended func() bool) *dual {
	n, k := in.clients(), in.levels()
	if n*len(in.site) < alone {
		workers = 1
	}
	return &dual{
		ended: ended,
		in:    in, workers: workers, k: k,
		mu: make([]float64, n*k), step: make([]float64, n*k), whole: make([]int32, n*k),
		top: make([]int32, n), count: make([]int32, n*k), best: make([]int32, n*k),
		rho: make([]float64, len(in.site)), bestRho: make([]float64, len(in.site)), use: slices.Clone(in.fixed), drop: make([]bool, len(in.site)),
	}
}

// from starts at a layout: level k's multiplier is the time of the next facility beyond the k nearest,
// the most that a client would pay for one more near it.
func (d *dual) from(l *layout) {
	for c := range d.top {
		for k := range d.k {
			d.mu[c*d.k+k] = float64(l.near[c*l.k1+k+1])
		}
	}
	clear(d.step)
}

// floor starts the bound at each client's nearest column: with all its multipliers there no reduced
// cost is below 0, so that the value follows from one look at the times. However early a search is
// ended, it has this bound.
func (d *dual) floor() {
	var part [blocks]float64
	share := 0.0
	for k, b := range d.in.pooled {
		share += b * float64(k+1)
	}
	d.eachBlock(func(b, from, to int) {
		d.nearest(from, to)
		for c := from; c < to; c++ {
			for k := range d.k {
				d.best[c*d.k+k] = d.top[c]
			}
		}
		d.weightOf(from, to, func(c int, w float64) { part[b] += w * share * float64(d.top[c]) })
	})
	clear(d.bestRho)
	d.base = 0
	for _, s := range part {
		d.base += s
	}
	d.high = d.base
}

// nearest sets top to each client's time from its nearest column.
func (d *dual) nearest(from, to int) {
	for g := range d.in.groups {
		base := d.in.first[g]
		lo, hi := max(from, base), min(to, d.in.first[g+1])
		if lo >= hi {
			continue
		}
		top := d.top[lo:hi]
		for i := range top {
			top[i] = int32(Cap)
		}
		for _, row := range d.in.groups[g].row {
			for i, t := range row[lo-base : hi-base] {
				top[i] = min(top[i], int32(t))
			}
		}
	}
}

// blocks are how clients are shared between workers and sums are split: fixed, so that the result is
// the same at any number of workers.
const blocks = 16

func (d *dual) eachBlock(do func(block, from, to int)) {
	n := len(d.top)
	parallel(d.workers, blocks, func(b int) { do(b, n*b/blocks, n*(b+1)/blocks) })
}

// weightOf calls do for each client in [from, to) that has weight.
func (d *dual) weightOf(from, to int, do func(client int, w float64)) {
	for g := range d.in.groups {
		base := d.in.first[g]
		for c := max(from, base); c < min(to, d.in.first[g+1]); c++ {
			if w := d.in.groups[g].weight[c-base]; w > 0 {
				do(c, w)
			}
		}
	}
}

// evaluate sets whole, rho, chosen, value and the margins for mu, and keeps the best. It returns false,
// having changed neither value nor best, when it was ended.
func (d *dual) evaluate() bool {
	var part [blocks]float64
	d.eachBlock(func(b, from, to int) {
		clear(d.top[from:to])
		d.weightOf(from, to, func(c int, w float64) {
			low, sum := 0.0, 0.0
			for k := range d.k {
				low = max(low, min(math.Round(d.mu[c*d.k+k]), float64(Cap)))
				d.whole[c*d.k+k] = int32(low)
				sum += d.in.pooled[k] * float64(k+1) * low
			}
			d.top[c] = int32(low)
			part[b] += w * sum
		})
	})
	parallel(d.workers, len(d.rho), func(j int) {
		if !d.drop[j] && !d.ended() {
			d.rho[j] = d.reduced(j)
		}
	})
	if d.ended() {
		return false
	}
	base := 0.0
	for _, s := range part {
		base += s
	}
	d.value = base + d.choose(d.rho)
	if d.value > d.high {
		d.high, d.base = d.value, base
		copy(d.best, d.whole)
		copy(d.bestRho, d.rho)
	}
	return true
}

// again returns to the best multipliers and evaluates them, as is due when columns were decided.
func (d *dual) again() bool {
	for i, v := range d.best {
		d.mu[i] = float64(v)
	}
	clear(d.step)
	return d.evaluate()
}

// reduced returns ρⱼ.
func (d *dual) reduced(j int) float64 {
	total := 0.0
	for g := range d.in.groups {
		n := len(d.in.groups[g].weight)
		at := d.in.first[g]
		weight, row := d.in.groups[g].weight, d.in.groups[g].row[j][:n]
		top, whole := d.top[at:at+n], d.whole[at*d.k:(at+n)*d.k]
		switch d.k {
		case 1:
			total += reduced1(weight, row, top)
		case 3:
			total += reduced3(weight, row, top, whole, d.in.pooled)
		default:
			total += reducedAny(weight, row, top, whole, d.in.pooled)
		}
	}
	return total
}

// reducedAny is a group's part of ρⱼ. Most of the solver's time goes here, hence the unrolled forms
// for one level and for three, which take a third less.
func reducedAny(weight []float64, row []road.Millis, top, whole []int32, pooled []float64) float64 {
	total, levels := 0.0, len(pooled)
	for i, t := range row {
		c := int32(t)
		if c >= top[i] {
			continue
		}
		mu, sum := whole[i*levels:(i+1)*levels], 0.0
		for k := levels - 1; k >= 0 && c < mu[k]; k-- {
			sum += pooled[k] * float64(c-mu[k])
		}
		total += weight[i] * sum
	}
	return total
}

func reduced1(weight []float64, row []road.Millis, top []int32) float64 {
	total := 0.0
	for i, t := range row {
		if c := int32(t); c < top[i] {
			total += weight[i] * float64(c-top[i])
		}
	}
	return total
}

func reduced3(weight []float64, row []road.Millis, top, whole []int32, pooled []float64) float64 {
	total, b1, b2, b3 := 0.0, pooled[0], pooled[1], pooled[2]
	for i, t := range row {
		c := int32(t)
		if c >= top[i] {
			continue
		}
		mu := whole[3*i : 3*i+3 : 3*i+3]
		total += weight[i] * (b3*float64(c-mu[2]) + b2*float64(min(c-mu[1], 0)) + b1*float64(min(c-mu[0], 0)))
	}
	return total
}

// choose sets chosen to the decided columns and the least of the others, and margin. It returns the sum over the chosen.
func (d *dual) choose(rho []float64) float64 {
	d.chosen = d.chosen[:0]
	var open []int
	sum := 0.0
	for j := range rho {
		if d.use[j] {
			d.chosen = append(d.chosen, j)
			sum += rho[j]
		} else if !d.drop[j] {
			open = append(open, j)
		}
	}
	need := d.in.place - len(d.chosen)
	slices.SortFunc(open, func(x, y int) int {
		if rho[x] != rho[y] {
			return cmp.Compare(rho[x], rho[y])
		}
		return cmp.Compare(x, y)
	})
	d.margin = [2]float64{math.Inf(-1), math.Inf(1)}
	if need > 0 {
		d.margin[0] = rho[open[need-1]]
	}
	if need < len(open) {
		d.margin[1] = rho[open[need]]
	}
	for _, j := range open[:need] {
		sum += rho[j]
	}
	d.chosen = append(d.chosen, open[:need]...)
	return sum
}
