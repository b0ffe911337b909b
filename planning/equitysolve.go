package planning

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/fair"
)

// fairSolution is what placing cars by a measure of parts came to.
type fairSolution struct {
	plan   *fair.Plan   // its certificate is that of the plan's value
	robust *fair.Robust // of a robust plan
}

// byBorough divides the calls of the cars' problem by borough. Boroughs without calls are left out.
func (st *study) byBorough() *fair.Problem {
	g, boroughs := st.city.Grid, st.city.Boroughs
	calls := make([]float64, len(boroughs)+1) // the last: in none
	in := make([]int, g.Len())
	for i := range in {
		if in[i] = len(boroughs); g.Borough(grid.Index(i)) >= 0 {
			in[i] = min(in[i], g.Borough(grid.Index(i)))
		}
	}
	for k := range st.parts {
		for i, w := range st.parts[k].weight {
			calls[in[i]] += w
		}
	}
	p := &fair.Problem{Demand: st.car}
	number := make([]int32, len(calls))
	for b, n := range calls {
		if n > 0 {
			number[b] = int32(len(p.Names))
			if b < len(boroughs) {
				p.Names = append(p.Names, boroughs[b].Name)
			} else {
				p.Names = append(p.Names, "no borough")
			}
		}
	}
	part := make([]int32, len(in))
	for i, b := range in {
		part[i] = number[b]
	}
	p.Part = slices.Repeat([][]int32{part}, len(st.car.Layers))
	return p
}

// aim is what the scenario keeps low over the boroughs.
func (st *study) aim(p *fair.Problem) fair.Aim {
	switch s := &st.scenario; {
	case s.BoroughFloor > 0:
		return fair.Aim{Kind: fair.Capped, Cap: slices.Repeat([]float64{roadTime(s.BoroughFloor).Seconds()}, len(p.Names))}
	case s.Equity == Balanced:
		return fair.Aim{Kind: fair.Balanced, Power: s.Balance}
	case s.Equity == EqualAccess:
		return fair.Aim{Kind: fair.Equal}
	}
	return fair.Aim{Kind: fair.Balanced, Power: 1}
}

// placeFairly solves the problem of the cars by a measure of parts.
func (st *study) placeFairly(ctx context.Context, report func(value, bound float64)) (*solution, error) {
	settings := fair.Settings{Seed: st.scenario.Seed, Progress: report}
	if st.scenario.Robust.Samples > 0 {
		return st.placeRobustly(ctx, settings)
	}
	p := st.byBorough()
	aim := st.aim(p)
	if aim.Kind != fair.Capped {
		plan, err := fair.Solve(ctx, p, aim, settings)
		if err != nil {
			return nil, fmt.Errorf("place: %w", err)
		}
		return fairly(&fairSolution{plan: plan}), nil
	}
	capped, err := fair.SolveCapped(ctx, p, aim.Cap, settings)
	if err != nil {
		return nil, fmt.Errorf("place: %w", err)
	}
	if !capped.Plan.Within {
		return nil, st.floorRefusal(p, capped)
	}
	return fairly(&fairSolution{plan: capped.Plan}), nil
}

// fairly returns a solution with the cars of a plan.
func fairly(f *fairSolution) *solution {
	return &solution{fair: f, cars: &optimiser.Plan{Sites: f.plan.Sites, Status: f.plan.Status}}
}

// floorRefusal says why no plan keeps every borough's floor: which boroughs, and what would do.
func (st *study) floorRefusal(p *fair.Problem, capped *fair.CappedPlan) error {
	minutes := st.scenario.BoroughFloor
	c := &capped.Relaxation.Certificate
	would := minutes + max(0, c.Value)/60
	if !capped.Infeasible() {
		return refuse("borough_floor", fmt.Sprint(minutes), fmt.Sprintf("more, or more cars: no plan was found that keeps it, which proves nothing; %.2f would do", would))
	}
	var names []string
	for _, b := range capped.Conflict() {
		names = append(names, p.Names[b])
	}
	return refuse("borough_floor", fmt.Sprint(minutes), fmt.Sprintf("at least %.2f with %d cars, for which there is a plan; below %.2f there is none (proved): %s cannot all be served within it",
		would, st.scenario.Cars, minutes+c.Bound/60, strings.Join(names, ", ")))
}

// checkFair has the proofs of a solution checked.
func (st *study) checkFair(f *fairSolution) error {
	if f.robust != nil {
		return fair.VerifyRobust(st.futures(), st.scenario.Robust.Regret, f.robust)
	}
	p := st.byBorough()
	return fair.Verify(p, st.aim(p), f.plan)
}

// fairLeg describes the cars' leg of a plan by a measure of parts.
func (st *study) fairLeg(f *fairSolution) (*Leg, error) {
	c, unit := &f.plan.Certificate, st.scenario.unit()
	proof, err := weightedProof(c)
	if err != nil {
		return nil, err
	}
	l := &Leg{
		Value: unit.valueOf(c.Value), Bound: unit.boundOf(max(0, c.Bound)), Unit: unit, Share: 1, Status: string(f.plan.Status),
		Candidates: len(st.cars.sites), Problem: proof.Problem,
		Certificate: Certificate{Kind: weightedKind, Value: c.Value, Bound: c.Bound, Weighted: proof},
	}
	l.Gap = unit.gapOf(l.Value, l.Bound)
	return l, nil
}

// weightedProof packs a certificate of package fair.
func weightedProof(c *fair.Certificate) (*WeightedProof, error) {
	text, err := encodeProof(&c.Proof.Certificate)
	if err != nil {
		return nil, err
	}
	return &WeightedProof{Factor: c.Factor, Problem: hexDigest(c.Proof.Certificate.Problem), Bound: c.Proof.Certificate.Bound, Proof: text}, nil
}

// open returns the certificate of the reweighted problem that a document holds.
func (w *WeightedProof) open(field string) (c optimiser.Certificate, err error) {
	c.Bound = w.Bound
	if err := decodeProof(w.Proof, &c); err != nil {
		return c, fmt.Errorf("%s.proof: %w", field, err)
	}
	c.Problem, err = digestOf(field, w.Problem)
	return c, err
}

// claimedPart returns a plan that a document claims, its proof checked.
func claimedPart(p *fair.Problem, aim fair.Aim, field string, sites []int, status string, w *WeightedProof) (*fair.Plan, error) {
	if w == nil || len(w.Factor) != len(p.Names) {
		return nil, fmt.Errorf("%s: factors for %d parts are needed", field, len(p.Names))
	}
	if err := p.Demand.Allows(sites); err != nil {
		return nil, fmt.Errorf("%s: cars: %w", field, err)
	}
	c, err := w.open(field)
	if err != nil {
		return nil, err
	}
	plan := fair.Assemble(p, aim, sites, optimiser.Status(status), w.Factor, c)
	if err := fair.Verify(p, aim, plan); err != nil {
		return nil, fmt.Errorf("%s: %w", field, err)
	}
	return plan, nil
}

// claimedFairly fills in the cars' part of a claimed solution.
func (st *study) claimedFairly(d *Document, posts []int, r *solution) error {
	if st.scenario.Robust.Samples > 0 {
		return st.claimedRobustly(d, posts, r)
	}
	p := st.byBorough()
	plan, err := claimedPart(p, st.aim(p), "response.certificate", posts, d.Response.Status, d.Response.Certificate.Weighted)
	if err != nil {
		return err
	}
	if !plan.Within {
		return fmt.Errorf("cars: some borough's mean is above borough_floor")
	}
	rounds := r.rounds
	*r = *fairly(&fairSolution{plan: plan})
	r.rounds = rounds
	return nil
}
