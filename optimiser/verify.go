package optimiser

import (
	"errors"
	"fmt"
	"math"
)

// Verify's sentinels: which check a plan failed. The error says what was found.
var (
	ErrSites      = errors.New("optimiser: the plan's sites do not satisfy the problem")
	ErrHash       = errors.New("optimiser: the plan was made for another problem")
	ErrValue      = errors.New("optimiser: the plan's value is wrong")
	ErrMultiplier = errors.New("optimiser: the certificate's multipliers are malformed")
	ErrProof      = errors.New("optimiser: the certificate's proof is malformed")
	ErrBound      = errors.New("optimiser: the certificate's bound is wrong")
	ErrStatus     = errors.New("optimiser: the plan's status is wrong")
)

// exactness is the relative difference allowed between a stated number and the recomputed one: sums
// of up to 10⁷ float64 terms of one sign differ by order of summation by less than 10⁷ × 2⁻⁵³ ≈ 10⁻⁹.
const exactness = 1e-9

// Verify recomputes a plan's value by brute evaluation and its bound from the multipliers and the
// proof, and compares them, the sites, the hash and the status with what the plan states. It shares
// no code with the solver, and trusts nothing in the plan. A nil answer means: the sites satisfy the
// problem, Value is their objective, and no plan whatever has an objective below Bound, up to one
// part in 10⁹. (Whether the solver Stopped or Converged cannot be checked afterwards.) Otherwise the
// error wraps the sentinel of the first check that failed, or ErrProblem.
func Verify(p *Problem, plan *Plan) error {
	if err := p.Validate(); err != nil {
		return err
	}
	if err := p.Allows(plan.Sites); err != nil {
		return fmt.Errorf("%w: %w", ErrSites, err)
	}
	cert := &plan.Certificate
	if got := p.Hash(); cert.Problem != got {
		return fmt.Errorf("%w: it states SHA-256 %x; this problem's is %x", ErrHash, cert.Problem, got)
	}
	value := p.worth(plan.Sites)
	if !within(cert.Value, value, 0) {
		return fmt.Errorf("%w: it states %v; its sites give %v", ErrValue, cert.Value, value)
	}
	bound, slack, err := proofBound(p, cert)
	if err != nil {
		return err
	}
	if !within(cert.Bound, bound, slack) {
		return fmt.Errorf("%w: it states %v; its multipliers prove %v", ErrBound, cert.Bound, bound)
	}
	return checkStatus(plan.Status, value, bound, slack)
}

// checkStatus checks that Optimal is stated if and only if the bound meets the value. Which of the
// other two it is, only the solver knows. The limits leave room on both sides of the solver's 10⁻⁹.
func checkStatus(s Status, value, bound, slack float64) error {
	switch {
	case s != Optimal && s != Converged && s != Stopped:
		return fmt.Errorf("%w: %q is none of %q, %q, %q", ErrStatus, s, Optimal, Converged, Stopped)
	case s == Optimal && bound < value*(1-2*exactness)-slack:
		return fmt.Errorf("%w: %q, but the bound %v is below the value %v", ErrStatus, s, bound, value)
	case s != Optimal && bound >= value*(1-exactness/10)+slack:
		return fmt.Errorf("%w: %q, but the bound meets the value", ErrStatus, s)
	}
	return nil
}

// within reports whether the stated number equals the computed one up to exactness and slack.
func within(stated, computed, slack float64) bool {
	return math.Abs(stated-computed) <= exactness*math.Abs(computed)+slack
}

// Allows returns nil when the sites ascend and are a plan of the problem: their number, Fixed, Forbidden, Quotas and
// Budget; otherwise why not. The problem must be valid.
func (p *Problem) Allows(sites []int) error {
	if len(sites) > p.Place || len(sites) < p.Place && p.Budget == 0 {
		return fmt.Errorf("%d sites; the problem places %d", len(sites), p.Place)
	}
	for i, s := range sites {
		if s < 0 || s >= p.Sites {
			return fmt.Errorf("site %d is not between 0 and %d", s, p.Sites-1)
		}
		if i > 0 && s <= sites[i-1] {
			return fmt.Errorf("site %d follows site %d; they must ascend", s, sites[i-1])
		}
	}
	in := make([]bool, p.Sites)
	for _, s := range sites {
		in[s] = true
	}
	for _, s := range p.Forbidden {
		if in[s] {
			return fmt.Errorf("site %d is forbidden", s)
		}
	}
	for _, s := range p.Fixed {
		if !in[s] {
			return fmt.Errorf("fixed site %d is missing", s)
		}
	}
	for i, q := range p.Quotas {
		has := 0
		for _, s := range q.Sites {
			if in[s] {
				has++
			}
		}
		if has < q.Least || has > q.Most {
			return fmt.Errorf("%s has %d facilities; from %d to %d are allowed", p.quotaName(i), has, q.Least, q.Most)
		}
	}
	if cost := p.costOf(sites); !p.affords(cost) {
		return fmt.Errorf("the sites cost %v; the budget is %v", cost, p.Budget)
	}
	return nil
}

// costOf returns Σ Cost over the sites, 0 without a budget.
func (p *Problem) costOf(sites []int) float64 {
	sum := 0.0
	if p.Budget > 0 {
		for _, s := range sites {
			sum += p.Cost[s]
		}
	}
	return sum
}

// affords reports whether a cost is within the budget, up to the rounding of a sum of thousands.
func (p *Problem) affords(cost float64) bool { return cost <= p.Budget*(1+exactness/1000) }
