package optimiser

import (
	"math/rand/v2"

	"github.com/nearside-ems/nearside/geo/road"
)

// sketch returns a smaller instance with about want clients: each run of neighbouring cells (in the
// order of their index) is stood for by one of them, drawn by weight, with the weight of all. It is
// where a plan and multipliers are sought first; nothing is proved on it. of[c] is the client of the
// sketch that stands for client c.
func (in *instance) sketch(want int, rng *rand.Rand) (s *instance, of []int32) {
	s = new(instance)
	*s = *in
	s.groups, s.pieces = nil, nil
	size := (in.clients() + want - 1) / want
	of = make([]int32, in.clients())
	made := 0
	for _, g := range in.groups {
		var keep []int
		weight := g.weight
		g.weight = nil
		for from := 0; from < len(weight); from += size {
			to := min(from+size, len(weight))
			cell, sum := drawByWeight(weight[from:to], rng)
			keep = append(keep, from+cell)
			g.weight = append(g.weight, sum)
			for c := from; c < to; c++ {
				of[g.client+c] = int32(made)
			}
			made++
		}
		g.cost = &costs{curve: g.cost.curve, ceil: g.cost.ceil, dense: gather(g.cost.dense, keep)}
		s.groups = append(s.groups, g)
	}
	s.number()
	return s, of
}

// drawByWeight returns a random position, drawn by weight, and the sum of the weights.
func drawByWeight(weight []float64, rng *rand.Rand) (at int, sum float64) {
	for i, w := range weight {
		if sum += w; w > 0 && rng.Float64()*sum < w {
			at = i
		}
	}
	return at, sum
}

// gather copies the kept cells of every row.
func gather(row [][]road.Millis, keep []int) [][]road.Millis {
	all := make([]road.Millis, len(row)*len(keep))
	out := make([][]road.Millis, len(row))
	for j := range row {
		if row[j] == nil {
			continue
		}
		out[j] = all[j*len(keep) : (j+1)*len(keep)]
		for i, c := range keep {
			out[j][i] = row[j][c]
		}
	}
	return out
}

// lift starts from the multipliers of a sketch: each client's is its own starting point (from) moved
// by as much as the best multipliers of its stand-in lie from the stand-in's starting point. The
// layout is of the sketch, with the columns that from was given.
func (d *dual) lift(b *dual, rough *layout, of []int32) {
	for i := range d.in.groups {
		g, small := &d.in.groups[i], &b.in.groups[i]
		near, _, size := rough.lists(small)
		k := g.levels()
		for c := range g.weight {
			s := int(of[g.client+c]) - small.client
			for m := range k {
				d.mu[g.flat+c*k+m] += float64(b.best[small.flat+s*k+m]) - float64(near[s*size+m+1])
			}
		}
	}
	d.price = b.bestPrice
}
