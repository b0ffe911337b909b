package cover

import (
	"context"
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// SharePlan is a set of sites that reaches at least a share of all demand within Reach.
type SharePlan struct {
	Sites   []int // ascending, fixed ones included
	Reach   road.Millis
	Share   float64          // of demand that was asked for
	Reached float64          // share of demand that the sites reach
	Status  optimiser.Status // Optimal where Bound is the number of sites, otherwise Stopped
	Bound   int              // no plan has fewer sites
	Fewer   *optimiser.Plan  // of the problem Coverage for Bound - 1 sites: its certificate shows that they do not do; nil where Bound is max(1, len(Fixed))
	Problem [32]byte         // Problem.Hash
}

// ShareError says that no number of sites does.
type ShareError struct {
	Reach road.Millis
	Share float64
	Most  float64     // share that all allowed sites together reach
	Least road.Millis // the least reach within which they reach Share; road.Unreachable where there is none
}

func (e *ShareError) Error() string {
	least := "no longer time would do"
	if e.Least < road.Unreachable {
		least = fmt.Sprintf("%v s would do", e.Least.Seconds())
	}
	return fmt.Sprintf("cover: all allowed sites together reach %.4g %% of demand within %v s, not %.4g %%; %s", 100*e.Most, e.Reach.Seconds(), 100*e.Share, least)
}

// Coverage returns the optimiser's problem of reaching most demand within the time with so many sites. Its value
// is 1000 for each unit of demand that is not reached.
func Coverage(p *Problem, reach road.Millis, place int) *optimiser.Problem {
	return &optimiser.Problem{
		Sites: p.Sites, Cells: p.Cells, Place: place, Fixed: p.Fixed, Forbidden: p.Forbidden,
		Layers: []optimiser.Layer{{Weight: p.weights(), Time: p.Time, Share: []float64{1}, Curve: optimiser.Within(reach)}},
	}
}

// shareSlack is the part of all demand by which sums may differ by their order.
const shareSlack = 1e-9

// FewestFor finds the fewest sites, the fixed ones included, that reach at least a share of demand, above
// 0 and below 1, within the time, at most optimiser.Cap. It bisects on their number with the optimiser's
// bound on what they can reach. When ctx ends it returns the best plan so far with Status Stopped and a bound that
// holds. Errors are those of Validate, *FieldError about reach and share, and *ShareError.
func FewestFor(ctx context.Context, p *Problem, reach road.Millis, share float64, s Settings) (*SharePlan, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if reach > optimiser.Cap {
		return nil, &FieldError{"reach", fmt.Sprintf("is %d ms; at most %d is allowed", reach, optimiser.Cap)}
	}
	if !(share > 0 && share < 1) {
		return nil, &FieldError{"share", fmt.Sprintf("is %v; above 0 and below 1 is allowed; for all demand, see Fewest", share)}
	}
	r := &shareRun{p: p, ctx: ctx, s: s, plan: &SharePlan{Reach: reach, Share: share, Status: optimiser.Stopped}}
	hash := p.hashing()
	if err := r.start(); err != nil {
		return nil, err
	}
	r.bisect()
	r.plan.Problem = <-hash
	return r.plan, nil
}

// shareRun is one call of FewestFor.
type shareRun struct {
	p    *Problem
	ctx  context.Context
	s    Settings
	plan *SharePlan
}

// missed is the demand that sites do not reach, and all of it.
func missed(p *Problem, reach road.Millis, sites []int) (not, all float64) {
	weight := p.weights()
	for i, t := range p.nearest(sites) {
		w := weight[i]
		all += w
		if t > reach {
			not += w
		}
	}
	return not, all
}

// may is the demand that need not be reached.
func (r *shareRun) may(all float64) float64 { return (1-r.plan.Share)*all + shareSlack*all }

// start finds a first plan, greedily.
func (r *shareRun) start() error {
	p, reach := r.p, r.plan.Reach
	not, all := missed(p, reach, p.open(true))
	if not > r.may(all) {
		return &ShareError{reach, r.plan.Share, 1 - not/all, r.leastReach(all)}
	}
	g := newGreedy(p, reach)
	for g.left > r.may(all) || len(g.sites) == 0 {
		g.add(r.ctx.Err() == nil)
	}
	r.plan.Bound = max(1, len(p.Fixed))
	r.offer(g.sites)
	return nil
}

// leastReach is the least time within which all allowed sites together reach the share.
func (r *shareRun) leastReach(all float64) road.Millis {
	open := r.p.open(true)
	times := slices.Clone(r.p.nearest(open))
	slices.Sort(times)
	at, _ := slices.BinarySearchFunc(times, r.may(all), func(t road.Millis, may float64) int {
		if not, _ := missed(r.p, t, open); not > may {
			return -1
		}
		return 1
	})
	if at == len(times) {
		return road.Unreachable
	}
	return times[at]
}

// offer keeps sites that reach the share and are fewer.
func (r *shareRun) offer(sites []int) {
	if r.plan.Sites != nil && len(sites) >= len(r.plan.Sites) {
		return
	}
	sites = slices.Clone(sites)
	slices.Sort(sites)
	not, all := missed(r.p, r.plan.Reach, sites)
	r.plan.Sites, r.plan.Reached = sites, 1-not/all
	r.s.report(int64(len(sites)), int64(r.plan.Bound))
}

// bisect closes in on the least number: first on the least for which a plan is found, then on the most for which
// it is proved that there is none.
func (r *shareRun) bisect() {
	low, open := r.plan.Bound, len(r.plan.Sites) // tests from open to low were of no avail
	for low < len(r.plan.Sites) && r.ctx.Err() == nil {
		n := low + (len(r.plan.Sites)-low)/2
		if found, proved := r.test(n); !found {
			low = n + 1
			if !proved {
				open = min(open, n)
			}
		}
	}
	for r.plan.Bound < min(open, len(r.plan.Sites)) && r.ctx.Err() == nil {
		n := r.plan.Bound + (min(open, len(r.plan.Sites))-r.plan.Bound)/2
		if found, proved := r.test(n); !found && !proved {
			open = n
		}
	}
	if r.plan.Bound == len(r.plan.Sites) {
		r.plan.Status = optimiser.Optimal
	}
}

// test asks whether n sites can do, and stops the optimiser as soon as that is known.
func (r *shareRun) test(n int) (found, proved bool) {
	_, all := missed(r.p, r.plan.Reach, nil)
	may := r.may(all)
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	fewer, err := optimiser.Solve(ctx, Coverage(r.p, r.plan.Reach, n), optimiser.Settings{
		Seed: r.s.Seed, Workers: r.s.Workers,
		Progress: func(value, bound float64) {
			if value/1000 <= may || bound/1000 > may {
				cancel()
			}
		},
	})
	if err != nil {
		return false, false // no plan of n sites: ruled out by start
	}
	not, _ := missed(r.p, r.plan.Reach, fewer.Sites)
	switch {
	case not <= may:
		r.offer(fewer.Sites)
		return true, false
	case shown(fewer, may) && n+1 > r.plan.Bound:
		r.plan.Bound, r.plan.Fewer = n+1, fewer
		r.s.report(int64(len(r.plan.Sites)), int64(r.plan.Bound))
		return false, true
	}
	return false, false
}

// shown reports whether a certificate shows that more than may of the demand is not reached.
func shown(plan *optimiser.Plan, may float64) bool { return plan.Certificate.Bound/1000 > may }

// VerifyShare checks a plan from the problem alone: its sites and what they reach by definition, and that fewer than
// Bound do not do by optimiser.Verify. Otherwise the error wraps the sentinel of package optimiser for the
// first check that failed, or ErrProblem.
func VerifyShare(p *Problem, plan *SharePlan) error {
	v, err := newVerifier(p, plan.Sites, plan.Problem)
	if err != nil {
		return err
	}
	not, all := v.missed(plan.Sites, plan.Reach)
	may := (1-plan.Share)*all + 2*shareSlack*all
	if not > may || max(plan.Reached-(1-not/all), 1-not/all-plan.Reached) > shareSlack {
		return fmt.Errorf("%w: it states a share of %v, at least %v; its sites reach %v", optimiser.ErrValue, plan.Reached, plan.Share, 1-not/all)
	}
	bound := max(1, len(p.Fixed))
	if plan.Fewer != nil {
		bound = len(plan.Fewer.Sites) + 1
		if err := optimiser.Verify(Coverage(p, plan.Reach, bound-1), plan.Fewer); err != nil {
			return err
		}
		if !shown(plan.Fewer, may-2*shareSlack*all) {
			return fmt.Errorf("%w: %d sites may reach all but %v; the plan need not reach %v", optimiser.ErrBound, bound-1, plan.Fewer.Certificate.Bound/1000, may)
		}
	}
	if plan.Bound != bound || bound > len(plan.Sites) {
		return fmt.Errorf("%w: it states %d; proved is %d, and the plan has %d sites", optimiser.ErrBound, plan.Bound, bound, len(plan.Sites))
	}
	return status(plan.Status, bound == len(plan.Sites))
}
