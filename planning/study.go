package planning

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/cover"
	"github.com/nearside-ems/nearside/optimiser/roster"
	"github.com/nearside-ems/nearside/optimiser/transport"
)

// study is a scenario with all that follows from it before anything is optimised. Solve and Verify
// both start from one, built by the same steps from the same inputs.
type study struct {
	city     *data.London
	network  *route.Network
	demand   *Demand
	scenario Scenario // settled
	words    *named

	periods   []period
	rules     *RulesRecord
	calls     float64 // expected a week in the scenario's hours, reached by road, of those that count
	total     float64 // the same of all calls, reached or not
	unreached float64 // expected a week where no road leads
	load      Load
	busy      float64

	metrics  []*route.Metric // per period, of cars
	cars     *candidates
	centres  *candidates
	posts    []post
	parts    []part          // car.Layers begins with one for each
	times    []*route.Matrix // per period, candidate sites of cars × cells
	car      *optimiser.Problem
	reaching []int              // posts that keep worst_minutes, where some were looked for and found
	cover    *cover.Problem     // of the cars, with the objectives that look at each cell once; nil with others
	centre   *optimiser.Problem // nil without centres
	ship     *transport.Problem // the same with room and opening hours; nil where nothing is said of them
	opening  []opening          // ship.Layers
	week     *demand.Intensity  // of the calls that count
	reached  []bool             // per cell: a road leads to it
	roster   *roster.Question   // nil without shifts
}

// newStudy resolves a scenario against its basis and computes travel times. report gets the share done.
func newStudy(ctx context.Context, on Basis, s Scenario, cache *timesCache, report func(float64)) (*study, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	st := &study{city: on.City, network: on.Network, demand: on.Demand, scenario: s.settled()}
	var err error
	if st.words, err = st.scenario.resolve(on.City); err != nil {
		return nil, err
	}
	week, rules, err := on.Demand.of(s.Calls)
	if err != nil {
		return nil, err
	}
	st.rules = rules
	for _, h := range st.scenario.Hours {
		st.total += on.Demand.Week.InHour(h)
	}
	st.week = week
	cells := st.snapCells(week)
	if st.calls <= 0 {
		return nil, refuse("hours", HoursInWords(st.scenario.Hours), "hours with expected calls that a road leads to")
	}
	st.load = st.loadOf(st.carsAtOnce())
	st.busy = st.busyOf(st.carsAtOnce())
	if err := st.choose(); err != nil {
		return nil, err
	}
	return st, st.travelTimes(ctx, cells, cache, report)
}

// snapCells puts every cell's centre on the network and takes the demand of those that lie too far
// from it out of the periods.
func (st *study) snapCells(week *demand.Intensity) []road.Spot {
	st.periods = periodsOf(&st.scenario, st.words.groups, st.city.Speeds, week)
	spots := make([]road.Spot, st.city.Grid.Len())
	st.reached = make([]bool, len(spots))
	for i := range spots {
		spot, ok := st.network.Snap(st.city.Grid.Centre(grid.Index(i)))
		if st.reached[i] = ok; ok {
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

// carsAtOnce returns how many cars run at a time, rounded from the mean over the scenario's hours.
func (st *study) carsAtOnce() int {
	if len(st.scenario.Shifts) > 0 {
		return st.scenario.crewsAtOnce()
	}
	sum := 0
	for _, h := range st.scenario.Hours {
		for g := range st.words.groups {
			if st.words.groups[g].runs(h) {
				sum += st.words.groups[g].Count
			}
		}
	}
	return max(1, int(math.Round(float64(sum)/float64(len(st.scenario.Hours)))))
}

// busyOf returns the busy fraction that the objective uses for a fleet of n cars.
func (st *study) busyOf(n int) float64 {
	switch {
	case !st.scenario.Objective.countsBusy():
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
	var err error
	if st.cars, err = carSites(st.city, st.network); err != nil {
		return err
	}
	if err := st.addFixed(); err != nil {
		return err
	}
	if len(st.scenario.Shifts) > 0 {
		if err := st.chooseShifts(); err != nil {
			return err
		}
	} else {
		if err := st.selection(); err != nil {
			return err
		}
		st.makeParts()
	}
	st.centres = centreSites(st.city, st.network)
	return st.chooseCentres()
}

// addFixed makes the cells with fixed cars candidates where they are none: a planner may fix a car where
// the optimiser would not look.
func (st *study) addFixed() error {
	var f faults
	for g, cells := range st.words.fixed {
		for k, cell := range cells {
			st.cars.add(st.city.Grid.Centre(cell), "")
			if _, ok := st.cars.inCell[cell]; !ok {
				f.add("fix", st.words.groups[g].Fixed[k], "a cell with a road near its centre")
			}
		}
	}
	return f.err()
}

// chooseCentres makes the problem of the centres, where there are any.
func (st *study) chooseCentres() error {
	s := &st.scenario
	if s.Centres == 0 {
		return nil
	}
	p := &optimiser.Problem{Sites: len(st.centres.sites), Cells: st.city.Grid.Len(), Place: s.Centres}
	var f faults
	sites := func(field string, cells []grid.Index, words []string) (out []int) {
		for k, cell := range cells {
			site, ok := st.centres.inCell[cell]
			f.check(ok, fmt.Sprintf("%s[%d]", field, k), words[k], "a candidate site of a centre: an emergency department or a mental-health site")
			if ok {
				out = append(out, site)
			}
		}
		return out
	}
	p.Fixed = sites("fix_centres", st.words.fixedCentres, s.FixedCentres)
	p.Forbidden = sites("forbid_centres", st.words.forbiddenCentres, s.ForbiddenCentres)
	free := p.Sites - len(p.Forbidden)
	f.check(s.Centres <= free, "centres", s.Centres, fmt.Sprintf("at most the number of candidate sites, %d", free))
	st.centre = p
	if s.shipped() {
		st.ship = &transport.Problem{Sites: p.Sites, Cells: p.Cells, Place: p.Place, Fixed: p.Fixed, Forbidden: p.Forbidden}
		for k, cell := range st.words.centresAt {
			_, ok := st.centres.inCell[cell]
			f.check(ok, fmt.Sprintf("centre_service.at[%d].site", k), s.CentreService.At[k].Site, "a candidate site of a centre: an emergency department or a mental-health site")
		}
		f.check(s.Centres+s.ExpandCentres <= free, "expand_centres", s.ExpandCentres, fmt.Sprintf("at most %d: of %d candidate sites %d have a centre", free-s.Centres, free, s.Centres))
	}
	return f.err()
}

// travelTimes fills in the layers of both problems.
func (st *study) travelTimes(ctx context.Context, cells []road.Spot, cache *timesCache, report func(float64)) error {
	standard, fixed := st.cars.sites[:st.cars.standard], st.cars.sites[st.cars.standard:]
	steps := float64(len(st.periods))
	towards := make([]*route.Matrix, len(st.periods)) // centres, where there are any
	for i, p := range st.periods {
		done := func(share float64) { report((float64(i) + share) / steps) }
		if j := slices.IndexFunc(st.periods[:i], func(b period) bool { return b.car.Factor == p.car.Factor && b.conveyance.Factor == p.conveyance.Factor }); j >= 0 {
			st.times, st.metrics, towards[i] = append(st.times, st.times[j]), append(st.metrics, st.metrics[j]), towards[j]
			continue
		}
		m := route.NewMetric(st.network, p.car)
		st.metrics = append(st.metrics, m)
		t, err := cache.toCells(ctx, m, spotsOf(standard), cells, done)
		if err != nil {
			return fmt.Errorf("travel times of cars: %w", err)
		}
		if t, err = withRows(ctx, t, m, fixed, cells); err != nil {
			return fmt.Errorf("travel times of fixed cars: %w", err)
		}
		st.times = append(st.times, t)
		if st.centre == nil {
			continue
		}
		m = route.NewMetric(st.network, p.conveyance)
		if towards[i], err = cache.fromCells(ctx, m, spotsOf(st.centres.sites), cells); err != nil {
			return fmt.Errorf("travel times to centres: %w", err)
		}
	}
	st.layers(towards)
	return nil
}

// layers fills in the layers of both problems.
func (st *study) layers(towards []*route.Matrix) {
	if st.scenario.Objective.byCover() {
		st.cover = st.covering()
	}
	curve := st.scenario.curve()
	if st.roster != nil {
		st.rosterLayers()
	}
	for i := range st.parts[len(st.car.Layers):] {
		p := &st.parts[i]
		st.car.Layers = append(st.car.Layers, optimiser.Layer{
			Weight: p.weight, Time: st.times[p.period], Share: st.scenario.shares(st.busy, p.cars), Curve: curve, Off: st.off(p),
		})
	}
	st.capWorst()
	if st.centre == nil {
		return
	}
	for i, p := range st.periods {
		st.centre.Layers = append(st.centre.Layers, optimiser.Layer{Weight: p.weight, Time: towards[i], Share: []float64{1}})
	}
	if st.ship != nil {
		st.open(towards)
	}
}

// capWorst adds layers that charge for cells beyond worst_minutes so much that no plan leaves one there
// which need not. A plan that leaves none pays nothing, so that its value is that of the other layers,
// and the bound holds for all such plans.
func (st *study) capWorst() {
	if st.scenario.WorstMinutes == 0 {
		return
	}
	within := optimiser.Within(roadTime(st.scenario.WorstMinutes))
	for i := range st.parts {
		p := &st.parts[i]
		weight := make([]float64, len(p.weight))
		for c, w := range p.weight {
			if w > 0 {
				weight[c] = st.calls
			}
		}
		st.car.Layers = append(st.car.Layers, optimiser.Layer{
			Weight: weight, Time: st.times[p.period], Share: []float64{1}, Curve: within, Off: st.car.Layers[i].Off,
		})
	}
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

// oneCell returns a matrix of one cell that all sites reach at once.
func oneCell(sites int) *route.Matrix {
	return &route.Matrix{Sites: sites, Cells: 1, T: make([]road.Millis, sites)}
}

func spotsOf(sites []candidate) []road.Spot {
	spots := make([]road.Spot, len(sites))
	for i := range sites {
		spots[i] = sites[i].spot
	}
	return spots
}
