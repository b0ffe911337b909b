package optimiser

import (
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// Evaluate returns the objective of facilities at the sites, as a certificate states it. Unlike a plan they may be of
// any number, none included, and need not respect Fixed, Forbidden, Quotas and Budget: so a present
// layout can be compared with a plan. The problem must be valid. It fails when a site is out of range or repeats.
func Evaluate(p *Problem, sites []int) (float64, error) {
	sites = slices.Sorted(slices.Values(sites))
	for i, s := range sites {
		if s < 0 || s >= p.Sites {
			return 0, fmt.Errorf("optimiser: site %d: from 0 to %d is allowed", s, p.Sites-1)
		}
		if i > 0 && s == sites[i-1] {
			return 0, fmt.Errorf("optimiser: site %d is given twice", s)
		}
	}
	return p.worth(sites), nil
}

// worth is the objective by its definition.
func (p *Problem) worth(sites []int) float64 {
	sum := 0.0
	for i := range p.Layers {
		sum += p.Layers[i].worth(p, sites)
	}
	return sum / 1000
}

// worth is the layer's part of the objective, in thousandths: each cell's least times, as costs, weighed by share.
// Least times have least costs, as a curve never falls.
func (l *Layer) worth(p *Problem, sites []int) float64 {
	var rows [][]road.Millis
	for _, s := range sites {
		if l.inService(s) {
			rows = append(rows, l.Time.Row(p.row(s)))
		}
	}
	sum, near := 0.0, make([]road.Millis, len(l.Share))
	for i, w := range l.Weight {
		if w == 0 {
			continue
		}
		for k := range near {
			near[k] = Cap
		}
		for _, row := range rows {
			keepLeast(near, row[i])
		}
		cost := 0.0
		for k, t := range near {
			cost += l.Share[k] * float64(l.cost(t))
		}
		sum += w * cost
	}
	return sum
}

// keepLeast inserts t into the ascending list of the least times, which keeps its length.
func keepLeast(near []road.Millis, t road.Millis) {
	at := len(near) - 1
	if t >= near[at] {
		return
	}
	for ; at > 0 && near[at-1] > t; at-- {
		near[at] = near[at-1]
	}
	near[at] = t
}

// cost is what a time costs in the layer, in thousandths.
func (l *Layer) cost(t road.Millis) int32 {
	if l.Curve == nil {
		return int32(min(t, Cap))
	}
	return l.Curve.At(min(t, Cap))
}

// capCost is what a missing facility costs in the layer, in thousandths.
func (l *Layer) capCost() int32 { return l.cost(Cap) }
