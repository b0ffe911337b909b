package planning

import (
	"context"
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// Stages of Solve, in order.
const (
	StageTimes      = "travel times"
	StageCars       = "cars"
	StageCentres    = "centres"
	StageComparison = "comparison"
)

// Progress says how far Solve has come.
type Progress struct {
	Stage    string
	Fraction float64 // of the whole, 0 to 1
	// Value, Bound and Gap are of the stage's problem so far, seconds a call; 0 before the first value.
	Value, Bound, Gap float64
	Warning           string // something that the planner should know, such as a cache that had to be rebuilt
}

// share of Fraction at which each stage starts, and its width.
var stageSpan = map[string][2]float64{
	StageTimes: {0, 0.5}, StageCars: {0.5, 0.35}, StageCentres: {0.85, 0.1}, StageComparison: {0.95, 0.05},
}

// Solve places the scenario's cars and centres. Travel times are kept in cacheDir and reused; empty
// keeps none. progress is called from one goroutine at a time.
//
// When ctx ends during the search, the best plan so far is returned, its legs marked stopped; before
// that, there is none and ctx's error is. Errors about the scenario are *FieldError, joined.
func Solve(ctx context.Context, city *data.London, network *route.Network, s Scenario, cacheDir string, progress func(Progress)) (*Document, error) {
	warn := func(text string) { progress(Progress{Stage: StageTimes, Warning: text}) }
	cache, err := newTimesCache(cacheDir, warn)
	if err != nil {
		return nil, err
	}
	st, err := newStudy(ctx, city, network, s, cache, func(share float64) {
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

// search solves both problems within the time limit, of which the cars leave the centres a fifth.
func (st *study) search(ctx context.Context, progress func(Progress)) (*solution, error) {
	limit := st.scenario.TimeLimit
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	carLimit := limit
	if st.centre != nil {
		carLimit = limit * 4 / 5
	}
	carCtx, stopCars := context.WithTimeout(ctx, carLimit)
	defer stopCars()
	var result solution
	var err error
	if result.cars, err = st.optimise(carCtx, StageCars, st.car, progress); err != nil || st.centre == nil {
		return &result, err
	}
	result.centres, err = st.optimise(ctx, StageCentres, st.centre, progress)
	return &result, err
}

// optimise solves one problem of the study and passes its progress on, in seconds a call.
func (st *study) optimise(ctx context.Context, stage string, p *optimiser.Problem, progress func(Progress)) (*optimiser.Plan, error) {
	span, start := stageSpan[stage], time.Now()
	report := func(value, bound float64) {
		now := Progress{Stage: stage, Value: value / st.calls, Bound: max(0, bound/st.calls)}
		if now.Value > 0 {
			now.Gap = max(0, (now.Value-now.Bound)/now.Value)
		}
		elapsed := float64(time.Since(start)) / float64(st.scenario.TimeLimit)
		now.Fraction = span[0] + span[1]*min(1, elapsed)
		progress(now)
	}
	plan, err := optimiser.Solve(ctx, p, optimiser.Settings{Seed: 1, Progress: report})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", stage, err)
	}
	return plan, nil
}
