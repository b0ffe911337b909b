package optimiser

import (
	"math"

	"github.com/nearside-ems/nearside/geo/road"
)

// grain returns the greatest number that every plan's value, in weighted milliseconds, is a multiple
// of, or 0 where there is no such: with one level, whole weights make every value a multiple of what
// divides all times. A bound may then be rounded up to a multiple.
func (in *instance) grain(p *Problem) float64 {
	if in.levels() > 1 {
		return 0
	}
	for _, l := range p.Layers {
		for _, w := range l.Weight {
			if w != math.Trunc(w) {
				return 0
			}
		}
	}
	var g road.Millis
	for _, group := range in.groups {
		for _, row := range group.row {
			if g == 1 {
				return 1
			}
			for _, t := range row {
				for ; t > 0; g, t = t, g%t {
				}
			}
		}
	}
	return float64(g)
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
