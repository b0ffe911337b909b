package optimiser

import (
	"math"
	"slices"
)

// Settings of wander.
const (
	wanderGap  = 0.002   // the gap at the root from which on it is worth its time
	mostKicks  = 4       // columns that a round opens, at most, before it searches
	wanderWork = 1 << 29 // costs that fruitless rounds look at, about
	mostRounds = 1500    // fruitless ones
)

// wander is an iterated local search (Lourenço, Martin and Stützle 2003) from the best plan: a few columns near ill-served
// clients are opened, each in place of the one that it best replaces, and the search swaps on from there. Where swaps
// alone end in one of many plans of nearly the same value, as where demand is covered or not, it goes on to better
// ones. It ends after a number of fruitless rounds that does not depend on time.
func (r *run) wander(dropped []bool) {
	fruitless := min(max(10, wanderWork/r.in.looked()), mostRounds)
	columns := r.in.columnsOf(dropped)
	here, at := slices.Clone(r.columns), r.value
	for failed := 0; failed < fruitless && !r.ended(); failed++ {
		r.layout.reset(here)
		for range 1 + r.search.rng.IntN(mostKicks) {
			r.kick(columns)
		}
		r.search.improve(r.ctx, r.layout, dropped)
		if r.layout.value < r.value*(1-enough) {
			failed = -1
		}
		r.offer()
		if r.layout.value <= at {
			here, at = slices.Clone(r.layout.open), r.layout.value
		}
	}
	r.layout.reset(slices.Clone(r.columns))
}

// looked returns about how many costs a round looks at: it opens a plan's columns and then tries each column.
func (in *instance) looked() int {
	n := in.clients() * in.place
	for i := range in.groups {
		if c := in.groups[i].cost; c.near != nil {
			n += len(c.near.entry)
		} else {
			n += len(in.site) * len(in.groups[i].weight)
		}
	}
	return n
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
	const drawn = 8
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
