package planning

import (
	"context"
	"errors"
	"fmt"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

// study is a scenario with all that follows from it before anything is optimised. Solve and Verify
// both start from one, built by the same steps from the same inputs.
type study struct {
	city     *data.London
	network  *route.Network
	demand   *Demand
	scenario Scenario // settled; Fixed and Forbidden are cells of resolution 9

	periods   []period
	rules     *RulesRecord
	calls     float64 // expected a week in the scenario's hours, reached by road, of those that count
	total     float64 // the same of all calls, reached or not
	unreached float64 // expected a week where no road leads
	load      Load
	busy      float64

	metrics []*route.Metric // per period, of cars
	cars    *candidates
	centres *candidates
	car     *optimiser.Problem
	centre  *optimiser.Problem // nil without centres
}

// newStudy resolves a scenario against its basis and computes travel times. report gets the share done.
func newStudy(ctx context.Context, on Basis, s Scenario, cache *timesCache, report func(float64)) (*study, error) {
	if err := errors.Join(s.Validate(), s.unavailable()); err != nil {
		return nil, err
	}
	s, err := resolveAll(on.City, s.settled())
	if err != nil {
		return nil, err
	}
	st := &study{city: on.City, network: on.Network, demand: on.Demand, scenario: s}
	week, rules, err := on.Demand.of(s.Calls)
	if err != nil {
		return nil, err
	}
	st.rules = rules
	for _, h := range s.Hours {
		st.total += on.Demand.Week.InHour(h)
	}
	cells := st.snapCells(week)
	if st.calls <= 0 {
		return nil, refuse("hours", HoursInWords(s.Hours), "hours with expected calls that a road leads to")
	}
	st.load = st.loadOf(s.Cars)
	st.busy = st.busyOf(s.Cars)
	if err := st.choose(); err != nil {
		return nil, err
	}
	return st, st.travelTimes(ctx, cells, cache, report)
}

// snapCells puts every cell's centre on the network and takes the demand of those that lie too far
// from it out of the periods.
func (st *study) snapCells(week *demand.Intensity) []road.Spot {
	st.periods = periodsOf(st.scenario.Hours, st.scenario.Driving, st.city.Speeds, week)
	spots := make([]road.Spot, st.city.Grid.Len())
	for i := range spots {
		spot, ok := st.network.Snap(st.city.Grid.Centre(grid.Index(i)))
		if ok {
			spots[i] = spot
		}
		for _, p := range st.periods {
			if ok {
				st.calls += p.weight[i]
			} else {
				st.unreached += p.weight[i]
				p.weight[i] = 0
			}
		}
	}
	return spots
}

// busyOf returns the busy fraction that the objective uses for a fleet of n cars.
func (st *study) busyOf(n int) float64 {
	switch {
	case st.scenario.Objective == MeanResponse:
		return 0
	case st.scenario.Busy != nil:
		return *st.scenario.Busy
	}
	return st.loadOf(n).Busy
}

// loadOf returns the load on a fleet of n cars. Of all calls a share is sent a car; calls that suit one all
// are.
func (st *study) loadOf(n int) Load {
	hours := float64(len(st.scenario.Hours))
	if st.rules != nil {
		return loadOf(st.total/hours, st.calls/hours, n)
	}
	return EstimateLoad(st.calls/hours, n)
}

// choose makes the two problems, all but their travel times.
func (st *study) choose() error {
	s := &st.scenario
	var err error
	if st.cars, err = carSites(st.city, st.network); err != nil {
		return err
	}
	fixed, err := st.sitesOf(s.Fixed)
	if err != nil {
		return err
	}
	var forbidden []int
	for _, id := range s.Forbidden {
		cell, _ := st.city.Grid.Find(id)
		if site, ok := st.cars.inCell[cell]; ok {
			forbidden = append(forbidden, site)
		}
	}
	if free := len(st.cars.sites) - len(forbidden); s.Cars > free {
		return refuse("cars", fmt.Sprint(s.Cars), fmt.Sprintf("at most the number of candidate sites, %d (%d less %d forbidden)", free, len(st.cars.sites), len(forbidden)))
	}
	st.car = &optimiser.Problem{
		Sites: len(st.cars.sites), Cells: st.city.Grid.Len(), Place: s.Cars,
		Fixed: fixed, Forbidden: forbidden,
	}
	st.centres = centreSites(st.city, st.network)
	if s.Centres > len(st.centres.sites) {
		return refuse("centres", fmt.Sprint(s.Centres), fmt.Sprintf("at most the number of candidate sites, %d", len(st.centres.sites)))
	}
	if s.Centres > 0 {
		st.centre = &optimiser.Problem{Sites: len(st.centres.sites), Cells: st.city.Grid.Len(), Place: s.Centres}
	}
	return nil
}

func levelsFor(o Objective, cars int) int {
	if o == MeanResponse {
		return 1
	}
	return min(Levels, cars)
}

// sitesOf returns the sites in the cells, and makes a cell that has no candidate one: a planner may
// fix a car where the optimiser would not look.
func (st *study) sitesOf(ids []string) ([]int, error) {
	var out []int
	for _, id := range ids {
		cell, _ := st.city.Grid.Find(id)
		st.cars.add(st.city.Grid.Centre(cell), "")
		site, ok := st.cars.inCell[cell]
		if !ok {
			return nil, refuse("fix", id, "a cell with a road near its centre")
		}
		out = append(out, site)
	}
	return out, nil
}

// travelTimes fills in the layers of both problems.
func (st *study) travelTimes(ctx context.Context, cells []road.Spot, cache *timesCache, report func(float64)) error {
	standard, fixed := st.cars.sites[:st.cars.standard], st.cars.sites[st.cars.standard:]
	steps := float64(len(st.periods))
	share := optimiser.Shares(st.busy, levelsFor(st.scenario.Objective, st.scenario.Cars))
	for i, p := range st.periods {
		done := func(part float64) { report((float64(i) + part) / steps) }
		m := route.NewMetric(st.network, p.car)
		st.metrics = append(st.metrics, m)
		t, err := cache.toCells(ctx, m, spotsOf(standard), cells, done)
		if err != nil {
			return fmt.Errorf("travel times of cars: %w", err)
		}
		if t, err = withRows(ctx, t, m, fixed, cells); err != nil {
			return fmt.Errorf("travel times of fixed cars: %w", err)
		}
		st.car.Layers = append(st.car.Layers, optimiser.Layer{Weight: p.weight, Time: t, Share: share})
		if st.centre == nil {
			continue
		}
		m = route.NewMetric(st.network, p.conveyance)
		if t, err = cache.fromCells(ctx, m, spotsOf(st.centres.sites), cells); err != nil {
			return fmt.Errorf("travel times to centres: %w", err)
		}
		st.centre.Layers = append(st.centre.Layers, optimiser.Layer{Weight: p.weight, Time: t, Share: []float64{1}})
	}
	return nil
}

// withRows returns the matrix with rows for further sites after its own.
func withRows(ctx context.Context, t *route.Matrix, m *route.Metric, more []candidate, cells []road.Spot) (*route.Matrix, error) {
	if len(more) == 0 {
		return t, nil
	}
	extra, err := route.NewMatrix(ctx, m, spotsOf(more), cells, nil)
	if err != nil {
		return nil, err
	}
	all := make([]road.Millis, 0, len(t.T)+len(extra.T))
	return &route.Matrix{Sites: t.Sites + extra.Sites, Cells: t.Cells, T: append(append(all, t.T...), extra.T...)}, nil
}

func spotsOf(sites []candidate) []road.Spot {
	spots := make([]road.Spot, len(sites))
	for i := range sites {
		spots[i] = sites[i].spot
	}
	return spots
}
