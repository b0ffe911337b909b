package planning

import (
	"context"
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/cover"
	"github.com/nearside-ems/nearside/optimiser/fair"
	"github.com/nearside-ems/nearside/optimiser/transport"
)

// Stages of Solve, in order. Centres come first: few sites can have one, so that their leg is soon
// settled, and the gap told while cars are placed is that of the whole plan.
const (
	StageTimes      = "travel times"
	StageCentres    = "centres"
	StageBusy       = "busy cars"
	StageCars       = "cars"
	StageComparison = "comparison"
)

// Progress says how far Solve has come.
type Progress struct {
	Stage    string
	Fraction float64 // of the whole, 0 to 1
	// Value, Bound and Gap are of the plan so far, once cars are placed; 0 before. Unit says what they count.
	Value, Bound, Gap float64
	Unit              Unit
	Warning           string // something that the planner should know, such as a cache that had to be rebuilt
}

// share of Fraction at which each stage starts, and its width.
var stageSpan = map[string][2]float64{
	StageTimes: {0, 0.5}, StageCentres: {0.5, 0.1}, StageBusy: {0.6, 0.1}, StageCars: {0.7, 0.25}, StageComparison: {0.95, 0.05},
}

// Solve places the scenario's cars and centres, and has the proofs checked by code that shares nothing
// with the solvers. Travel times are kept in cacheDir and reused; empty keeps none. progress is called
// from one goroutine at a time.
//
// When ctx ends during the search, the best plan so far is returned, its legs marked stopped; before
// that, there is none and ctx's error is. Errors about the scenario are *FieldError, joined; among them
// that no plan satisfies it, and what would do.
func Solve(ctx context.Context, on Basis, s Scenario, cacheDir string, progress func(Progress)) (*Document, error) {
	warn := func(text string) { progress(Progress{Stage: StageTimes, Warning: text}) }
	cache, err := newTimesCache(cacheDir, warn)
	if err != nil {
		return nil, err
	}
	st, err := newStudy(ctx, on, s, cache, func(share float64) {
		progress(Progress{Stage: StageTimes, Fraction: share * stageSpan[StageTimes][1]})
	})
	if err != nil {
		return nil, err
	}
	result, err := st.search(ctx, progress)
	if err != nil {
		return nil, err
	}
	progress(Progress{Stage: StageComparison, Fraction: stageSpan[StageComparison][0]})
	if err := st.check(result); err != nil {
		return nil, fmt.Errorf("the plan that was found does not stand up to its check: %w", err)
	}
	d, err := st.document(result)
	if err != nil {
		return nil, err
	}
	progress(Progress{Stage: StageComparison, Fraction: 1, Value: d.Value, Bound: d.Bound, Gap: d.Gap, Unit: d.Unit})
	return d, nil
}

// solution is what a study's problems came to: one of the first for the cars. centres is nil
// where the scenario wants none.
type solution struct {
	cars             *optimiser.Plan
	centred          *cover.CentrePlan // WorstResponse
	fewest           *cover.FewestPlan // FewestCars of all calls
	share            *cover.SharePlan  // FewestCars of a share of them
	centres          *optimiser.Plan
	shipped          *transport.Plan // in its place, where the study ships patients; with the steps asked for
	expand, contract []transport.Step
	// fair says more of cars that were placed by a measure of parts: the certificate of cars is not used then.
	fair     *fairSolution
	frontier []fair.Point
	rounds   int // of settle
}

// stands returns where a solution's cars are.
func (st *study) stands(r *solution) (out []post) {
	switch {
	case r.centred != nil:
		for _, site := range r.centred.Sites {
			out = append(out, post{site, 0})
		}
	case r.fewest != nil:
		for _, site := range r.fewest.Sites {
			out = append(out, post{site, 0})
		}
	case r.share != nil:
		for _, site := range r.share.Sites {
			out = append(out, post{site, 0})
		}
	default:
		for _, i := range r.cars.Sites {
			out = append(out, st.posts[i])
		}
	}
	return out
}

// search solves both problems within the time limit, of which centres take a fifth at most, and the steps from
// them as much.
func (st *study) search(ctx context.Context, progress func(Progress)) (*solution, error) {
	limit := st.scenario.TimeLimit
	if err := st.checkWorst(ctx); err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	var placed solution
	var settled Progress // the centres' part of the plan's value and bound
	if st.centre != nil {
		centreCtx, stopCentres := context.WithTimeout(ctx, limit/5)
		defer stopCentres()
		report := st.reporter(StageCentres, func(float64, float64) (float64, float64) { return 0, 0 }, progress)
		if err := st.placeCentres(centreCtx, &placed, report); err != nil {
			return nil, err
		}
		stepCtx, stopSteps := context.WithTimeout(ctx, limit/5)
		defer stopSteps()
		if err := st.stepCentres(stepCtx, &placed); err != nil {
			return nil, err
		}
		if st.scenario.unit() == SecondsACall {
			value, bound := placed.conveyance()
			settled.Value = ConveyedShare * value / st.calls
			settled.Bound = ConveyedShare * max(0, bound) / st.calls
		}
	}
	carCtx, stopCars := ctx, context.CancelFunc(func() {})
	if end, _ := ctx.Deadline(); st.scenario.Frontier > 0 { // what is left is shared alike
		carCtx, stopCars = context.WithTimeout(ctx, time.Until(end)/2)
	}
	defer stopCars()
	ways, err := st.conveyances(&placed)
	if err != nil {
		return nil, err
	}
	result, err := st.placeSettled(carCtx, ways, settled, progress)
	if err != nil {
		return nil, err
	}
	if st.scenario.Frontier > 0 {
		if result.frontier, err = st.sweep(ctx); err != nil {
			return nil, err
		}
	}
	if err := st.keptWorst(result); err != nil {
		return nil, err
	}
	result.centres, result.shipped, result.expand, result.contract = placed.centres, placed.shipped, placed.expand, placed.contract
	return result, nil
}

// placeCars solves the problem of the cars, going on from an earlier plan where there is one; settled is
// the centres' part of value and bound.
func (st *study) placeCars(ctx context.Context, from *optimiser.Plan, settled Progress, progress func(Progress)) (*solution, error) {
	if st.scenario.Objective.byCover() {
		return st.placeCovering(ctx, st.reporter(StageCars, func(v, b float64) (float64, float64) { return v, b }, progress))
	}
	if st.scenario.fairly() {
		return st.placeFairly(ctx, st.reporter(StageCars, func(v, b float64) (float64, float64) { return v + settled.Value, max(0, b) + settled.Bound }, progress))
	}
	whole := st.whole()
	report := st.reporter(StageCars, func(value, bound float64) (float64, float64) {
		return st.scenario.natural(value, whole, st.calls) + settled.Value, st.scenario.natural(max(0, bound), whole, st.calls) + settled.Bound
	}, progress)
	if from == nil {
		var err error
		if from, err = st.freePlan(ctx, report); err != nil {
			return nil, err
		}
	}
	plan, err := st.optimise(ctx, st.car, optimiser.Settings{From: from, Progress: report})
	return &solution{cars: plan}, err
}

// whole returns what the layers of the cars weigh if every call counts its shares in full.
func (st *study) whole() (sum float64) {
	for i := range st.parts {
		for _, share := range st.car.Layers[i].Share {
			for _, w := range st.parts[i].weight {
				sum += w * share
			}
		}
	}
	return sum
}

// reporter passes on a solver's value and bound in the objective's unit.
func (st *study) reporter(stage string, natural func(value, bound float64) (float64, float64), progress func(Progress)) func(value, bound float64) {
	span, start, unit := stageSpan[stage], time.Now(), st.scenario.unit()
	return func(value, bound float64) {
		elapsed := float64(time.Since(start)) / float64(st.scenario.TimeLimit)
		p := Progress{Stage: stage, Fraction: span[0] + span[1]*min(1, elapsed), Unit: unit}
		if p.Value, p.Bound = natural(value, bound); p.Value > 0 {
			p.Gap = unit.gapOf(p.Value, p.Bound)
		}
		progress(p)
	}
}

// optimise solves one problem of the study, with the scenario's seed.
func (st *study) optimise(ctx context.Context, p *optimiser.Problem, how optimiser.Settings) (*optimiser.Plan, error) {
	how.Seed = st.scenario.Seed
	plan, err := optimiser.Solve(ctx, p, how)
	if err != nil {
		return nil, fmt.Errorf("place: %w", err)
	}
	return plan, nil
}
