package planning

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/optimiser"
)

func TestSolveAnswersTheScenario(t *testing.T) {
	d := solved()
	if len(d.Cars) != 3 || len(d.Centres) != 2 {
		t.Fatalf("%d cars and %d centres, want 3 and 2", len(d.Cars), len(d.Centres))
	}
	if !(d.Bound > 0 && d.Bound <= d.Value) {
		t.Errorf("bound %v, value %v", d.Bound, d.Value)
	}
	if len(d.ByBorough) != 4 {
		t.Errorf("%d boroughs, want 4", len(d.ByBorough))
	}
	var calls, weighted float64
	for _, a := range d.ByBorough {
		calls += a.CallsPerHour
		weighted += a.CallsPerHour * a.MeanSeconds
	}
	nearlyEqual(t, "calls of the boroughs", calls, d.All.CallsPerHour, 1e-4)
	nearlyEqual(t, "mean over the boroughs", weighted/calls, d.All.MeanSeconds, 0.01)
	nearlyEqual(t, "mean with mobilisation", d.All.MeanSeconds, d.Response.Value+MobilisationSeconds, 0.002)
	if d.All.Nearest.MeanSeconds >= d.All.MeanSeconds {
		t.Errorf("busy cars make the mean %v, free ones %v", d.All.MeanSeconds, d.All.Nearest.MeanSeconds)
	}
	if len(d.Comparisons) != 2 || len(d.Comparisons[0].Cars) != 1 || d.Comparisons[0].Cars[0].Sector != "SEL" || len(d.Comparisons[1].Cars) != 4 {
		t.Errorf("comparisons: %+v", d.Comparisons)
	}
	if d.Network.ModelledShare <= 0 || d.Network.ModelledShare >= 1 {
		t.Errorf("share of calls in modelled cells is %v", d.Network.ModelledShare)
	}
}

// scenarios are questions of every kind for the small city, by name.
func scenarios() map[string]Scenario {
	with := func(change func(*Scenario)) Scenario {
		s := daytime()
		change(&s)
		return s
	}
	night := must(ParseHours("19-23", "mon-sun"))
	return map[string]Scenario{
		"expected response": daytime(),
		"mean response":     with(func(s *Scenario) { s.Objective = MeanResponse }),
		"coverage":          with(func(s *Scenario) { s.Objective, s.Target.Minutes = Coverage, 6 }),
		"expected coverage": with(func(s *Scenario) { s.Objective, s.Target.Minutes = ExpectedCoverage, 6 }),
		"backup coverage": with(func(s *Scenario) {
			s.Objective, s.Target.Minutes, s.Target.Backup = BackupCoverage, 6, 0.3
		}),
		"benefit": with(func(s *Scenario) {
			s.Objective, s.Target.Benefit = Benefit, []BenefitPoint{{0.5, 1}, {4, 0.9}, {6, 0.5}, {15, 0}}
		}),
		"worst response": with(func(s *Scenario) { s.Objective = WorstResponse }),
		"fewest cars":    with(func(s *Scenario) { s.Objective, s.Cars, s.Target.Minutes = FewestCars, 0, 8 }),
		"fewest for a share": with(func(s *Scenario) {
			s.Objective, s.Cars, s.Target = FewestCars, 0, Target{Minutes: 6, Share: 0.9}
		}),
		"two kinds": with(func(s *Scenario) {
			s.Cars, s.Groups = 0, []Group{{Name: "joint", Count: 2}, {Name: "solo", Count: 1, Serves: []string{"b"}, Fixed: []string{"Infirmary"}}}
			s.CallKinds = []CallKind{{"a", 0.25}, {"b", 0.75}}
		}),
		"sectors and hours": with(func(s *Scenario) {
			s.Cars, s.Groups = 0, []Group{{Name: "south", Count: 2, Sectors: []string{"SEL", "SWL"}}, {Name: "all", Count: 2}, {Name: "late", Count: 1, Hours: night}}
		}),
		"rules": with(func(s *Scenario) {
			s.AtMost, s.AtLeast = []SiteRule{{Sector: "SEL", Count: 1}}, []SiteRule{{Borough: "Northwest", Count: 1}}
			s.PerSite, s.Fixed = 2, []string{"Old Mill", "Old Mill"}
			s.FixedCentres, s.ForbiddenCentres = []string{"Infirmary"}, []string{"St Bede's"}
		}),
		"cap":           with(func(s *Scenario) { s.WorstMinutes = 9 }),
		"balanced":      with(func(s *Scenario) { s.Equity, s.Balance = Balanced, 4 }),
		"equal":         with(func(s *Scenario) { s.Equity, s.Objective = EqualAccess, MeanResponse }),
		"borough floor": with(func(s *Scenario) { s.BoroughFloor = 6.2 }),
		"frontier":      with(func(s *Scenario) { s.Frontier = 4 }),
		"robust": with(func(s *Scenario) {
			s.Robust = Robust{Samples: 3, Weeks: 2, Times: TimeSpread{0.2, "made up"}}
		}),
		"factor": with(func(s *Scenario) { s.Times = TimeFactor{1.5, "made up"} }),
	}
}

// TestServiceAgreesWithOptimiser has the optimiser's own sum as the twin of the tables' one.
func TestServiceAgreesWithOptimiser(t *testing.T) {
	for name, s := range scenarios() {
		if s.Objective.byCover() {
			continue
		}
		st := smallStudy(t, s)
		rapid.Check(t, func(t *rapid.T) {
			sites := rapid.SliceOfNDistinct(rapid.IntRange(0, st.car.Sites-1), 1, 6, rapid.ID).Draw(t, "sites")
			busy := rapid.Float64Range(0, 0.9).Draw(t, "busy")
			p := *st.car
			p.Layers = slices.Clone(p.Layers[:len(st.parts)])
			var cars []post
			for _, i := range sites {
				cars = append(cars, st.posts[i])
			}
			whole := 0.0
			for l := range p.Layers {
				n := 0
				for _, c := range cars {
					if st.parts[l].serves(c.group) {
						n++
					}
				}
				p.Layers[l].Share = st.scenario.shares(busy, n)
				for _, share := range p.Layers[l].Share {
					for _, w := range p.Layers[l].Weight {
						whole += w * share
					}
				}
			}
			sum, err := optimiser.Evaluate(&p, sites)
			if err != nil {
				t.Fatal(err)
			}
			want, got := st.scenario.natural(sum, whole, st.calls), st.serve(cars, busy).value()
			if math.Abs(got-want) > 1e-9*max(1, want) {
				t.Fatalf("%s: value %v, the optimiser says %v", name, got, want)
			}
		})
	}
}

// TestEveryKindOfPlan solves every kind of question, checks it, and has another reader verify it.
func TestEveryKindOfPlan(t *testing.T) {
	city := smallCity()
	for name, s := range scenarios() {
		d, err := Solve(t.Context(), on(city), s, "", ignore)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if worse := d.Value < d.Bound; worse != d.Unit.Higher() && d.Value != d.Bound {
			t.Errorf("%s: value %v, bound %v %s", name, d.Value, d.Bound, d.Unit)
		}
		if err := Verify(t.Context(), reread(t, d), on(city), "", ignore); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %s %s, bound %s, gap %.2f %%", name, d.Unit.Say(d.Value), d.Unit, d.Unit.Say(d.Bound), 100*d.Gap)
	}
}

func smallStudy(t *testing.T, s Scenario) *study {
	t.Helper()
	city := smallCity()
	st, err := newStudy(t.Context(), on(city), s, &timesCache{}, func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// TestBestInAgreesWithTwin compares with the optimiser's sum over a study that has only the sector's calls.
func TestBestInAgreesWithTwin(t *testing.T) {
	st := smallStudy(t, daytime())
	comparisons, err := st.comparisons(waysTo(st, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range comparisons {
		if len(c.Cars) != 1 {
			continue
		}
		for j := range st.cars.sites {
			one := st.serve([]post{{j, anyGroup}}, 0)
			sector := st.city.Grid.Sector(st.cars.sites[j].cell)
			each, _ := one.sectors()
			if sector.String() == "SEL" && each[sector].MeanSeconds < c.Sectors[0].MeanSeconds-0.001 {
				t.Errorf("%s: site %d is better: %v, not %v", c.Name, j, each[sector].MeanSeconds, c.Sectors[0].MeanSeconds)
			}
		}
	}
}

func TestSolveKeepsFixedAndForbidden(t *testing.T) {
	city := smallCity()
	free := solved()
	s := daytime()
	s.Fixed = []string{"infirmary", city.Grid.ID(7)}
	for _, c := range free.Cars {
		if c.Cell != city.Grid.ID(7) && c.Place != "Infirmary" {
			s.Forbidden = append(s.Forbidden, c.Cell)
		}
	}
	if len(s.Forbidden) == 0 {
		t.Fatal("nothing to forbid: the test shows nothing")
	}
	d, err := Solve(t.Context(), on(city), s, "", ignore)
	if err != nil {
		t.Fatal(err)
	}
	var fixed []string
	for _, c := range d.Cars {
		if slices.Contains(s.Forbidden, c.Cell) {
			t.Errorf("a car stands in the forbidden cell %s", c.Cell)
		}
		if c.Fixed {
			fixed = append(fixed, c.Place+c.Cell)
		}
	}
	if len(fixed) != 2 {
		t.Errorf("fixed cars: %q, want two", fixed)
	}
	if err := Verify(t.Context(), d, on(city), "", ignore); err != nil {
		t.Error(err)
	}
}

func TestSolveRefuses(t *testing.T) {
	city := smallCity()
	busy := func(q float64) *float64 { return &q }
	for name, c := range map[string]struct {
		change func(*Scenario)
		field  string
		says   string
	}{
		"no cars":               {func(s *Scenario) { s.Cars = 0 }, "cars", "1 to 200"},
		"ten thousand cars":     {func(s *Scenario) { s.Cars = 10000 }, "cars", "1 to 200"},
		"more cars than sites":  {func(s *Scenario) { s.Cars = 190 }, "cars", "candidate sites"},
		"too many centres":      {func(s *Scenario) { s.Centres = 51 }, "centres", "0 to 50"},
		"more centres than can": {func(s *Scenario) { s.Centres = 50 }, "centres", "candidate sites, 3"},
		"no hours":              {func(s *Scenario) { s.Hours = nil }, "hours", "at least one"},
		"hour 168":              {func(s *Scenario) { s.Hours = []demand.HourOfWeek{168} }, "hours", "0 (Monday 00:00) to 167"},
		"objective":             {func(s *Scenario) { s.Objective = "best" }, "objective", "expected_response"},
		"busy":                  {func(s *Scenario) { s.Busy = busy(1) }, "busy", "0 to 0.95"},
		"busy without use":      {func(s *Scenario) { s.Objective, s.Busy = MeanResponse, busy(0.2) }, "busy", "mean_response"},
		"driving":               {func(s *Scenario) { s.Driving = 9 }, "driving", "normal"},
		"time limit":            {func(s *Scenario) { s.TimeLimit = time.Hour }, "time_limit", "5m"},
		"unknown place":         {func(s *Scenario) { s.Fixed = []string{"Camelot"} }, "fix[0]", "name of a place"},
		"half a name":           {func(s *Scenario) { s.Fixed = []string{"infirm"} }, "fix[0]", `did you mean "Infirmary"`},
		"cell elsewhere":        {func(s *Scenario) { s.Forbidden = []string{"89283082803ffff"} }, "forbid[0]", "H3 cell of London"},
		"contradiction":         {func(s *Scenario) { s.Fixed, s.Forbidden = []string{"Infirmary"}, []string{"infirmary"} }, "forbid[0]", "not also in fix"},
		"too many fixed":        {func(s *Scenario) { s.Cars, s.Fixed = 1, []string{"Infirmary", "Old Mill"} }, "fix", "as many as cars"},
	} {
		s := daytime()
		c.change(&s)
		_, err := Solve(t.Context(), on(city), s, "", ignore)
		var field *FieldError
		if !errors.As(err, &field) || field.Field != c.field || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v; want one about %s that says %q", name, err, c.field, c.says)
		}
	}
}

func TestSolveWhenCancelled(t *testing.T) {
	city := smallCity()
	ctx, cancel := context.WithCancel(t.Context())
	var last Progress
	d, err := Solve(ctx, on(city), daytime(), "", func(p Progress) {
		if p.Stage == StageCars && p.Value > 0 {
			last = p
			cancel()
		}
	})
	if err != nil || len(d.Cars) != 3 || len(d.Centres) != 2 {
		t.Fatalf("cancelled in the search: %v; want a plan of 3 cars and 2 centres", err)
	}
	if last.Value == 0 || d.Gap > last.Gap+0.001 {
		t.Errorf("the gap was %v when it was cancelled and is %v in the plan", last.Gap, d.Gap)
	}
	if err := Verify(t.Context(), d, on(city), "", ignore); err != nil {
		t.Error(err)
	}
	if _, err := Solve(ctx, on(city), daytime(), "", ignore); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v, want %v", err, context.Canceled)
	}
}

func TestSolveWithNoTimeToSearch(t *testing.T) {
	city := smallCity()
	s := daytime()
	s.TimeLimit = time.Nanosecond
	d, err := Solve(t.Context(), on(city), s, "", ignore)
	if err != nil || len(d.Cars) != 3 || len(d.Centres) != 2 || d.Response.Status != string(optimiser.Stopped) {
		t.Fatalf("%v; want a plan of 3 cars and 2 centres that says it was stopped", err)
	}
	if err := Verify(t.Context(), d, on(city), "", ignore); err != nil {
		t.Error(err)
	}
}

func TestTravelTimesAreKeptAndRebuilt(t *testing.T) {
	city, dir := smallCity(), t.TempDir()
	var warnings []string
	progress := func(p Progress) {
		if p.Warning != "" {
			warnings = append(warnings, p.Warning)
		}
	}
	solve := func() string {
		t.Helper()
		d, err := Solve(t.Context(), on(city), daytime(), dir, progress)
		if err != nil {
			t.Fatal(err)
		}
		return d.InputsSHA256
	}
	want := solve()
	files, err := filepath.Glob(filepath.Join(dir, "matrices", "*.bin"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no travel times kept: %v, %v", files, err)
	}
	if got := solve(); got != want || len(warnings) > 0 {
		t.Errorf("from the cache: inputs %s, want %s; warnings %q", got, want, warnings)
	}
	if err := os.WriteFile(files[0], []byte("not travel times"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := solve(); got != want || len(warnings) != 1 || !strings.Contains(warnings[0], "computed again") {
		t.Errorf("with a corrupt cache: inputs %s, want %s; warnings %q, want one", got, want, warnings)
	}
	if got := solve(); got != want || len(warnings) != 1 {
		t.Errorf("the corrupt cache was not replaced: warnings %q", warnings)
	}
}

func TestUnwritableDataDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	city := smallCity()
	_, err := Solve(t.Context(), on(city), daytime(), file, ignore)
	var field *FieldError
	if !errors.As(err, &field) || field.Field != "data-dir" {
		t.Errorf("error %v, want one about data-dir", err)
	}
}

// TestConveyanceGoesTowardsCentres would fail with times from centres to cells: roads here are not
// equally fast both ways.
func TestConveyanceGoesTowardsCentres(t *testing.T) {
	st := smallStudy(t, daytime())
	finder := route.NewFinder(route.NewMetric(st.network, st.periods[0].conveyance))
	away := 0
	for j, site := range st.centres.sites {
		for i := range st.city.Grid.Len() {
			cell, _ := st.network.Snap(st.city.Grid.Centre(grid.Index(i)))
			towards := finder.OneToMany(cell, []road.Spot{site.spot}, make([]road.Millis, 1))[0]
			if got := st.centre.Layers[0].Time.Row(j)[i]; got != towards {
				t.Fatalf("cell %d to centre %d takes %d ms, not %d", i, j, towards, got)
			}
			if finder.OneToMany(site.spot, []road.Spot{cell}, make([]road.Millis, 1))[0] != towards {
				away++
			}
		}
	}
	if away == 0 {
		t.Error("the test's roads are equally fast both ways: it shows nothing")
	}
}
