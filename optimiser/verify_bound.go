package optimiser

import (
	"fmt"
	"math"
)

// proofBound returns the bound that the certificate's proof establishes: the least over its parts.
// slack is the rounding error to allow for: a bound is a difference of sums that can be much larger, but
// whatever the certificate says none is larger than what all demand costs without any facility, or the
// most that a budget can be priced at.
func proofBound(p *Problem, cert *Certificate) (bound, slack float64, err error) {
	v, err := checkVectors(p, cert)
	if err != nil {
		return 0, 0, err
	}
	proof := cert.Proof
	if len(proof) == 0 {
		proof = []Step{{Kind: Relax, Index: 0}}
	}
	n := newNest(p, new(faults))
	r := &proofReader{p: p, decided: newDecided(p, n), relaxed: p.relax(v, n)}
	bound, err = r.read(proof)
	priced := 0.0
	for _, price := range v.price {
		priced = max(priced, price/1000*p.Budget)
	}
	slack = exactness / 1000 * (p.worth(nil) + priced)
	return nextValue(p, bound), slack, err
}

// mostPriced limits prices: at its price the whole budget is worth at most so many times what all demand costs
// without any facility, which is the highest value that there is. A useful price is below that value unless
// what must be bought leaves hardly any of the budget; a higher one would only drown the bound in rounding.
const mostPriced = 100

// checkVectors cuts the multipliers into vectors, and checks that each is whole, in thousandths, and
// from 0 to what a time of Cap costs in its layer, and that each vector has a price if there is a budget.
func checkVectors(p *Problem, cert *Certificate) (*vectors, error) {
	v := &vectors{whole: make([]int32, len(cert.Multiplier))}
	for _, l := range p.Layers {
		v.first = append(v.first, v.size)
		v.size += len(l.Share) * p.Cells
	}
	if len(v.whole)%v.size != 0 {
		return nil, fmt.Errorf("%w: %d numbers; a multiple of the sum of levels × cells over the layers, %d, is needed",
			ErrMultiplier, len(v.whole), v.size)
	}
	for vector := range v.count() {
		for l := range p.Layers {
			at := vector*v.size + v.first[l]
			numbers := len(p.Layers[l].Share) * p.Cells
			if err := p.Layers[l].checkMultipliers(v.whole[at:at+numbers], cert.Multiplier[at:at+numbers]); err != nil {
				return nil, fmt.Errorf("%w: layer %d of vector %d: %w", ErrMultiplier, l, vector, err)
			}
		}
	}
	return v, v.checkPrice(p, cert.Price)
}

// checkMultipliers sets whole to the multipliers in thousandths.
func (l *Layer) checkMultipliers(whole []int32, mu []float64) error {
	most := float64(l.capCost())
	for i, m := range mu {
		thousandths := math.Round(1000 * m)
		if !(m >= 0 && thousandths <= most && math.Abs(1000*m-thousandths) < 1e-6) {
			return fmt.Errorf("number %d is %v; whole thousandths from 0 to %v are allowed", i, m, most/1000)
		}
		whole[i] = int32(thousandths)
	}
	return nil
}

// checkPrice sets the prices, in thousandths of a value.
func (v *vectors) checkPrice(p *Problem, price []float64) error {
	v.price = make([]float64, v.count())
	if p.Budget == 0 {
		if price != nil {
			return fmt.Errorf("%w: %d prices, but no budget", ErrMultiplier, len(price))
		}
		return nil
	}
	if len(price) != v.count() {
		return fmt.Errorf("%w: %d prices for %d vectors", ErrMultiplier, len(price), v.count())
	}
	most := mostPriced * p.worth(nil) / p.Budget
	for i, theta := range price {
		if !(theta >= 0 && theta <= most) {
			return fmt.Errorf("%w: price %d is %v; from 0 to %v is allowed", ErrMultiplier, i, theta, most)
		}
		v.price[i] = 1000 * theta
	}
	return nil
}

// proofReader walks a proof in preorder.
type proofReader struct {
	*decided
	p       *Problem
	relaxed []relaxation
	chooser chooser
}

// read walks the whole tree. Of each split it goes into the part that uses the site, and keeps the
// site on a stack until that part is done.
func (r *proofReader) read(proof []Step) (float64, error) {
	bound := math.Inf(1)
	var splits []int
	for at, step := range proof {
		if step.Kind == Split {
			if step.Index < 0 || step.Index >= r.p.Sites || r.use[step.Index] != undecided {
				return 0, fmt.Errorf("%w: step %d splits on site %d, which is not free there", ErrProof, at, step.Index)
			}
			r.decide(step.Index, used)
			splits = append(splits, step.Index)
			continue
		}
		part, err := r.part(step)
		if err != nil {
			return 0, fmt.Errorf("%w: step %d: %w", ErrProof, at, err)
		}
		bound = min(bound, part)
		for len(splits) > 0 && r.use[splits[len(splits)-1]] == unused {
			r.decide(splits[len(splits)-1], undecided)
			splits = splits[:len(splits)-1]
		}
		if len(splits) == 0 {
			if at != len(proof)-1 {
				return 0, fmt.Errorf("%w: it ends at step %d of %d", ErrProof, at, len(proof))
			}
			return bound, nil
		}
		r.decide(splits[len(splits)-1], unused)
	}
	return 0, fmt.Errorf("%w: a part is missing at its end", ErrProof)
}

// part returns the bound of one part, +Inf where the part holds no plan.
func (r *proofReader) part(step Step) (float64, error) {
	if !r.span() {
		return math.Inf(1), nil
	}
	switch {
	case step.Kind == Single:
		return r.single()
	case step.Kind != Relax || step.Index < 0 || step.Index >= len(r.relaxed):
		return 0, fmt.Errorf("kind %d, index %d is no step", step.Kind, step.Index)
	}
	x := &r.relaxed[step.Index]
	return (x.constant + r.chooser.least(r.decided, x.cost, x.ranking)) / 1000, nil
}

// single returns the value of the only selection that agrees with the decisions and meets every bound: +Inf if it
// is over the budget. It fails when there are more selections.
func (r *proofReader) single() (float64, error) {
	var forced []int
	defer func() {
		for _, s := range forced {
			r.decide(s, undecided)
		}
	}()
	for s, d := range r.use {
		if d != undecided {
			continue
		}
		r.decide(s, used)
		can := r.span()
		r.decide(s, unused)
		if r.span() {
			if can {
				r.decide(s, undecided)
				return 0, fmt.Errorf("site %d can still be used or not: more than one plan is left", s)
			}
		} else {
			r.decide(s, used)
		}
		forced = append(forced, s)
	}
	var sites []int
	for s, d := range r.use {
		if d == used {
			sites = append(sites, s)
		}
	}
	if !r.p.affords(r.p.costOf(sites)) {
		return math.Inf(1), nil
	}
	return r.p.worth(sites), nil
}
