package cover

import (
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// VerifyFewest checks a plan from the problem alone, with none of the solver's code. A nil answer means:
// the sites are allowed and reach every cell that counts within Reach, and no fewer than Bound do. Otherwise
// the error wraps the sentinel of package optimiser for the first check that failed, or ErrProblem.
func VerifyFewest(p *Problem, plan *FewestPlan) error {
	v, err := newVerifier(p, plan.Sites, plan.Problem)
	if err != nil {
		return err
	}
	if w := v.worst(plan.Sites); w > plan.Reach {
		return fmt.Errorf("%w: it states %d ms for all cells; its sites take up to %d ms", optimiser.ErrValue, plan.Reach, w)
	}
	bound := len(p.Fixed)
	if plan.Proof != nil {
		if plan.Proof.Reach != plan.Reach {
			return fmt.Errorf("%w: it is about a reach of %d ms; the plan's is %d ms", optimiser.ErrProof, plan.Proof.Reach, plan.Reach)
		}
		if err := v.check(plan.Proof); err != nil {
			return err
		}
		bound = plan.Proof.Place + 1
	}
	if plan.Bound != bound || bound > len(plan.Sites) {
		return fmt.Errorf("%w: it states %d; proved is %d, and the plan has %d sites", optimiser.ErrBound, plan.Bound, bound, len(plan.Sites))
	}
	return status(plan.Status, bound == len(plan.Sites))
}

// VerifyCentre checks a plan from the problem alone, with none of the solver's code. A nil answer means: the
// sites are allowed, Worst is the longest time from which a cell that counts is reached, and no plan of as many
// sites has a shorter one than Bound. Otherwise the error wraps the sentinel of package optimiser for the
// first check that failed, or ErrProblem.
func VerifyCentre(p *Problem, plan *CentrePlan) error {
	v, err := newVerifier(p, plan.Sites, plan.Problem)
	if err != nil {
		return err
	}
	if w := v.worst(plan.Sites); w != plan.Worst || w >= road.Unreachable {
		return fmt.Errorf("%w: it states %d ms; its sites take up to %d ms", optimiser.ErrValue, plan.Worst, w)
	}
	bound := road.Millis(0)
	if plan.Proof != nil {
		if plan.Proof.Place != len(plan.Sites) {
			return fmt.Errorf("%w: it is about %d sites; the plan has %d", optimiser.ErrProof, plan.Proof.Place, len(plan.Sites))
		}
		if err := v.check(plan.Proof); err != nil {
			return err
		}
		bound = v.next(plan.Proof.Reach)
	}
	if plan.Bound != bound || bound > plan.Worst {
		return fmt.Errorf("%w: it states %d ms; proved is %d ms, and the plan's worst time is %d ms", optimiser.ErrBound, plan.Bound, bound, plan.Worst)
	}
	return status(plan.Status, bound == plan.Worst)
}

func status(s optimiser.Status, met bool) error {
	switch {
	case s != optimiser.Optimal && s != optimiser.Stopped:
		return fmt.Errorf("%w: %q is neither %q nor %q", optimiser.ErrStatus, s, optimiser.Optimal, optimiser.Stopped)
	case (s == optimiser.Optimal) != met:
		return fmt.Errorf("%w: %q, but whether the bound meets the value is %v", optimiser.ErrStatus, s, met)
	}
	return nil
}

// verifier holds what a proof's steps change: which sites are open, which cells due, how many sites are left.
type verifier struct {
	p         *Problem
	forbidden []bool
	weighty   []bool // cells that count
	proof     *Proof
	at        int // next step
	open, due []bool
	left      int
	undo      []change
	reach     []int64 // per site, see weights
	sorted    []int64
}

// change is a site closed or a cell no longer due.
type change struct {
	cell bool
	of   int32
}

// newVerifier checks the problem, the sites and the hash.
func newVerifier(p *Problem, sites []int, hash [32]byte) (*verifier, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	v := &verifier{p: p, forbidden: make([]bool, p.Sites), weighty: make([]bool, p.Cells)}
	for i := range v.weighty {
		v.weighty[i] = p.Weight == nil || p.Weight[i] > 0
	}
	for _, j := range p.Forbidden {
		v.forbidden[j] = true
	}
	for i, j := range sites {
		switch {
		case j < 0 || j >= p.Sites:
			return nil, fmt.Errorf("%w: site %d is not between 0 and %d", optimiser.ErrSites, j, p.Sites-1)
		case i > 0 && j <= sites[i-1]:
			return nil, fmt.Errorf("%w: site %d follows site %d; they must ascend", optimiser.ErrSites, j, sites[i-1])
		case v.forbidden[j]:
			return nil, fmt.Errorf("%w: site %d is forbidden", optimiser.ErrSites, j)
		}
	}
	for _, j := range p.Fixed {
		if !slices.Contains(sites, j) {
			return nil, fmt.Errorf("%w: fixed site %d is missing", optimiser.ErrSites, j)
		}
	}
	if got := p.Hash(); got != hash {
		return nil, fmt.Errorf("%w: it states SHA-256 %x; this problem's is %x", optimiser.ErrHash, hash, got)
	}
	return v, nil
}

// worst is by definition: the longest, over the cells that count, of the shortest time from a site.
func (v *verifier) worst(sites []int) road.Millis {
	longest := road.Millis(0)
	for i, is := range v.weighty {
		if !is {
			continue
		}
		least := road.Unreachable
		for _, j := range sites {
			least = min(least, v.p.Time.T[j*v.p.Cells+i])
		}
		longest = max(longest, least)
	}
	return longest
}

// next is the least time over reach from an allowed site to a cell that counts.
func (v *verifier) next(reach road.Millis) road.Millis {
	least := road.Unreachable
	for j, not := range v.forbidden {
		for i, t := range v.p.Time.T[j*v.p.Cells : (j+1)*v.p.Cells] {
			if !not && v.weighty[i] && t > reach {
				least = min(least, t)
			}
		}
	}
	return least
}

// missed is the demand that sites do not reach within a time, and all of it.
func (v *verifier) missed(sites []int, reach road.Millis) (not, all float64) {
	for i := range v.p.Cells {
		w := 1.0
		if v.p.Weight != nil {
			w = v.p.Weight[i]
		}
		all += w
		if !slices.ContainsFunc(sites, func(j int) bool { return v.p.Time.T[j*v.p.Cells+i] <= reach }) {
			not += w
		}
	}
	return not, all
}

func (v *verifier) reaches(site, cell int32) bool {
	return v.p.Time.T[int(site)*v.p.Cells+int(cell)] <= v.proof.Reach
}
