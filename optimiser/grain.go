package optimiser

import (
	"math"

	"github.com/nearside-ems/nearside/geo/road"
)

// grain returns the greatest number that every plan's value, in weighted thousandths, is a multiple
// of, or 0 where there is no such: where the nearest facility serves all and weights are whole, every value is a multiple of what
// divides all costs. A bound may then be rounded up to a multiple, as long as the sums that make it are exact: without
// prices, and below 2⁵³.
func (in *instance) grain(p *Problem) float64 {
	if p.Budget > 0 || in.ceiling() > 1<<53 {
		return 0
	}
	for _, l := range p.Layers {
		if len(l.Share) != 1 || l.Share[0] != 1 {
			return 0
		}
		for _, w := range l.Weight {
			if w != math.Trunc(w) {
				return 0
			}
		}
	}
	var g road.Millis
	for _, group := range in.groups {
		g = divisor(g, road.Millis(group.cost.ceil))
		for _, row := range group.cost.dense {
			for _, t := range row {
				if g == 1 {
					return 1
				}
				g = divisor(g, min(t, road.Millis(group.cost.ceil)))
			}
		}
	}
	return float64(g)
}

// ceiling returns the value without any facility, the highest that there is, in weighted thousandths.
func (in *instance) ceiling() float64 {
	sum := 0.0
	for _, g := range in.groups {
		share := 0.0
		for _, a := range g.a {
			share += a
		}
		for _, w := range g.weight {
			sum += w * share * float64(g.cost.ceil)
		}
	}
	return sum
}

// divisor returns the greatest common divisor of two numbers (Euclid).
func divisor(x, y road.Millis) road.Millis {
	for y > 0 {
		x, y = y, x%y
	}
	return x
}

// Rounding up leaves room for the sums' own rounding, and is left alone where values are so many
// grains that this room could matter.
const (
	grainRoom = 1e-6
	mostGrain = 1e8
)

// roundUp returns the least multiple of the grain that a plan's value can be, given a bound on it.
func roundUp(bound, grain float64) float64 {
	if grain == 0 || bound > mostGrain*grain {
		return bound
	}
	return max(bound, grain*math.Ceil(bound/grain-grainRoom))
}
