package optimiser

import (
	"math"
)

// boundSteps returns b for the bound of a layer: of its shares where they fall with k, else of the
// largest falling shares whose tail sums are nowhere above those of the real ones (the slopes of the
// greatest convex minorant of the tail sums; docs/optimiser.md).
func boundSteps(share []float64) []float64 {
	n := len(share)
	tail := make([]float64, n+1) // tail[k] is the share of demand that levels k+1… serve
	for k := n - 1; k >= 0; k-- {
		tail[k] = tail[k+1] + share[k]
	}
	fall := make([]float64, n+1)
	for k := 0; k < n; {
		// The hull's next edge from k: the steepest descent that stays below, and of equals the farthest.
		next, slope := n, math.Inf(-1)
		for m := k + 1; m <= n; m++ {
			if s := (tail[k] - tail[m]) / float64(m-k); s >= slope {
				next, slope = m, s
			}
		}
		for ; k < next; k++ {
			fall[k] = slope
		}
	}
	b := make([]float64, n)
	for k := range b {
		b[k] = max(0, fall[k]-fall[k+1])
	}
	return b
}

// nextValue returns the least value from the bound upwards that a plan can have: where one facility
// serves all of each cell and all weights are whole, every value is a whole multiple of the greatest
// common divisor of the costs. It leaves the bound where sums could be rounded, as those with a price
// are, and those of whole numbers beyond 2⁵³, and where it is too many units for a fraction to be told.
func nextValue(p *Problem, bound float64) float64 {
	if p.Budget > 0 || 1000*p.worth(nil) > 1<<53 {
		return bound
	}
	for i := range p.Layers {
		if l := &p.Layers[i]; len(l.Share) > 1 || l.Share[0] != 1 || !allWhole(l.Weight) {
			return bound
		}
	}
	divisor := uint32(0)
	for _, f := range p.families() {
		divisor = f.divisor(p, divisor)
	}
	unit := float64(divisor) / 1000
	if divisor == 0 || bound > 1e8*unit {
		return bound
	}
	return max(bound, unit*math.Ceil(bound/unit-1e-6))
}

func allWhole(weight []float64) bool {
	for _, w := range weight {
		if math.Floor(w) != w {
			return false
		}
	}
	return true
}

// divisor returns the greatest common divisor of d, all costs of the family and, as a facility may be missing, what a time of Cap costs.
func (f *family) divisor(p *Problem, d uint32) uint32 {
	layer := &p.Layers[f.layers[0]]
	d = commonDivisor(d, uint32(layer.capCost()))
	for _, r := range f.rows {
		for _, t := range layer.Time.Row(int(r)) {
			if d == 1 {
				return 1
			}
			d = commonDivisor(d, uint32(layer.cost(t)))
		}
	}
	return d
}

// commonDivisor is Euclid's algorithm.
func commonDivisor(a, b uint32) uint32 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
