package fair

import (
	"cmp"
	"context"
	"slices"
)

// CappedPlan is what is known of plans in which no part's mean is above its cap.
type CappedPlan struct {
	// Plan has the least mean within the caps that was found, or where none was found is the one that is
	// above them least in all. Its aim is Capped.
	Plan *Plan
	// Relaxation is nil where Plan is within the caps. Otherwise its aim is RelaxationOf the caps: its value says by how much all caps
	// would have to rise for its plan to keep them, its bound by how much they must for any plan. A bound above 0 proves that no plan
	// keeps them.
	Relaxation *Plan
}

// RelaxationOf is the aim of a CappedPlan's Relaxation.
func RelaxationOf(caps []float64) Aim {
	none := 0.0
	return Aim{Kind: Equal, Less: caps, Good: &none}
}

// SolveCapped finds a plan within caps on the parts' means, in seconds, or says what stands in its way. It stops and fails as Solve does.
func SolveCapped(ctx context.Context, p *Problem, caps []float64, s Settings) (*CappedPlan, error) {
	aim, relaxed := Aim{Kind: Capped, Cap: caps}, RelaxationOf(caps)
	r, err := newRun(p, s, aim, relaxed)
	if err != nil {
		return nil, err
	}
	if c := r.chase(ctx, aim); !c.within() {
		if away := r.pursue(ctx, relaxed); away.Certificate.Value > 0 {
			return &CappedPlan{Plan: r.chase(ctx, aim).plan(ctx), Relaxation: away}, nil
		}
	}
	return &CappedPlan{Plan: r.pursue(ctx, aim)}, nil
}

// Infeasible reports whether it is proved that no plan keeps the caps, beyond rounding.
func (c *CappedPlan) Infeasible() bool {
	return c.Relaxation != nil && c.Relaxation.Certificate.Bound > 1e-6
}

// Conflict returns the parts that cannot be served within their caps together where Infeasible, those that
// weigh most in the proof first; a part that has less than a hundredth of the weight is left out.
func (c *CappedPlan) Conflict() []int {
	var parts []int
	factor, sum := c.Relaxation.Certificate.Factor, 0.0
	for _, f := range factor {
		sum += f
	}
	for b, f := range factor {
		if f >= sum/100 {
			parts = append(parts, b)
		}
	}
	slices.SortStableFunc(parts, func(x, y int) int { return cmp.Compare(factor[y], factor[x]) })
	return parts
}
