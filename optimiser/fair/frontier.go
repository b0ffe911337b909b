package fair

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Point is a plan on the frontier between the mean of all demand and the worst part's mean.
type Point struct {
	Plan  *Plan
	Worst float64 // the worst part's mean, in seconds
	// Cap is the cap on every part's mean under which the plan's mean is bounded, in seconds.
	Cap float64
}

// Aim returns what the point's plan keeps low, for Verify.
func (t *Point) Aim() Aim {
	caps := make([]float64, len(t.Plan.Means))
	for b := range caps {
		caps[b] = t.Cap
	}
	return Aim{Kind: Capped, Cap: caps}
}

// Frontier finds plans between the one with the least mean and the one that serves the worst part best, as many points as
// asked for at most, the least mean first. The bound of each says that no plan whose parts are all within
// its cap has a lower mean. Points that are no better than another in both are left out. When ctx ends it
// returns the points so far with bounds that hold; it fails as Solve does.
func Frontier(ctx context.Context, p *Problem, points int, s Settings) ([]Point, error) {
	r, err := newRun(p, s)
	if err != nil {
		return nil, err
	}
	r.inPassing = true
	high := slices.Max(r.pursue(ctx, Aim{Kind: Balanced, Power: 1}).Means)
	low := r.pursue(ctx, Aim{Kind: Equal}).Certificate.Value
	caps := []float64{upToMillis(high), upToMillis(low)}
	for _, i := range halving(points - 2) {
		caps = append(caps, upToMillis(low+(high-low)*float64(i)/float64(points-1)))
	}
	for _, c := range caps {
		r.pursue(ctx, r.at(c).Aim())
	}
	return r.points(ctx, caps), nil
}

// upToMillis rounds a cap up, so that it is easily written down.
func upToMillis(seconds float64) float64 { return math.Ceil(seconds*1000) / 1000 }

// halving orders 1 … n so that the first ones are spread as far as they can be: an early end leaves no
// stretch without a point.
func halving(n int) (order []int) {
	seen := make([]bool, n+2)
	for step := n + 1; step >= 1; step /= 2 {
		for i := step; i <= n; i += step {
			if !seen[i] {
				seen[i] = true
				order = append(order, i)
			}
		}
	}
	return order
}

// at returns an empty point with a cap.
func (r *run) at(limit float64) *Point {
	return &Point{Plan: &Plan{Means: make([]float64, len(r.share))}, Cap: limit}
}

// points takes the best plan and bound known for each cap, and leaves out what is dominated.
func (r *run) points(ctx context.Context, caps []float64) []Point {
	var all []Point
	for _, limit := range caps {
		c := r.look(r.at(limit).Aim())
		if c.within() {
			plan := c.plan(ctx)
			all = append(all, Point{plan, slices.Max(plan.Means), limit})
		}
	}
	slices.SortStableFunc(all, func(x, y Point) int {
		return cmp.Or(cmp.Compare(x.Plan.Mean, y.Plan.Mean), cmp.Compare(x.Worst, y.Worst), cmp.Compare(x.Cap, y.Cap))
	})
	best := all[:0]
	for _, t := range all {
		if len(best) == 0 || t.Worst < best[len(best)-1].Worst {
			best = append(best, t)
		}
	}
	return best
}
