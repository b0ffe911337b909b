package planning

import (
	"context"
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/optimiser"
)

// Stages of Solve, in order. Centres come first: few sites can have one, so that their leg is soon
// settled, and the gap told while cars are placed is that of the whole plan.
const (
	StageTimes      = "travel times"
	StageCentres    = "centres"
	StageCars       = "cars"
	StageComparison = "comparison"
)

// Progress says how far Solve has come.
type Progress struct {
	Stage    string
	Fraction float64 // of the whole, 0 to 1
	// Value, Bound and Gap are of the plan so far, seconds a call, once cars are placed; 0 before.
	Value, Bound, Gap float64
	Warning           string // something that the planner should know, such as a cache that had to be rebuilt
}

// share of Fraction at which each stage starts, and its width.
var stageSpan = map[string][2]float64{
	StageTimes: {0, 0.5}, StageCentres: {0.5, 0.1}, StageCars: {0.6, 0.35}, StageComparison: {0.95, 0.05},
}

// Solve places the scenario's cars and centres. Travel times are kept in cacheDir and reused; empty
// keeps none. progress is called from one goroutine at a time.
//
// When ctx ends during the search, the best plan so far is returned, its legs marked stopped; before
// that, there is none and ctx's error is. Errors about the scenario are *FieldError, joined.
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
	d, err := st.document(result)
	if err != nil {
		return nil, err
	}
	progress(Progress{Stage: StageComparison, Fraction: 1, Value: d.ValueSeconds, Bound: d.BoundSeconds, Gap: d.Gap})
	return d, nil
}

// solution is what a study's problems came to. centres is nil where the scenario wants none.
type solution struct {
	cars, centres *optimiser.Plan
}

// search solves both problems within the time limit, of which centres take a fifth at most.
func (st *study) search(ctx context.Context, progress func(Progress)) (*solution, error) {
	limit := st.scenario.TimeLimit
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	var result solution
	var settled Progress // the centres' part of the plan's value and bound
	if st.centre != nil {
		centreCtx, stopCentres := context.WithTimeout(ctx, limit/5)
		defer stopCentres()
		plan, err := st.optimise(centreCtx, StageCentres, st.centre, func(p Progress) {
			progress(Progress{Stage: p.Stage, Fraction: p.Fraction})
		})
		if err != nil {
			return nil, err
		}
		result.centres = plan
		settled.Value = ConveyedShare * plan.Certificate.Value / st.calls
		settled.Bound = ConveyedShare * max(0, plan.Certificate.Bound) / st.calls
	}
	plan, err := st.optimise(ctx, StageCars, st.car, func(p Progress) {
		if p.Value > 0 {
			p.Value, p.Bound = p.Value+settled.Value, p.Bound+settled.Bound
			p.Gap = max(0, (p.Value-p.Bound)/p.Value)
		}
		progress(p)
	})
	result.cars = plan
	return &result, err
}

// optimise solves one problem of the study and passes its progress on, in seconds a call.
func (st *study) optimise(ctx context.Context, stage string, p *optimiser.Problem, progress func(Progress)) (*optimiser.Plan, error) {
	span, start := stageSpan[stage], time.Now()
	report := func(value, bound float64) {
		elapsed := float64(time.Since(start)) / float64(st.scenario.TimeLimit)
		progress(Progress{
			Stage: stage, Fraction: span[0] + span[1]*min(1, elapsed),
			Value: value / st.calls, Bound: max(0, bound/st.calls),
		})
	}
	plan, err := optimiser.Solve(ctx, p, optimiser.Settings{Seed: 1, Progress: report})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", stage, err)
	}
	return plan, nil
}
