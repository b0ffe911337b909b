package transport

import (
	"cmp"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/parallel"
	"github.com/nearside-ems/nearside/optimiser"
)

// dual holds multipliers and the Lagrangian value at them (docs/transport.md derives it):
//
//	L(u) = Σ w uᵢ + the least choice of place columns of ρⱼ
//
// where −ρⱼ, summed over groups, is the most that patients can save at column j within its room when
// each brings uᵢ: a fractional knapsack. Multipliers move as float64 and are evaluated as whole
// milliseconds, so that the certificate holds exactly what was evaluated.
type dual struct {
	in      *instance
	workers int
	ended   func() bool
	mu      []float64 // client, where the search is
	step    []float64 // client, momentum
	whole   []int32   // client, as evaluated; 0 without weight
	tops    [][]int32 // per group and block of cells: the highest of whole
	took    []float64 // client: the share of its patients that chosen columns take, summed
	rho     []float64 // per column
	cut     [][]cut   // per group and column
	use     []bool    // per column: decided to be used
	drop    []bool    // per column: decided not to be
	chosen  []int     // the least choice, decided columns first
	margin  [2]float64
	best    []int32 // whole at the highest value
	bestRho []float64
	base    float64 // of best: the part of the value that no choice changes
	value   float64 // L at whole
	high    float64 // L at best
	items   [][]item
}

// cut says whom a column takes: those who save more than the price, and a share of those who save as much.
type cut struct {
	price int32
	share float64
}

func newDual(in *instance, workers int, ended func() bool) *dual {
	n, m := in.clients(), len(in.site)
	d := &dual{
		in: in, workers: workers, ended: ended,
		mu: make([]float64, n), step: make([]float64, n), whole: make([]int32, n), took: make([]float64, n), best: make([]int32, n),
		rho: make([]float64, m), bestRho: make([]float64, m), use: slices.Clone(in.fixed), drop: make([]bool, m),
		cut: make([][]cut, len(in.groups)), items: make([][]item, workers), tops: make([][]int32, len(in.groups)),
	}
	for g := range d.cut {
		d.cut[g] = make([]cut, m)
		d.tops[g] = make([]int32, blocks(len(in.groups[g].weight)))
	}
	return d
}

// from starts at a layout: a multiplier is the second least time and price, the most that a patient
// would pay for one more centre.
func (d *dual) from(l *layout) {
	for c, t := range l.next {
		d.mu[c] = float64(t)
	}
	clear(d.step)
}

// lift starts from the multipliers of a sketch: each client's is its own starting point (from) moved by as
// much as the best multiplier of its stand-in lies from the stand-in's starting point at the same columns.
func (d *dual) lift(b *dual, rough *layout) {
	for g := range d.in.groups {
		for c := d.in.first[g]; c < d.in.first[g+1]; c++ {
			s := b.in.first[g] + (c-d.in.first[g])/thinner
			d.mu[c] = max(0, min(d.mu[c]+float64(b.best[s]-rough.next[s]), float64(optimiser.Cap)))
		}
	}
}

// floor starts the bound at each client's nearest column, where no reduced cost is below 0. However
// early a search is ended, it has this bound.
func (d *dual) floor() {
	d.high = 0
	for g := range d.in.groups {
		grp := &d.in.groups[g]
		best := d.best[d.in.first[g]:d.in.first[g+1]]
		for i := range best {
			best[i] = int32(optimiser.Cap)
		}
		for j, row := range grp.row {
			if grp.limit[j] > 0 {
				for i, t := range row {
					best[i] = min(best[i], int32(t))
				}
			}
		}
		for i, w := range grp.weight {
			d.high += w * float64(best[i])
		}
	}
	clear(d.bestRho)
	d.base = d.high
}

// evaluate sets whole, rho, chosen, value and the margins for mu, and keeps the best. It returns false,
// having changed neither value nor best, when it was ended.
func (d *dual) evaluate() bool {
	base := 0.0
	for g := range d.in.groups {
		at := d.in.first[g]
		clear(d.tops[g])
		for i, w := range d.in.groups[g].weight {
			d.whole[at+i] = 0
			if w > 0 {
				u := max(0, min(math.Round(d.mu[at+i]), float64(optimiser.Cap)))
				d.whole[at+i] = int32(u)
				d.tops[g][i/block] = max(d.tops[g][i/block], int32(u))
				base += w * u
			}
		}
	}
	parallel.ForWorker(d.workers, len(d.rho), func(worker, j int) {
		if !d.drop[j] && !d.ended() {
			d.rho[j] = d.reduced(j, worker)
		}
	})
	if d.ended() {
		return false
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

// reduced returns ρⱼ and sets the column's cuts.
func (d *dual) reduced(j, worker int) float64 {
	total := 0.0
	for g := range d.in.groups {
		grp := &d.in.groups[g]
		limit := grp.limit[j]
		if limit == 0 {
			d.cut[g][j] = cut{price: math.MaxInt32}
			continue
		}
		load, saved := 0.0, 0.0
		d.savers(g, j, func(u []int32, row []road.Millis, weight []float64) {
			for i, t := range row {
				if save := u[i] - int32(t); save > 0 {
					load += weight[i]
					saved += weight[i] * float64(save)
				}
			}
		})
		d.cut[g][j] = cut{}
		if load > limit {
			saved = d.fit(g, j, worker)
		}
		total -= saved
	}
	return total
}

// savers calls do for each block of a group's cells in which somebody may gain by a column.
func (d *dual) savers(g, j int, do func(u []int32, row []road.Millis, weight []float64)) {
	grp := &d.in.groups[g]
	u, row := d.whole[d.in.first[g]:d.in.first[g+1]], grp.row[j]
	for b, t := range grp.near[j] {
		if int32(t) < d.tops[g][b] {
			from, to := b*block, min((b+1)*block, len(row))
			do(u[from:to], row[from:to], grp.weight[from:to])
		}
	}
}

// fit fills a column that has not room for all who would gain by it.
func (d *dual) fit(g, j, worker int) float64 {
	items := d.items[worker][:0]
	d.savers(g, j, func(u []int32, row []road.Millis, weight []float64) {
		for i, t := range row {
			if save := u[i] - int32(t); save > 0 {
				items = append(items, item{save, weight[i]})
			}
		}
	})
	d.items[worker] = items
	saved, price, share := fill(items, d.in.groups[g].limit[j])
	d.cut[g][j] = cut{price, share}
	return saved
}

// choose sets chosen to the decided columns and the least of the others, and margin: the last reduced
// cost chosen and the first not chosen among undecided columns. It returns the sum over the chosen.
func (d *dual) choose(rho []float64) float64 {
	d.chosen = d.chosen[:0]
	var open []int
	total := 0.0
	for j := range rho {
		if d.use[j] {
			d.chosen = append(d.chosen, j)
			total += rho[j]
		} else if !d.drop[j] {
			open = append(open, j)
		}
	}
	need := d.in.place - len(d.chosen)
	slices.SortFunc(open, func(x, y int) int { return cmp.Or(cmp.Compare(rho[x], rho[y]), cmp.Compare(x, y)) })
	d.margin = [2]float64{math.Inf(-1), math.Inf(1)}
	if need > 0 {
		d.margin[0] = rho[open[need-1]]
	}
	if need < len(open) {
		d.margin[1] = rho[open[need]]
	}
	for _, j := range open[:need] {
		total += rho[j]
	}
	d.chosen = append(d.chosen, open[:need]...)
	return total
}
