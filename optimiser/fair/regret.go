package fair

import (
	"context"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// Robust is what is known of plans for a future of which the parts are samples.
type Robust struct {
	// Alone has, for each sample, a plan made for it alone: no plan has a mean below its bound in that sample.
	Alone []*optimiser.Plan
	// Mean is the plan that is best on the mean of all samples.
	Mean *Plan
	// OnMean is Plan judged by the mean of all samples.
	OnMean *Plan
	// Plan has the least mean of those whose regret is at most what was called good in every sample, or where none was found
	// the least worst regret. Its aim is RegretOf the bounds.
	Plan *Plan
}

// RegretOf is the aim of a Robust's Plan: a sample's figure is its regret (v − L) / L against the bound L,
// in seconds, on what any plan can do in it. That is never below the regret against the best plan for the sample.
func RegretOf(bounds []float64, good float64) Aim {
	return Aim{Kind: Equal, Less: bounds, Per: bounds, Good: &good}
}

// Regrets returns the regret of every sample, given its bound.
func Regrets(bounds, means []float64) []float64 {
	out := make([]float64, len(means))
	for b, v := range means {
		out[b] = (v - bounds[b]) / bounds[b]
	}
	return out
}

// Bounds returns the samples' bounds.
func (r *Robust) Bounds() []float64 {
	out := make([]float64, len(r.Alone))
	for b, plan := range r.Alone {
		out[b] = plan.Certificate.Bound
	}
	return out
}

// Alone returns the placement problem of one part: its objective is the part's mean, in seconds. Layers
// without demand of the part are left out. The problem must be valid.
func (p *Problem) Alone(part int) *optimiser.Problem {
	factor := make([]float64, len(p.Names))
	factor[part] = 1
	d := p.Reweighted(factor)
	var layers []optimiser.Layer
	for l := range d.Layers {
		for i, w := range d.Layers[l].Weight {
			if w > 0 && int(p.Part[l][i]) == part {
				layers = append(layers, d.Layers[l])
				break
			}
		}
	}
	d.Layers = layers
	return d
}

// SolveRobust finds a plan with a regret of at most good in every sample, such as 0.01, or the least regret
// that it can. Samples in which every plan might serve all calls in no time have no regret: they are refused with ErrAim. It stops as Solve does.
func SolveRobust(ctx context.Context, p *Problem, good float64, s Settings) (*Robust, error) {
	r, err := newRun(p, s)
	if err != nil {
		return nil, err
	}
	out := &Robust{}
	var from *optimiser.Plan
	var before *optimiser.Problem
	for b := range p.Names {
		d := p.Alone(b)
		if b > 0 && !sameForm(d, before) {
			from = nil
		}
		plan := r.solve(ctx, d, from, onTheWhole.first)
		out.Alone, from, before = append(out.Alone, plan), plan, d
		r.layout.reset(plan.Sites)
		r.keep(plan.Sites, r.layout.seconds())
	}
	aim := RegretOf(out.Bounds(), good)
	if err := aim.check(len(p.Names)); err != nil {
		return nil, err
	}
	out.Mean = r.pursue(ctx, Aim{Kind: Balanced, Power: 1})
	out.Plan = r.pursue(ctx, aim)
	c := r.look(Aim{Kind: Balanced, Power: 1})
	c.best = r.keep(out.Plan.Sites, out.Plan.Means)
	out.OnMean = c.plan(ctx)
	return out, nil
}

// sameForm reports whether a plan of one problem can be gone on from in the other.
func sameForm(x, y *optimiser.Problem) bool {
	return slices.EqualFunc(x.Layers, y.Layers, func(a, b optimiser.Layer) bool { return len(a.Share) == len(b.Share) })
}
