package planning

import (
	"context"
	"slices"
	"strings"
	"testing"
)

// roomy is daytime with centres that have room for a part of the patients, shut in the evening but for one.
func roomy() Scenario {
	s := daytime()
	s.CentreService = CentreService{
		Room: 1, StayHours: 24, Hours: must(ParseHours("11-20", "mon-sun")), HandoverMinutes: 20, Source: "made up",
		At: []CentreAt{{Site: "Infirmary", Room: 2, Hours: must(ParseHours("0-24", "mon-sun"))}},
	}
	return s
}

func TestCentresWithRoom(t *testing.T) {
	city := smallCity()
	s := roomy()
	s.ExpandCentres, s.ContractCentres = 1, 1
	d, err := Solve(t.Context(), on(city), s, "", ignore)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(t.Context(), reread(t, d), on(city), "", ignore); err != nil {
		t.Fatal(err)
	}
	c := d.CentreService
	if len(c.Centres) != 2 || len(c.Expand) != 1 || len(c.Contract) != 1 || len(c.Periods) < 2 {
		t.Fatalf("report %+v", c)
	}
	nearlyEqual(t, "patients an hour", c.PatientsPerHour, d.Demand.CallsPerHour*ConveyedShare, 1e-6)
	served, open := 0.0, 0.0
	for _, u := range c.Centres {
		want := 1.0 / 24
		if u.Place == "Infirmary" {
			want = 2.0 / 24
		}
		nearlyEqual(t, "room of "+u.Place, *u.RoomPerHour, want, 1e-6)
		if *u.UsedShare > 1+1e-6 || u.PatientsPerHour > *u.RoomPerHour+1e-6 {
			t.Errorf("%s takes %v of %v an hour", u.Place, u.PatientsPerHour, *u.RoomPerHour)
		}
		served += u.PatientsPerHour * float64(u.OpenHours)
		open += float64(u.OpenHours)
	}
	hours := float64(len(d.Scenario.Hours))
	nearlyEqual(t, "served and unserved", served/hours+c.UnservedPerHour, c.PatientsPerHour, 1e-5)
	if open >= 2*hours || c.UnservedPerHour <= 0 || c.CarsConveying <= 0 {
		t.Errorf("the test should have shut and full centres: %+v", c)
	}
	before, unserved := d.Conveyance.Value, c.UnservedPerHour
	for _, step := range c.Expand {
		if step.Change > 0 || step.UnservedPerHour > unserved+1e-6 || step.Leg.Bound > step.Leg.Value {
			t.Errorf("a further centre at %s makes it worse: %+v", step.Site.Place, step)
		}
		nearlyEqual(t, "value after", step.Leg.Value, before+step.Change, 0.0021)
		before, unserved = step.Leg.Value, step.UnservedPerHour
	}
	for n, w := range d.Explain.Centres {
		if w.Cell != c.Centres[n].Cell || w.Lost < c.Contract[0].Change-0.002 {
			t.Errorf("without %s %v s are lost; closing the best one loses %v", w.Cell, w.Lost, c.Contract[0].Change)
		}
	}
	if c.Contract[0].Change < 0 {
		t.Errorf("closing a centre saves time: %+v", c.Contract[0])
	}
}

// TestCentresWithoutLimitsAreThePMedian compares the two packages that place centres.
func TestCentresWithoutLimitsAreThePMedian(t *testing.T) {
	city := smallCity()
	s := daytime()
	want, err := Solve(t.Context(), on(city), s, "", ignore)
	if err != nil {
		t.Fatal(err)
	}
	s.ContractCentres = 1
	got, err := Solve(t.Context(), on(city), s, "", ignore)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Centres, want.Centres) || got.Conveyance.Value != want.Conveyance.Value || got.Conveyance.Gap != 0 {
		t.Errorf("%v at %v, want %v at %v", got.Conveyance.Value, got.Centres, want.Conveyance.Value, want.Centres)
	}
	if u := got.CentreService.Centres[0]; u.RoomPerHour != nil || u.UsedShare != nil || u.OpenHours != len(got.Scenario.Hours) {
		t.Errorf("a centre without limit has %+v", u)
	}
	if strings.Contains(strings.Join(got.Limits, " "), "room") || want.CentreService != nil {
		t.Error("room is spoken of where none is given")
	}
}

func TestVerifyNamesTheCentresField(t *testing.T) {
	city := smallCity()
	s := roomy()
	s.ExpandCentres, s.ContractCentres = 1, 1
	good, err := Solve(t.Context(), on(city), s, "", ignore)
	if err != nil {
		t.Fatal(err)
	}
	for field, edit := range map[string]func(*Document){
		"conveyance.certificate.value":                 func(d *Document) { d.Conveyance.Certificate.Value *= 0.99 },
		"conveyance.certificate.bound":                 func(d *Document) { d.Conveyance.Certificate.Bound *= 1.01 },
		"conveyance.certificate.prices":                func(d *Document) { d.Conveyance.Certificate.Prices = d.Conveyance.Certificate.Proof },
		"conveyance.certificate.proof":                 func(d *Document) { d.Conveyance.Certificate.Proof = "" },
		"conveyance.problem_sha256":                    func(d *Document) { d.Scenario.CentreService.Room = 3 },
		"centres[0].cell":                              func(d *Document) { d.Centres[0].Cell = "nowhere" },
		"centre_service: there must be one":            func(d *Document) { d.CentreService = nil },
		"centre_service.expand: 0 steps":               func(d *Document) { d.CentreService.Expand = nil },
		"centre_service.expand[0].leg":                 func(d *Document) { d.CentreService.Expand[0].Leg.Certificate.Bound *= 1.01 },
		"centre_service.contract[0].site":              func(d *Document) { d.CentreService.Contract[0].Site = d.CentreService.Expand[0].Site },
		"centre_service.unserved_per_hour":             func(d *Document) { d.CentreService.UnservedPerHour = 0 },
		"centre_service.centres[0].patients_per_hour":  func(d *Document) { d.CentreService.Centres[0].PatientsPerHour++ },
		"centre_service.periods[0].room_per_hour":      func(d *Document) { d.CentreService.Periods[0].RoomPerHour = nil },
		"centre_service.expand[0].unserved_per_hour":   func(d *Document) { d.CentreService.Expand[0].UnservedPerHour++ },
		"centre_service.centres[0].room_worth_s":       func(d *Document) { d.CentreService.Centres[0].RoomWorthSeconds += 5 },
		"scenario: centre_service.source (none)":       func(d *Document) { d.Scenario.CentreService.Source = "" },
		"scenario: centre_service.at[0].room 1001":     func(d *Document) { d.Scenario.CentreService.At[0].Room = 1001 },
		"scenario: contract_centres 2: want none beyo": func(d *Document) { d.Scenario.ContractCentres = 2 },
	} {
		d := reread(t, good)
		edit(d)
		if err := Verify(context.Background(), d, on(city), "", ignore); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: got %v", field, err)
		}
	}
}

func TestCentresThatCannotBe(t *testing.T) {
	city := smallCity()
	for want, change := range map[string]func(*Scenario){
		"centre_service.at[0].site":       func(s *Scenario) { s.CentreService.At[0].Site = "Fire Station" },
		"centre_service.at[1].site":       func(s *Scenario) { s.CentreService.At = append(s.CentreService.At, CentreAt{Site: "Nowhere", Room: 1}) },
		"expand_centres 5":                func(s *Scenario) { s.ExpandCentres = 5 },
		"centre_service.stay_hours 24":    func(s *Scenario) { s.CentreService.Room, s.CentreService.At = 0, nil },
		"centre_service.stay_hours (none": func(s *Scenario) { s.CentreService.StayHours = 0 },
		"centre_service given":            func(s *Scenario) { s.Centres = 0 },
		"centre_service.hours (none)":     func(s *Scenario) { s.CentreService.Hours = Hours{} },
		"at[0] without room and hours":    func(s *Scenario) { s.CentreService.At[0] = CentreAt{Site: "Infirmary"} },
	} {
		s := roomy()
		change(&s)
		if _, err := Solve(t.Context(), on(city), s, "", ignore); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", want, err)
		}
	}
}

// TestOpeningCountsEveryHourOnce adds up hours and calls of the layers, and their room by Little's law.
func TestOpeningCountsEveryHourOnce(t *testing.T) {
	city := smallCity()
	s := roomy()
	s.Hours = must(ParseHours("0-24", "mon-sun"))
	cache, err := newTimesCache("", func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	st, err := newStudy(t.Context(), on(city), s, cache, func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	hours, calls := 0, 0.0
	room := make([]float64, st.ship.Sites)
	for l, o := range st.opening {
		hours += len(o.hours)
		calls += total([][]float64{st.ship.Layers[l].Weight})
		for site, c := range st.ship.Layers[l].Capacity {
			room[site] += c * ConveyedShare
		}
	}
	if hours != 168 {
		t.Errorf("%d hours", hours)
	}
	nearlyEqual(t, "calls", calls, st.calls, 1e-6)
	for site, got := range room {
		want := 1.0 / 24 * 9 * 7
		if st.centres.sites[site].place == "Infirmary" {
			want = 2.0 / 24 * 168
		}
		nearlyEqual(t, "room", got, want, 1e-9)
	}
}

// TestWhatIfCountsRoom compares with the plan's own conveyance leg, and closes a centre as Contract does.
func TestWhatIfCountsRoom(t *testing.T) {
	city := smallCity()
	s := roomy()
	s.ContractCentres = 1
	d, err := Solve(t.Context(), on(city), s, "", ignore)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWhatIf(t.Context(), d, on(city), "", ignore)
	if err != nil {
		t.Fatal(err)
	}
	nearlyEqual(t, "mean way", w.Before().All.Conveyance.MeanSeconds, d.Conveyance.Value, 0.002)
	step := d.CentreService.Contract[0]
	got, err := w.Try(Change{Close: []string{step.Site.Cell}})
	if err != nil {
		t.Fatal(err)
	}
	nearlyEqual(t, "mean way after", got.After.All.Conveyance.MeanSeconds, step.Leg.Value, 0.002)
}
