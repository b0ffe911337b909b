package fair

import "github.com/nearside-ems/nearside/optimiser"

// Plan is a chosen set of sites with its parts' means and its proof.
type Plan struct {
	Sites []int     // ascending
	Means []float64 // of each part, in seconds
	Mean  float64   // over all demand, in seconds
	// Within is false where the aim is Capped and some part is above its cap: no plan within the caps was found.
	Within      bool
	Status      optimiser.Status
	Certificate Certificate
}

// Certificate bounds an aim from below and above.
type Certificate struct {
	Value float64 // the aim at the plan
	Bound float64 // no plan is better than this; for Capped, no plan within the caps
	// Factor is λ, at least 0 for each part: Bound follows from the bound of the placement problem
	// Problem.Reweighted(Factor), as docs/equity.md says for each aim.
	Factor []float64
	// Proof is this plan as one of that problem, with the certificate of the bound.
	Proof *optimiser.Plan
}

// Gap returns how far, at most, the plan is from the best: (Value − Bound) / Value, 0 where they meet.
// It says nothing for an Equal aim with Less, whose value may be near 0 or below it.
func (c *Certificate) Gap() float64 {
	if c.Value <= 0 {
		return 0
	}
	return max(0, (c.Value-c.Bound)/c.Value)
}

// WorstMeans returns, for k = 1, 2, … parts, a figure below which no plan has the mean of its k worst
// parts. plan must be of an Equal aim without Less and Per. Any λ with a sum of 1 bounds the worst part; as far as
// no λ is above 1/k, the same number bounds the mean of the k worst (docs/equity.md).
func (c *Certificate) WorstMeans() []float64 {
	sum, most := 0.0, 0.0
	for _, f := range c.Factor {
		sum += f
		most = max(most, f)
	}
	out := make([]float64, len(c.Factor))
	for k := range out {
		out[k] = c.Bound * min(1, sum/(most*float64(k+1)))
	}
	return out
}
