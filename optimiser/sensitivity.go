package optimiser

import (
	"cmp"
	"math"
	"slices"
)

// Sensitivity is how a plan's value depends on its sites. All values are stated as a certificate
// states them.
type Sensitivity struct {
	Without []float64  // per site of the plan, in its order: the value of the plan without it
	Next    []Exchange // sites that nearly made it, best first
}

// Exchange opens one site and closes another.
type Exchange struct {
	Open, Close int     // Close is -1 where a place is left, so that nothing has to close
	Value       float64 // of the plan after it
}

// Sensitive says what each site of a plan is worth, and which sites outside of it would cost least
// if they had to be used: up to next of them, each with the site that it would best replace. Swaps
// respect Fixed, Forbidden, Quotas and Budget, Without does not. The problem must be valid and the
// plan one for it.
func Sensitive(p *Problem, plan *Plan, next int) *Sensitivity {
	in := newInstance(p)
	columns := make([]int, len(plan.Sites))
	for i, s := range plan.Sites {
		columns[i] = slices.Index(in.site, s)
	}
	fixed := in.fixed
	in.fixed = make([]bool, len(fixed)) // what a fixed facility is worth is asked, too
	l := newLayout(in, columns)
	out := &Sensitivity{}
	for pos := range plan.Sites {
		out.Without = append(out.Without, (l.value+l.loss[pos])/1000)
	}
	in.fixed = fixed
	l.settle()
	out.Next = l.nearly(next)
	return out
}

// nearly returns the cheapest exchanges that open a closed column, one for each, at most n.
func (l *layout) nearly(n int) []Exchange {
	var all []Exchange
	extra := make([]float64, l.in.place+1)
	for j, site := range l.in.site {
		if l.at[j] != 0 {
			continue
		}
		pos, change := l.exchange(j, extra)
		if math.IsInf(change, 1) {
			continue
		}
		e := Exchange{Open: site, Close: -1, Value: (l.value + change) / 1000}
		if pos < len(l.open) {
			e.Close = l.in.site[l.open[pos]]
		}
		all = append(all, e)
	}
	slices.SortStableFunc(all, func(a, b Exchange) int { return cmp.Compare(a.Value, b.Value) })
	return all[:min(n, len(all))]
}
