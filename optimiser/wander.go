package optimiser

import (
	"math"
	"slices"
)

// Settings of wander.
const (
	wanderGap = 0.002 // the gap at the root from which on it is worth its time
	mostKicks = 4     // columns that a round opens, at most, before it searches
	rootTries = 20    // rounds without a better plan after which it ends at first, at the root
	lastTries = 100   // the same where the tree is done
	moreTries = 300   // how many more it is given for each better plan
	mostTries = 3000  // and how many at most
	guided    = 8     // every so many rounds start from a plan that the dual suggests
	astray    = 60    // after so many rounds without a better plan it goes back to the best
	tolerance = 5e-4  // by how much a round's plan may be worse for the next to start from it
)

// wander is an iterated local search (Lourenço, Martin and Stützle 2003): a few columns are opened, each in place of the one that
// it best replaces, and the search swaps on from there. Every few rounds it starts from a plan that the dual suggests instead (guide), and looks at
// the plans between what it finds and the best one (path relinking; Resende and Werneck 2004). Where swaps
// alone end in one of many plans of nearly the same value, as where demand is covered or not, it goes on to better
// ones. Where that goes well it tries for longer.
func (r *run) wander(tries int, dropped []bool, guide func() []int) {
	fruitless := tries
	columns := r.in.columnsOf(dropped)
	here, at := slices.Clone(r.columns), r.value
	for failed := 0; failed < fruitless && !r.ended(); failed++ {
		before := r.value
		if failed%guided == guided-1 {
			r.layout.reset(guide())
			r.search.improve(r.ctx, r.layout, dropped)
			r.offer()
			r.relink(r.columns, dropped)
		} else {
			r.layout.reset(here)
			for range 1 + r.search.rng.IntN(mostKicks) {
				r.kick(columns)
			}
			r.search.improve(r.ctx, r.layout, dropped)
		}
		r.offer()
		if r.layout.value <= at*(1+tolerance) {
			here, at = slices.Clone(r.layout.open), r.layout.value
		}
		if failed%astray == astray-1 {
			here, at = slices.Clone(r.columns), r.value
		}
		if r.value < before*(1-enough) {
			failed, fruitless = -1, min(fruitless+moreTries, mostTries)
		}
	}
	r.layout.reset(slices.Clone(r.columns))
}

// relink goes from the layout to the plan of the target's columns, at each step by the swap that costs least, and searches from the
// best plan on the way.
func (r *run) relink(target []int, dropped []bool) {
	l := r.layout
	goal := make([]bool, len(r.in.site))
	for _, j := range target {
		goal[j] = true
	}
	var best []int
	least := math.Inf(1)
	for !r.ended() {
		pos, j := l.step(target, goal, r.search.extra[0])
		if j < 0 {
			break
		}
		l.swap(pos, j)
		if left := l.missing(target); left > 1 && l.value < least {
			least, best = l.value, slices.Clone(l.open)
		}
	}
	if best != nil {
		l.reset(best)
		r.search.improve(r.ctx, l, dropped)
	}
}

// missing returns how many of the columns are not open.
func (l *layout) missing(columns []int) (n int) {
	for _, j := range columns {
		if l.at[j] == 0 {
			n++
		}
	}
	return n
}

// step returns the cheapest swap that opens a column of the target and closes one that is not in it, as goal marks; column -1 where there is none.
func (l *layout) step(target []int, goal []bool, extra []float64) (pos, column int) {
	column, least := -1, math.Inf(1)
	for _, j := range target {
		if l.at[j] != 0 {
			continue
		}
		gain := l.weigh(j, extra)
		for r, out := range l.open {
			if d := l.loss[r] + extra[r] - gain; d < least && !goal[out] && (l.in.rules.plain() || l.ledger.swaps(out, j)) {
				pos, column, least = r, j, d
			}
		}
	}
	return pos, column
}

// columnsOf returns the columns of each row that are not dropped.
func (in *instance) columnsOf(dropped []bool) [][]int {
	out := make([][]int, in.rows)
	for j, r := range in.row {
		if !dropped[j] {
			out[r] = append(out[r], j)
		}
	}
	return out
}

// kick opens a column near a client, drawn from a few as the one that costs most, and closes what it best replaces.
func (r *run) kick(columns [][]int) {
	const drawn = 2
	rng, l := r.search.rng, r.layout
	g := &r.in.groups[rng.IntN(len(r.in.groups))]
	near, _, size := l.lists(g)
	cell, most := -1, 0.0
	for range drawn {
		c := rng.IntN(len(g.weight))
		if cost := g.weight[c] * float64(near[c*size]); cell < 0 || cost > most {
			cell, most = c, cost
		}
	}
	row := rng.IntN(r.in.rows)
	if g.cost.near != nil {
		if list := g.cost.near.near(cell); len(list) > 0 {
			row = list[rng.IntN(len(list))].row()
		}
	}
	if len(columns[row]) == 0 {
		return
	}
	j := columns[row][rng.IntN(len(columns[row]))]
	if l.at[j] != 0 {
		return
	}
	if pos, change := l.exchange(j, r.search.extra[0]); pos < len(l.open) && !math.IsInf(change, 1) {
		l.swap(pos, j)
	}
}
