package planning

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/queue"
)

func TestPlanKnowsHowBusyItsCarsAre(t *testing.T) {
	d := solved()
	w := d.Workloads
	if !w.Settled || w.Rounds < 2 || math.Abs(w.Busy-d.Busy) > 0.001 {
		t.Errorf("planned with %v, the cars are out %v of the time, settled %v in %d rounds", d.Busy, w.Busy, w.Settled, w.Rounds)
	}
	if w.Busy == d.Demand.EstimateBusy {
		t.Errorf("busy %v is the estimate that the search started from: the test shows nothing", w.Busy)
	}
	if len(w.Cars) != 3 || len(w.Periods) != 3 || w.Exact == nil {
		t.Fatalf("%+v", w)
	}
	nearlyEqual(t, "busy, exact", w.Exact.Busy, w.Approximate.Busy, 0.003)
	nearlyEqual(t, "lost, exact", w.Exact.Lost, w.Approximate.Lost, 0.003)
	nearlyEqual(t, "mean, exact", w.Exact.MeanSeconds, w.Approximate.MeanSeconds, 6)
	for _, f := range []*WorkloadFigures{&w.Approximate, w.Exact} {
		sum := f.Lost
		for _, share := range f.ByRank {
			sum += share
		}
		nearlyEqual(t, "lost and served by rank", sum, 1, 1e-5)
	}
	// Work done is work taken: about a cycle for each call that is not lost.
	taken := d.Demand.CallsPerHour * SuitableShare * (1 - w.Approximate.Lost) * CycleHours / 3
	nearlyEqual(t, "busy by the cycle", w.Approximate.Busy, taken, 0.05)
}

// TestWorkloadsAreOfTheQueue has the twin write the system out from the definition.
func TestWorkloadsAreOfTheQueue(t *testing.T) {
	st := smallStudy(t, daytime())
	rapid.Check(t, func(t *rapid.T) {
		var cars []post
		for _, s := range rapid.SliceOfN(rapid.IntRange(0, len(st.cars.sites)-1), 1, 5).Draw(t, "sites") {
			cars = append(cars, post{s, 0})
		}
		centres := rapid.SliceOfNDistinct(rapid.IntRange(0, len(st.centres.sites)-1), 1, 3, rapid.ID).Draw(t, "centres")
		l := rapid.IntRange(0, len(st.periods)-1).Draw(t, "period")
		var p periodLoad
		if err := st.queueOf(&st.slots()[l], &p, cars, waysTo(st, centres...), 0.3, true); err != nil {
			t.Fatal(err)
		}
		want, err := queue.Approximate(twinSystem(st, l, cars, centres, 0.3))
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(p.near.Busy-want.Busy) > 1e-6 || math.Abs(p.near.Lost-want.Lost) > 1e-6 || math.Abs(p.near.Response-want.Response) > 1e-3 {
			t.Fatalf("busy, lost, response %v %v %v, written out %v %v %v", p.near.Busy, p.near.Lost, p.near.Response, want.Busy, want.Lost, want.Response)
		}
		if p.exact == nil || math.Abs(p.exact.Busy-p.near.Busy) > 0.02 {
			t.Fatalf("exact %+v, approximate busy %v", p.exact, p.near.Busy)
		}
	})
}

func waysTo(st *study, centres ...int) conveyances {
	return must(st.conveyances(&solution{centres: &optimiser.Plan{Sites: centres}}))
}

// twinSystem gives every site a station, with all its cars, and every cell a list of them all.
func twinSystem(st *study, l int, cars []post, centres []int, sent float64) *queue.System {
	s := &queue.System{First: []int32{0}}
	var sites []int
	for _, c := range cars {
		if at := slices.Index(sites, c.site); at >= 0 {
			s.Kept[at]++
			continue
		}
		sites, s.Kept = append(sites, c.site), append(s.Kept, 1)
	}
	var hours float64
	for _, n := range st.periods[l].hours {
		hours += float64(n)
	}
	for cell, w := range st.periods[l].weight {
		order := make([]int, len(sites))
		for j := range order {
			order[j] = j
		}
		way := func(j int) float64 { return capped(st.times[l].Row(sites[j])[cell]) }
		slices.SortStableFunc(order, func(a, b int) int { return int(1000*way(a)) - int(1000*way(b)) })
		conveyed := math.Inf(1)
		for _, c := range centres {
			conveyed = min(conveyed, capped(st.centre.Layers[l].Time.Row(c)[cell]))
		}
		for _, j := range order {
			s.Order = append(s.Order, int32(j))
			s.Travel = append(s.Travel, 60+way(j))
			// The stated cycle of 1.85 h where both ways take 15 min, of which 18 % go the second.
			s.Service = append(s.Service, 1.85+(60+way(j)-900)/3600+0.18*(conveyed-900)/3600)
		}
		s.Rate = append(s.Rate, w*sent/hours)
		s.First = append(s.First, int32(len(s.Order)))
	}
	return s
}

func TestWorkloadsFollowTheScenario(t *testing.T) {
	city := smallCity()
	given := 0.3
	for name, c := range map[string]struct {
		change        func(*Scenario)
		rounds, cars  int
		settled, busy bool // busy: the objective counts it
	}{
		"busy given":     {func(s *Scenario) { s.Busy = &given }, 0, 3, false, true},
		"mean response":  {func(s *Scenario) { s.Objective = MeanResponse }, 0, 3, false, false},
		"worst response": {func(s *Scenario) { s.Objective = WorstResponse }, 0, 3, false, false},
		"14 cars":        {func(s *Scenario) { s.Cars, s.PerSite = 14, 2 }, 2, 14, true, true},
		"suitable":       {func(s *Scenario) { s.Calls = SuitableCalls; s.Cars = 6 }, 2, 6, true, true},
	} {
		s := daytime()
		c.change(&s)
		d, err := Solve(t.Context(), on(city), s, "", ignore)
		if err != nil {
			t.Fatal(name, err)
		}
		w := d.Workloads
		if (w.Rounds > 0) != (c.rounds > 0) || w.Settled != c.settled || len(w.Cars) != c.cars || (d.Busy > 0) != c.busy || (w.Exact != nil) != (c.cars <= 12) {
			t.Errorf("%s: planned with %v: %+v", name, d.Busy, w)
		}
		if err := Verify(t.Context(), d, on(city), "", ignore); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSectorsAndShiftsOfCarsCount has two kinds of cars: one that may not leave its sector, one that runs in
// the afternoon only.
func TestSectorsAndShiftsOfCarsCount(t *testing.T) {
	city := smallCity()
	s := daytime()
	s.Cars = 0
	afternoon := must(ParseHours("15-19", "mon-sun"))
	s.Groups = []Group{{Name: "day", Count: 2}, {Name: "south-east", Count: 1, Sectors: []string{"SEL"}}, {Name: "peak", Count: 1, Hours: afternoon}}
	d, err := Solve(t.Context(), on(city), s, "", ignore)
	if err != nil {
		t.Fatal(err)
	}
	var running []int
	for _, p := range d.Workloads.Periods {
		running = append(running, p.Cars)
	}
	if !slices.Contains(running, 3) || !slices.Contains(running, 4) {
		t.Errorf("cars that run by period: %v, want 3 and 4", running)
	}
	for i, c := range d.Cars {
		if out := d.Workloads.Cars[i]; out <= 0.1 || out >= 0.9 {
			t.Errorf("the car of group %s is out %v of the time", c.Group, out)
		}
	}
	if err := Verify(t.Context(), d, on(city), "", ignore); err != nil {
		t.Error(err)
	}
}

// TestFarCentresKeepCarsBusy closes the nearer of two centres.
func TestFarCentresKeepCarsBusy(t *testing.T) {
	st := smallStudy(t, daytime())
	cars := []post{{0, 0}, {1, 0}, {2, 0}}
	busy := func(centres ...int) float64 {
		w, err := st.workloads(cars, waysTo(st, centres...), false)
		if err != nil {
			t.Fatal(err)
		}
		return w.figures(func(p *periodLoad) *queue.Result { return p.near }).Busy
	}
	if both, one := busy(0, 1), busy(0); one <= both {
		t.Errorf("cars are out %v of the time with two centres, %v with one", both, one)
	}
}

func TestSettleKeepsTheFractionMissedLeast(t *testing.T) {
	s := daytime()
	s.TimeLimit = 1 // no time to plan in: the rounds go on from plan to plan
	st := smallStudy(t, s)
	_, rounds, err := st.settle(t.Context(), waysTo(st, 0, 1), ignore)
	if err != nil || rounds < 2 || rounds > maxRounds {
		t.Fatalf("%d rounds, %v", rounds, err)
	}
	for i := range st.parts {
		if got, want := st.car.Layers[i].Share, st.scenario.shares(st.busy, 3); !slices.Equal(got, want) {
			t.Errorf("part %d counts %v, want %v of busy %v", i, got, want, st.busy)
		}
	}
}

// TestWorkloadsFollowTheShifts counts a car's work over the hours it is on duty only.
func TestWorkloadsFollowTheShifts(t *testing.T) {
	d, err := Solve(t.Context(), on(smallCity()), shifted(), "", ignore)
	if err != nil {
		t.Fatal(err)
	}
	hours, most := 0.0, 0
	for _, p := range d.Workloads.Periods {
		hours += p.Hours
		most = max(most, p.Cars)
	}
	nearlyEqual(t, "hours of the periods", hours, float64(len(d.Scenario.Hours)), 1e-6)
	if len(d.Workloads.Periods) < 2 || most > len(d.Cars) || most < 1 {
		t.Errorf("periods %+v of %d cars", d.Workloads.Periods, len(d.Cars))
	}
}
