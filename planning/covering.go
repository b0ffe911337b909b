package planning

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/cover"
	"github.com/nearside-ems/nearside/optimiser/fair"
	"github.com/nearside-ems/nearside/optimiser/transport"
)

// covering returns the problem of the objectives that look at each cell once: in the slowest of the
// scenario's hours, from every candidate site.
func (st *study) covering() *cover.Problem {
	p := &cover.Problem{Sites: len(st.cars.sites), Cells: st.city.Grid.Len(), Time: slowest(st.times), Weight: make([]float64, st.city.Grid.Len())}
	for i := range st.parts {
		for c, w := range st.parts[i].weight {
			p.Weight[c] += w
		}
	}
	for _, i := range st.car.Fixed {
		p.Fixed = append(p.Fixed, st.posts[i].site)
	}
	for i, c := range st.cars.sites {
		if _, forbidden := st.words.forbidden[c.cell]; forbidden {
			p.Forbidden = append(p.Forbidden, i)
		}
	}
	return p
}

// slowest returns the longest of the times in matrices of one size.
func slowest(times []*route.Matrix) *route.Matrix {
	first := times[0]
	if !slices.ContainsFunc(times, func(m *route.Matrix) bool { return m != first }) {
		return first
	}
	out := &route.Matrix{Sites: first.Sites, Cells: first.Cells, T: slices.Clone(first.T)}
	for _, m := range times[1:] {
		for i, t := range m.T {
			out.T[i] = max(out.T[i], t)
		}
	}
	return out
}

// reach is the road time within which FewestCars has to reach the cells.
func (st *study) reach() road.Millis { return roadTime(st.scenario.Target.Minutes) }

// placeCovering solves WorstResponse and FewestCars.
func (st *study) placeCovering(ctx context.Context, report func(value, bound float64)) (*solution, error) {
	if st.scenario.Objective == WorstResponse {
		plan, err := cover.Centre(ctx, st.cover, st.scenario.Cars, cover.Settings{Seed: st.scenario.Seed, Progress: func(value, bound int64) {
			report(float64(value)/1000, float64(bound)/1000)
		}})
		if err != nil {
			return nil, st.coverRefusal(err)
		}
		return &solution{centred: plan}, nil
	}
	if st.scenario.shareOnly() {
		return st.placeShare(ctx, report)
	}
	plan, err := cover.Fewest(ctx, st.cover, st.reach(), cover.Settings{Seed: st.scenario.Seed, Progress: func(value, bound int64) {
		report(float64(value), float64(bound))
	}})
	if err != nil {
		return nil, st.coverRefusal(err)
	}
	return &solution{fewest: plan}, st.tooMany(len(plan.Sites), plan.Bound)
}

// tooMany refuses a plan with more cars than may be used.
func (st *study) tooMany(cars, bound int) error {
	if cars <= st.scenario.Cars {
		return nil
	}
	return refuse("cars", fmt.Sprint(st.scenario.Cars), fmt.Sprintf("%d, the fewest found; no plan has fewer than %d", cars, bound))
}

// coverRefusal says in the scenario's words why there is no plan.
func (st *study) coverRefusal(err error) error {
	var unreached *cover.UnreachedError
	var few *cover.TooFewError
	var share *cover.ShareError
	switch {
	case errors.As(err, &share):
		least := "no longer time would do"
		if share.Least < road.Unreachable {
			least = fmt.Sprintf("or %.2f minutes", minutesOf(share.Least))
		}
		return refuse("target.share", fmt.Sprint(st.scenario.Target.Share), fmt.Sprintf("at most %.4f, which all allowed sites together reach; %s", math.Floor(share.Most*1e4)/1e4, least))
	case errors.As(err, &unreached) && st.scenario.Objective == FewestCars:
		return refuse("target.minutes", fmt.Sprint(st.scenario.Target.Minutes), st.beyondReach(unreached.Cells, unreached.Least))
	case errors.As(err, &unreached):
		return refuse("objective", string(st.scenario.Objective), "candidate sites from which a road leads to every cell with calls; "+st.beyondReach(unreached.Cells, unreached.Least))
	case errors.As(err, &few):
		return refuse("cars", fmt.Sprint(few.Place), fmt.Sprintf("at least %d, for a road to lead from a car to every cell with calls", few.Needed))
	}
	return err
}

// beyondReach says which cells no candidate site reaches, and what reach would do.
func (st *study) beyondReach(cells []int, least road.Millis) string {
	if least == road.Unreachable {
		return fmt.Sprintf("another network: no road leads from any allowed site to %s", st.cellsInWords(cells))
	}
	return fmt.Sprintf("at least %.2f: no allowed site reaches %s sooner", minutesOf(least), st.cellsInWords(cells))
}

// minutesOf returns the response time of a road time, in minutes, rounded up to a hundredth.
func minutesOf(t road.Millis) float64 {
	return float64((int64(t)+int64(MobilisationSeconds*1000)+599)/600) / 100
}

// check has optimiser.Verify, or its like in package cover, check a solution.
func (st *study) check(r *solution) error {
	var errs []error
	switch {
	case r.fair != nil:
		errs = append(errs, st.checkFair(r.fair))
	case r.cars != nil:
		errs = append(errs, optimiser.Verify(st.car, r.cars))
	}
	if len(r.frontier) > 0 {
		p := st.byBorough()
		for i := range r.frontier {
			errs = append(errs, fair.Verify(p, r.frontier[i].Aim(), r.frontier[i].Plan))
		}
	}
	if r.centred != nil {
		errs = append(errs, cover.VerifyCentre(st.cover, r.centred))
	}
	if r.fewest != nil {
		errs = append(errs, cover.VerifyFewest(st.cover, r.fewest))
	}
	if r.share != nil {
		errs = append(errs, cover.VerifyShare(st.cover, r.share))
	}
	if r.centres != nil {
		errs = append(errs, optimiser.Verify(st.centre, r.centres))
	}
	if r.shipped != nil {
		errs = append(errs, transport.Verify(st.ship, r.shipped))
		for _, step := range slices.Concat(r.expand, r.contract) {
			errs = append(errs, transport.Verify(step.Problem, step.Plan))
		}
	}
	return errors.Join(errs...)
}
