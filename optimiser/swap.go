package optimiser

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/nearside-ems/nearside/internal/parallel"
)

// batch is how many candidates are tried against one layout before the best of them is taken. It
// bounds the use of cores and is fixed, so that the result does not depend on how many there are.
const batch = 8

// enough is the least relative improvement that counts: well above the rounding of the sums.
const enough = 1e-11

// gain returns how much opening column j alone takes off the layout's value.
func (l *layout) gain(j int) float64 {
	total := 0.0
	for i := range l.in.groups {
		g := &l.in.groups[i]
		if !g.serves(j) {
			continue
		}
		nears, _, size := l.lists(g)
		row := g.cost.dense[l.in.row[j]]
		far := l.far[g.client : g.client+len(row)]
		for c, t := range row {
			if int32(t) >= far[c] {
				continue
			}
			near, sum := nears[c*size:(c+1)*size], 0.0
			for k := size - 2; k >= 0 && int32(t) < near[k]; k-- {
				sum += g.b[k] * float64(near[k]-int32(t))
			}
			total += g.weight[c] * sum
		}
	}
	return total
}

// exchange returns the position whose closing goes best with the opening of column j, and by how much
// the pair changes the value; where a place is left, that position may be the next free one, and nothing closes. Opening j gains on its
// own, closing r loses on its own, and where both touch one client the sum is corrected by extra[r] (Resende and Werneck 2004, here for each sum of
// k least costs; docs/optimiser.md). extra is scratch of place+1 entries.
func (l *layout) exchange(j int, extra []float64) (pos int, change float64) {
	return l.cheapest(j, l.weigh(j, extra), extra)
}

// weigh returns the gain of opening column j and sets extra.
func (l *layout) weigh(j int, extra []float64) (gain float64) {
	clear(extra)
	for i := range l.in.groups {
		if l.in.groups[i].serves(j) {
			gain += l.exchangeIn(i, l.in.row[j], extra)
		}
	}
	return gain
}

// exchangeIn returns a group's part of the gain and adds its part of extra.
func (l *layout) exchangeIn(number, row int, extra []float64) float64 {
	g, gain := &l.in.groups[number], 0.0
	cells, costs := g.cost.look(row, 0, len(g.weight))
	far := l.far[g.client : g.client+len(g.weight)]
	if cells == nil {
		for c, t := range costs {
			if int32(t) < far[c] {
				gain += l.exchangeAt(g, c, int32(t), extra)
			}
		}
		return gain
	}
	costs = costs[:len(cells)]
	for k, c := range cells {
		if t := int32(costs[k]); t < far[c] {
			gain += l.exchangeAt(g, int(c), t, extra)
		}
	}
	for _, c := range l.beyond[number] {
		if t := int32(g.cost.dense[row][c]); t < far[c] && t >= g.cost.near.limit[c] {
			gain += l.exchangeAt(g, int(c), t, extra)
		}
	}
	return gain
}

// exchangeAt does the same for one cell, at which the column costs less than far.
func (l *layout) exchangeAt(g *group, cell int, cost int32, extra []float64) float64 {
	size, w := len(g.b)+1, g.weight[cell]
	at := g.list + cell*size
	near, who := l.near[at:at+size], l.who[at:at+size]
	if size == 2 { // one level
		if cost < near[0] {
			extra[who[0]] += w * g.b[0] * float64(near[0]-near[1])
			return w * g.b[0] * float64(near[0]-cost)
		}
		extra[who[0]] += w * g.b[0] * float64(cost-near[1])
		return 0
	}
	gain, fix := 0.0, 0.0
	for k := size - 2; k >= 0; k-- {
		if b := g.b[k]; cost < near[k] {
			gain += b * float64(near[k]-cost)
			fix += b * float64(near[k]-near[k+1])
		} else if cost < near[k+1] {
			fix += b * float64(cost-near[k+1])
		}
		extra[who[k]] += w * fix
	}
	return w * gain
}

// cheapest returns the best closing that the rules allow, +Inf where there is none.
func (l *layout) cheapest(j int, gain float64, extra []float64) (pos int, change float64) {
	change = math.Inf(1)
	rules, ledger := l.in.rules, l.ledger
	if !rules.plain() {
		ledger = ledger.clone() // it counts what is tried, and several columns are tried at once
	}
	if len(l.open) < l.in.place && -gain < change && ledger.fits(j, l.used) {
		pos, change = len(l.open), -gain
	}
	for r := range l.open {
		if d := l.loss[r] + extra[r] - gain; d < change && (rules.plain() || ledger.swaps(l.open[r], j)) {
			pos, change = r, d
		}
	}
	return pos, change
}

// searcher improves layouts by swaps.
type searcher struct {
	workers int
	rng     *rand.Rand
	extra   [batch][]float64
	order   []int
	ends    [][]int // layouts at which a search ended, their columns ascending
}

func newSearcher(in *instance, seed uint64, workers int) *searcher {
	s := &searcher{workers: workers, rng: rand.New(rand.NewPCG(seed, 0x6e656172)), order: make([]int, len(in.site))}
	for i := range s.extra {
		s.extra[i] = make([]float64, in.place+1)
	}
	for j := range s.order {
		s.order[j] = j
	}
	return s
}

// improve swaps until no single swap makes the layout better, an earlier search ended at the same
// layout, or ctx ends. Candidates, all columns but those dropped (per column; nil: none), come in
// random order; of each batch the best swap is made. From one search to the next, columns may be dropped but
// not taken back.
func (s *searcher) improve(ctx context.Context, l *layout, dropped []bool) {
	order := s.candidates(dropped)
	if s.endedAt(l) {
		return
	}
	var pos [batch]int
	var change [batch]float64
	for at, idle := 0, 0; idle < len(order) && ctx.Err() == nil; {
		n := min(batch, len(order))
		pick := func(i int) int { return order[(at+i)%len(order)] }
		parallel.For(s.workers, n, func(i int) {
			change[i] = math.Inf(1)
			if j := pick(i); l.at[j] == 0 {
				pos[i], change[i] = l.exchange(j, s.extra[i])
			}
		})
		best := 0
		for i := 1; i < n; i++ {
			if change[i] < change[best] {
				best = i
			}
		}
		if change[best] < -enough*l.value && l.swapIfBetter(pos[best], pick(best)) {
			idle = 0
			if s.endedAt(l) {
				return
			}
		} else {
			idle += n
		}
		at = (at + n) % len(order)
	}
	if ctx.Err() == nil {
		s.ends = append(s.ends, slices.Sorted(slices.Values(l.open)))
	}
}

// candidates returns the columns that are not dropped, in random order.
func (s *searcher) candidates(dropped []bool) []int {
	s.rng.Shuffle(len(s.order), func(i, k int) { s.order[i], s.order[k] = s.order[k], s.order[i] })
	if dropped == nil {
		return s.order
	}
	return slices.DeleteFunc(slices.Clone(s.order), func(j int) bool { return dropped[j] })
}

// endedAt reports whether a search ended at the layout: all swaps from it have been tried.
func (s *searcher) endedAt(l *layout) bool {
	open := slices.Sorted(slices.Values(l.open))
	return slices.ContainsFunc(s.ends, func(end []int) bool { return slices.Equal(end, open) })
}

// swapIfBetter makes a swap and takes it back unless the value, a sum without cancellation, agrees
// that it is better. So the search ends even where rounding makes exchange see gains that are none.
func (l *layout) swapIfBetter(pos, j int) bool {
	if pos == len(l.open) {
		l.add(j)
		return true
	}
	before, old := l.value, l.open[pos]
	l.swap(pos, j)
	if l.value < before {
		return true
	}
	l.swap(pos, old)
	return false
}
