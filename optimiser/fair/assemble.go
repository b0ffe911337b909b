package fair

import (
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// Means returns the parts' means at any sites, and that of all demand, in seconds. The problem must be valid.
func (p *Problem) Means(sites []int) (means []float64, all float64) { return bruteMeans(p, sites) }

// Assemble makes a plan of sites, factors and what was proved with those: a certificate of Problem.Reweighted, of which
// Bound, Multiplier, Price, Proof and Problem count. All else is derived, nothing is checked: that is for Verify. The problem and the aim
// must be valid, and there must be a factor for each part.
func Assemble(p *Problem, aim Aim, sites []int, status optimiser.Status, factor []float64, proof optimiser.Certificate) *Plan {
	means, all := bruteMeans(p, sites)
	share := p.Shares()
	value, over := valueOf(&aim, share, means)
	bound, _ := follows(&aim, share, factor, proof.Bound)
	if status == optimiser.Optimal {
		bound = min(bound, value)
	}
	return &Plan{
		Sites: slices.Clone(sites), Means: means, Mean: all, Within: aim.Kind != Capped || over <= 0 || like(over, 0, means), Status: status,
		Certificate: Certificate{Value: value, Bound: bound, Factor: factor, Proof: beside(sites, means, factor, proof)},
	}
}

// AloneAt is what Assemble is for the plan of Problem.Alone.
func AloneAt(p *Problem, part int, sites []int, proof optimiser.Certificate) *optimiser.Plan {
	means, _ := bruteMeans(p, sites)
	return beside(sites, means[part:part+1], []float64{1}, proof)
}

// beside returns a plan of the reweighted problem with a certificate that was made for another: a bound
// holds beside any plan.
func beside(sites []int, means, factor []float64, c optimiser.Certificate) *optimiser.Plan {
	plan := &optimiser.Plan{Sites: slices.Clone(sites), Status: optimiser.Converged, Certificate: c}
	plan.Certificate.Value = dot(factor, means)
	if v := plan.Certificate.Value; v*(1-1e-9) <= c.Bound {
		plan.Status, plan.Certificate.Bound = optimiser.Optimal, min(c.Bound, v)
	}
	return plan
}
