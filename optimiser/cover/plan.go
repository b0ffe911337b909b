package cover

import (
	"context"
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// Settings steer the searches. The zero value is good.
type Settings struct {
	Seed     uint64                   // of the random choices
	Workers  int                      // of FewestFor, as in optimiser.Settings; the others run on one goroutine
	Progress func(value, bound int64) // called when either improves: sites, or milliseconds for Centre; may be nil
}

func (s *Settings) report(value, bound int64) {
	if s.Progress != nil {
		s.Progress(value, bound)
	}
}

// FewestPlan is a set of sites that reaches every cell that counts within Reach.
type FewestPlan struct {
	Sites   []int // ascending, fixed ones included
	Reach   road.Millis
	Status  optimiser.Status // Optimal where Bound is the number of sites, otherwise Stopped
	Bound   int              // no plan has fewer sites
	Proof   *Proof           // that Bound - 1 sites do not do; nil where Bound is len(Fixed)
	Problem [32]byte         // Problem.Hash
}

// CentrePlan is a set of sites with the longest time from which any cell that counts is reached.
type CentrePlan struct {
	Sites   []int // ascending, fixed ones included
	Worst   road.Millis
	Status  optimiser.Status // Optimal where Bound is Worst, otherwise Stopped
	Bound   road.Millis      // no plan has a shorter worst time: the next time that occurs after the proof's Reach
	Proof   *Proof           // that as many sites do not do within a shorter time; nil where Bound is 0
	Problem [32]byte         // Problem.Hash
}

// UnreachedError says that no number of sites does.
type UnreachedError struct {
	Reach road.Millis
	Cells []int       // that count and that no allowed site reaches within Reach, ascending
	Least road.Millis // the least reach that would do; road.Unreachable where none does
}

func (e *UnreachedError) Error() string {
	least := "none would do"
	if e.Least < road.Unreachable {
		least = fmt.Sprintf("%v s would do", e.Least.Seconds())
	}
	return fmt.Sprintf("cover: no allowed site reaches %d of the cells within %v s, cell %d among them; %s", len(e.Cells), e.Reach.Seconds(), e.Cells[0], least)
}

// TooFewError says that so many sites cannot reach all cells, however long it may take.
type TooFewError struct {
	Place  int
	Needed int // at least
}

func (e *TooFewError) Error() string {
	return fmt.Sprintf("cover: %d sites cannot reach all cells in any time; at least %d are needed", e.Place, e.Needed)
}

// Unreached returns the cells that count and that no allowed site reaches within the time, ascending,
// and the least time within which each is reached by some allowed site.
func Unreached(p *Problem, reach road.Millis) (cells []int, least road.Millis) {
	for i, t := range p.nearest(p.open(true)) {
		if !p.counts(i) {
			continue
		}
		least = max(least, t)
		if t > reach {
			cells = append(cells, i)
		}
	}
	return cells, least
}

// worst is the longest time from which any cell that counts is reached.
func (p *Problem) worst(sites []int) road.Millis {
	longest := road.Millis(0)
	for i, t := range p.nearest(sites) {
		if p.counts(i) {
			longest = max(longest, t)
		}
	}
	return longest
}

// Fewest finds the fewest sites, the fixed ones included, that reach every cell that counts within the
// time. When ctx ends it returns the best plan so far with Status Stopped and a bound that holds. Errors are
// those of Validate and *UnreachedError.
func Fewest(ctx context.Context, p *Problem, reach road.Millis, s Settings) (*FewestPlan, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if reach >= road.Unreachable {
		return nil, &FieldError{"reach", "is road.Unreachable; a shorter time is needed"}
	}
	if cells, least := Unreached(p, reach); len(cells) > 0 {
		return nil, &UnreachedError{reach, cells, least}
	}
	hash := p.hashing()
	r := newRun(ctx, p, reach, nil, s.Seed)
	sites := r.greedy()
	plan := &FewestPlan{Reach: reach, Status: optimiser.Stopped, Bound: len(p.Fixed)}
	for open := true; open && plan.Bound < len(sites); {
		s.report(int64(len(sites)), int64(plan.Bound))
		better, proof := r.try(len(sites) - 1)
		if plan.prove(proof); better != nil {
			sites = better
		}
		open = better != nil || proof != nil
	}
	if plan.Bound < len(sites) {
		plan.prove(r.weaker())
		sites = plan.raise(r, sites, smallTree)
		sites = r.fewer(sites, plan.Bound)
		s.report(int64(len(sites)), int64(plan.Bound))
		sites = plan.raise(r, sites, 0)
	}
	if plan.Sites = sites; plan.Bound == len(sites) {
		plan.Status = optimiser.Optimal
	}
	s.report(int64(len(sites)), int64(plan.Bound))
	plan.Problem = <-hash
	return plan, nil
}

// prove keeps a proof that is stronger.
func (f *FewestPlan) prove(proof *Proof) {
	if proof != nil && proof.Place+1 > f.Bound {
		f.Proof, f.Bound = proof, proof.Place+1
	}
}

// raise asks by trees of so many nodes at most, or 0, whether as many sites as the bound do, until it meets the
// number of sites, and returns the sites or as many as the bound that do.
func (f *FewestPlan) raise(r *run, sites []int, most int) []int {
	for f.Bound < len(sites) {
		better, proof := r.tree(f.Bound, most)
		switch {
		case better != nil:
			sites = better
		case proof != nil:
			f.prove(proof)
		default:
			return sites
		}
	}
	return sites
}

// Centre places so many facilities, the fixed ones included, that the longest time from which any cell
// that counts is reached is least. When ctx ends it returns the best plan so far with Status Stopped and a
// bound that holds. Errors are those of Validate, a *FieldError about place, *UnreachedError and
// *TooFewError.
func Centre(ctx context.Context, p *Problem, place int, s Settings) (*CentrePlan, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	free := p.open(false)
	if place < max(1, len(p.Fixed)) || place > len(p.Fixed)+len(free) {
		return nil, &FieldError{"place", fmt.Sprintf("is %d; from %d to %d is allowed", place, max(1, len(p.Fixed)), len(p.Fixed)+len(free))}
	}
	unreached, least := Unreached(p, road.Unreachable-1)
	if len(unreached) > 0 {
		return nil, &UnreachedError{road.Unreachable - 1, unreached, least}
	}
	hash := p.hashing()
	c := &centre{p: p, place: place, s: s, ctx: ctx, plan: &CentrePlan{Status: optimiser.Stopped}, open: p.open(true)}
	if err := c.start(); err != nil {
		return nil, err
	}
	c.bisect(least)
	c.plan.Problem = <-hash
	return c.plan, nil
}
