package planning

import (
	"context"
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/cover"
)

// shareOnly reports whether FewestCars has to reach a share of the calls and not all.
func (s *Scenario) shareOnly() bool { return s.Objective == FewestCars && s.Target.Share < 1 }

// placeShare solves FewestCars for a share of the calls.
func (st *study) placeShare(ctx context.Context, report func(value, bound float64)) (*solution, error) {
	plan, err := cover.FewestFor(ctx, st.cover, st.reach(), st.scenario.Target.Share, cover.Settings{Seed: st.scenario.Seed, Progress: func(value, bound int64) {
		report(float64(value), float64(bound))
	}})
	if err != nil {
		return nil, st.coverRefusal(err)
	}
	return &solution{share: plan}, st.tooMany(len(plan.Sites), plan.Bound)
}

// shareLeg describes a plan of placeShare.
func (st *study) shareLeg(p *cover.SharePlan) (*Leg, error) {
	l, err := coverLeg(st.cover, NumberOfCars, float64(len(p.Sites)), float64(p.Bound), p.Status, p.Problem, nil)
	if err != nil {
		return nil, err
	}
	l.Certificate.Kind = shareProof
	if p.Fewer == nil {
		return l, nil
	}
	l.Certificate.ProofBound = p.Fewer.Certificate.Bound
	l.Certificate.Proof, err = encodeProof(&p.Fewer.Certificate)
	return l, err
}

// claimedShare returns the plan of a share that a document claims, its proof checked. That a car less
// does not do is a bound, which holds beside any plan of so many cars: the first that are allowed stand
// for the one that the search came upon.
func (st *study) claimedShare(l *Leg, sites []int) (*cover.SharePlan, error) {
	c := &l.Certificate
	if !(c.Bound >= 1 && c.Bound <= MaxCars) {
		return nil, fmt.Errorf("response.certificate.bound: %v; want 1 to %d", c.Bound, MaxCars)
	}
	plan := &cover.SharePlan{
		Sites: sites, Reach: st.reach(), Share: st.scenario.Target.Share, Status: optimiser.Status(l.Status), Bound: int(c.Bound),
		Reached: st.coveredBy(sites),
	}
	var err error
	if plan.Problem, err = digestOf("response", l.Problem); err != nil {
		return nil, err
	}
	if c.Proof != "" {
		if plan.Fewer, err = st.fewer(plan.Bound-1, c); err != nil {
			return nil, err
		}
	}
	if err := cover.VerifyShare(st.cover, plan); err != nil {
		return nil, fmt.Errorf("%s: %w", fieldOf(err, "response", "cars"), err)
	}
	return plan, nil
}

// coveredBy returns the share of calls that sites reach in time.
func (st *study) coveredBy(sites []int) float64 {
	p := st.cover
	rows := make([][]road.Millis, len(sites))
	for i, s := range sites {
		rows[i] = p.Time.Row(s)
	}
	times := nearest(rows, p.Cells, 1)
	var in, all float64
	for c, w := range p.Weight {
		all += w
		if times[c] <= st.reach() {
			in += w
		}
	}
	return in / all
}

// fewer returns a plan of so many cars with the document's bound on what such plans reach.
func (st *study) fewer(place int, c *Certificate) (*optimiser.Plan, error) {
	p := cover.Coverage(st.cover, st.reach(), place)
	if err := p.Validate(); err != nil {
		return nil, fmt.Errorf("response.certificate.bound: %w", err)
	}
	plan := &optimiser.Plan{Sites: firstAllowed(p), Status: optimiser.Converged}
	plan.Certificate = optimiser.Certificate{Bound: c.ProofBound, Problem: p.Hash()}
	if err := decodeProof(c.Proof, &plan.Certificate); err != nil {
		return nil, fmt.Errorf("response.certificate.proof: %w", err)
	}
	var err error
	plan.Certificate.Value, err = optimiser.Evaluate(p, plan.Sites)
	if plan.Certificate.Value <= c.ProofBound*(1+1e-9) {
		plan.Status = optimiser.Optimal
	}
	return plan, err
}

// firstAllowed returns the fixed sites and the first others that are allowed, ascending.
func firstAllowed(p *optimiser.Problem) []int {
	const no, yes = 1, 2
	state := make([]int, p.Sites)
	for _, s := range p.Forbidden {
		state[s] = no
	}
	for _, s := range p.Fixed {
		state[s] = yes
	}
	left := p.Place - len(p.Fixed)
	var out []int
	for s, is := range state {
		if is == 0 && left > 0 {
			is, left = yes, left-1
		}
		if is == yes {
			out = append(out, s)
		}
	}
	return out
}
