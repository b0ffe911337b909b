package optimiser

import (
	"cmp"
	"slices"
)

// chooser finds least selections by a plain dynamic programme over the tree of quotas: for each set
// and each count that it can have, the least over all ways to share the count between its own sites,
// of which the cheapest are taken, and its subsets. Its scratch is reused from one to the next.
type chooser struct {
	best  [][]float64 // per set: the least sum for low, low+1, … high facilities
	spare []float64
}

// ranking holds each set's own sites by what they cost.
type ranking [][]int32

func (n *nest) rank(cost []float64) ranking {
	r := make(ranking, len(n.set))
	for i := range n.set {
		r[i] = slices.Clone(n.set[i].own)
		slices.SortFunc(r[i], func(x, y int32) int {
			return cmp.Or(cmp.Compare(cost[x], cost[y]), cmp.Compare(x, y))
		})
	}
	return r
}

// least returns the least sum of costs over the selections that agree with the decisions and respect every
// bound. d.span must have found that there is one.
func (c *chooser) least(d *decided, cost []float64, r ranking) float64 {
	for len(c.best) < len(d.set) {
		c.best = append(c.best, nil)
	}
	for i := range d.set {
		from := d.used[i]
		for _, s := range d.set[i].sub {
			from += d.low[s]
		}
		room := d.high[i] - from
		f := own(c.best[i][:0], d, cost, r[i], room)
		for _, s := range d.set[i].sub {
			c.spare = minPlus(c.spare[:0], f, c.best[s], room)
			f, c.spare = c.spare, f
		}
		c.best[i] = f[:copy(f, f[d.low[i]-from:])] // a set that needs more than low gets it
	}
	return slices.Min(c.best[len(d.set)-1])
}

// own appends the least sums for the used ones of a set's own sites and 0, 1, … at most room of its undecided ones.
func own(f []float64, d *decided, cost []float64, sites []int32, room int) []float64 {
	base := 0.0
	f = append(f, 0)
	for _, s := range sites {
		switch d.use[s] {
		case used:
			base += cost[s]
		case undecided:
			if len(f) <= room {
				f = append(f, f[len(f)-1]+cost[s])
			}
		}
	}
	for i := range f {
		f[i] += base
	}
	return f
}

// minPlus appends the least of x[i] + y[k] for i + k = 0, 1, … at most room.
func minPlus(f, x, y []float64, room int) []float64 {
	for n := range min(len(x)+len(y)-1, room+1) {
		i := max(0, n-len(y)+1)
		low := x[i] + y[n-i]
		for i++; i < len(x) && i <= n; i++ {
			low = min(low, x[i]+y[n-i])
		}
		f = append(f, low)
	}
	return f
}
