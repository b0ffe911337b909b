package planning

import (
	"context"
	"errors"
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
	if !(d.BoundSeconds > 0 && d.BoundSeconds <= d.ValueSeconds) {
		t.Errorf("bound %v, value %v", d.BoundSeconds, d.ValueSeconds)
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
	nearlyEqual(t, "mean with mobilisation", d.All.MeanSeconds, d.Response.ValueSeconds+MobilisationSeconds, 0.002)
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

// TestServiceAgreesWithOptimiser has the optimiser's own sum as the twin of the tables' one.
func TestServiceAgreesWithOptimiser(t *testing.T) {
	st := smallStudy(t, daytime())
	rapid.Check(t, func(t *rapid.T) {
		sites := rapid.SliceOfNDistinct(rapid.IntRange(0, st.car.Sites-1), 1, 6, rapid.ID).Draw(t, "sites")
		p := *st.car
		busy := rapid.Float64Range(0, 0.9).Draw(t, "busy")
		p.Layers = slices.Clone(p.Layers)
		for l := range p.Layers {
			p.Layers[l].Share = optimiser.Shares(busy, levelsFor(ExpectedResponse, len(sites)))
		}
		want, err := optimiser.Evaluate(&p, sites)
		if err != nil {
			t.Fatal(err)
		}
		got := st.serve(sites, busy).value()
		if want /= st.calls; got < want*(1-1e-9) || got > want*(1+1e-9) {
			t.Fatalf("value %v, the optimiser says %v", got, want)
		}
	})
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
	for _, c := range st.comparisons() {
		if len(c.Cars) != 1 {
			continue
		}
		for j := range st.cars.sites {
			one := st.serve([]int{j}, 0)
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
		"unknown place":         {func(s *Scenario) { s.Fixed = []string{"Camelot"} }, "fix", "name of a place"},
		"half a name":           {func(s *Scenario) { s.Fixed = []string{"infirm"} }, "fix", `did you mean "Infirmary"`},
		"cell elsewhere":        {func(s *Scenario) { s.Forbidden = []string{"89283082803ffff"} }, "forbid", "H3 cell of London"},
		"contradiction":         {func(s *Scenario) { s.Fixed, s.Forbidden = []string{"Infirmary"}, []string{"infirmary"} }, "forbid", "not also in fix"},
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
