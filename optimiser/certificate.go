package optimiser

// Certificate bounds the best possible objective from below and above. Both are sums over all demand, not
// means: demand-weighted seconds where a layer has no Curve, thousandths of its Curve's cost where it has.
//
// Proof is a tree in preorder that splits all plans by whether they use a site, until each part is
// bounded: by one vector of multipliers, or because it holds a single plan. Bound is the least over
// the parts. An empty Proof is one part, all plans, bounded by the first vector.
type Certificate struct {
	Value float64 // objective of the plan
	Bound float64 // no plan is better than this

	// Multiplier holds one or more vectors, one after another. A vector has one multiplier μ, in seconds
	// (thousandths of a cost), whole milliseconds, for each layer, each level of its Share and each
	// cell: layer by layer, in it level by level.
	Multiplier []float64
	Price      []float64 // per vector: θ ≥ 0, the price of a unit of Cost; nil without a Budget
	Proof      []Step
	Problem    [32]byte // SHA-256 of the problem, Problem.Hash
}

// Step is one node of a Proof.
type Step struct {
	Kind  Kind
	Index int // Split: the site; Relax: the vector; Single: 0
}

// Kind is what a Step does.
type Kind uint8

// Kinds of Step.
const (
	Split  Kind = iota // two parts follow: first the plans that use the site, then those that do not
	Relax              // bounded by the Lagrangian value at a vector of multipliers
	Single             // one plan is left; its value is its bound
)

// Gap returns (Value − Bound) / Value: how far, at most, the plan is from the best possible one.
func (c *Certificate) Gap() float64 {
	if c.Value <= 0 {
		return 0
	}
	return max(0, (c.Value-c.Bound)/c.Value)
}
