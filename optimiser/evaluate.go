package optimiser

import (
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// Evaluate returns the objective of facilities at the sites, in demand-weighted seconds. Unlike a
// plan they may be of any number from 1 (with fewer facilities than levels the last one takes the
// calls that are left) and need not respect Fixed and Forbidden: so a present layout can be compared
// with a plan. The problem must be valid. It fails when sites is empty, out of range or repeats one.
func Evaluate(p *Problem, sites []int) (float64, error) {
	if len(sites) == 0 {
		return 0, fmt.Errorf("optimiser: no sites to evaluate")
	}
	sites = slices.Sorted(slices.Values(sites))
	for i, s := range sites {
		if s < 0 || s >= p.Sites {
			return 0, fmt.Errorf("optimiser: site %d: from 0 to %d is allowed", s, p.Sites-1)
		}
		if i > 0 && s == sites[i-1] {
			return 0, fmt.Errorf("optimiser: site %d is given twice", s)
		}
	}
	a := levelWeights(p.Busy, min(p.Levels, len(sites)))
	sum, near := 0.0, make([]road.Millis, 0, len(a))
	for _, l := range p.Layers {
		for i, w := range l.Weight {
			if w == 0 {
				continue
			}
			near = near[:0]
			for _, s := range sites {
				near = keepLeast(near, min(l.Time.T[s*p.Cells+i], Cap), len(a))
			}
			for k, t := range near {
				sum += w * a[k] * float64(t)
			}
		}
	}
	return sum / 1000, nil
}

// keepLeast inserts t into the ascending list of at most k least times.
func keepLeast(near []road.Millis, t road.Millis, k int) []road.Millis {
	if len(near) < k {
		near = append(near, t)
	} else if t >= near[k-1] {
		return near
	}
	at := len(near) - 1
	for ; at > 0 && near[at-1] > t; at-- {
		near[at] = near[at-1]
	}
	near[at] = t
	return near
}
