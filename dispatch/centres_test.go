package dispatch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

func london(t testing.TB) *time.Location {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func drawCentre(t *rapid.T, nodes int) dispatch.Centre {
	c := dispatch.Centre{Spot: spotAt(rapid.IntRange(0, nodes-1).Draw(t, "stands"), 100)}
	s := &c.State
	if rapid.Bool().Draw(t, "hours known") {
		s.Opening = new(dispatch.Week)
		for h := range s.Opening {
			s.Opening[h] = rapid.Bool().Draw(t, "open")
		}
	}
	number := func(name string) *int {
		if !rapid.Bool().Draw(t, name+" known") {
			return nil
		}
		n := rapid.IntRange(0, 3).Draw(t, name)
		return &n
	}
	s.Capacity, s.Occupied = number("capacity"), number("occupied")
	if s.Diverted = rapid.IntRange(0, 3).Draw(t, "diverted") == 0; s.Diverted {
		s.Reason = "no staff"
		if rapid.Bool().Draw(t, "until known") {
			s.Until = now.Add(time.Duration(rapid.IntRange(-10, 30).Draw(t, "until")) * time.Minute)
		}
	}
	return c
}

// TestFindCentresEqualsLookingAtEach: a place is found if and only if it is open when the patient arrives,
// not diverted, and not known to be full; of those the soonest.
func TestFindCentresEqualsLookingAtEach(t *testing.T) {
	zone := london(t)
	rapid.Check(t, func(t *rapid.T) {
		m := drawMetric(t)
		nodes := m.Network.Graph.Nodes()
		q := dispatch.CentreQuestion{From: spotAt(rapid.IntRange(0, nodes-1).Draw(t, "from"), 300), Zone: zone, K: rapid.IntRange(1, 5).Draw(t, "k")}
		q.Now = now.Add(time.Duration(rapid.IntRange(0, 7*24*60).Draw(t, "minute")) * time.Minute)
		var centres []dispatch.Centre
		var fit []dispatch.PlaceTime
		for i := range rapid.IntRange(0, 6).Draw(t, "centres") {
			c := drawCentre(t, nodes)
			centres = append(centres, c)
			d := slowTravel(m, q.From, c.Spot)
			if d == road.Unreachable {
				continue
			}
			at, s := q.Now.Add(time.Duration(d)*time.Millisecond), c.State
			local := at.In(zone)
			hour := (int(local.Weekday())+6)%7*24 + local.Hour()
			open := s.Opening == nil || s.Opening[hour]
			diverted := s.Diverted && (s.Until.IsZero() || s.Until.After(at))
			full := s.Capacity != nil && s.Occupied != nil && *s.Occupied >= *s.Capacity
			if open && !diverted && !full {
				fit = append(fit, dispatch.PlaceTime{Place: i, Travel: d})
			}
		}
		slices.SortStableFunc(fit, func(a, b dispatch.PlaceTime) int { return int(a.Travel) - int(b.Travel) })
		found, out := dispatch.FindCentres(route.NewFinder(m), q, centres)
		if len(found) != min(q.K, len(fit)) || len(found)+len(out) != len(centres) {
			t.Fatalf("%d found and %d left out of %d, want %d", len(found), len(out), len(centres), min(q.K, len(fit)))
		}
		for i, c := range found {
			if c.Centre != fit[i].Place || c.Travel != fit[i].Travel || !c.Arrive.Equal(q.Now.Add(time.Duration(c.Travel)*time.Millisecond)) || len(c.Reasons) < 2 {
				t.Fatalf("place %d: %+v, want %+v", i, c, fit[i])
			}
		}
		for i, e := range out {
			enough := slices.ContainsFunc(fit, func(p dispatch.PlaceTime) bool { return p.Place == e.Centre })
			if e.Reason == "" || strings.Contains(e.Reason, "enough are sooner") != enough || i > 0 && out[i-1].Centre >= e.Centre {
				t.Fatalf("left out: %+v", out)
			}
		}
	})
}

// ExampleFindCentres asks on a Friday at 14:30 from where a patient is.
func ExampleFindCentres() {
	zone, _ := time.LoadLocation("Europe/London")
	week := func(first, last int) *dispatch.Week { // Monday to Friday
		var w dispatch.Week
		for d := range 5 {
			for h := first; h < last; h++ {
				w[24*d+h] = true
			}
		}
		return &w
	}
	four := 4
	said := now.Add(-12 * time.Minute)
	centres := []dispatch.Centre{
		{Name: "not known", Spot: spotAt(1, 0)},
		{Name: "day", Spot: spotAt(0, 0), State: dispatch.CentreState{Opening: week(8, 20)}},
		{Name: "night", Spot: spotAt(0, 0), State: dispatch.CentreState{Opening: week(20, 24)}},
		{Name: "full", Spot: spotAt(0, 0), State: dispatch.CentreState{Capacity: &four, Occupied: &four, Said: said}},
		{Name: "diverts", Spot: spotAt(0, 0), State: dispatch.CentreState{Diverted: true, Reason: "no staff", Until: now.Add(2 * time.Hour)}},
		{Name: "far", Spot: spotAt(2, 0)},
	}
	finder := route.NewFinder(twoStreets())
	found, out := dispatch.FindCentres(finder, dispatch.CentreQuestion{From: spotAt(0, 0), Now: now, Zone: zone, K: 2}, centres)
	for _, c := range found {
		fmt.Println(centres[c.Centre].Name, c.Arrive.Format("15:04:05"), c.Reasons)
	}
	for _, e := range out {
		fmt.Println(centres[e.Centre].Name, "-", e.Reason)
	}
	// Output:
	// day 14:30:00 [open on arrival, until Fri 20:00 how much room it has is not known]
	// not known 14:31:40 [opening hours not known: counted as open (assumption) how much room it has is not known]
	// night - closed until Fri 20:00
	// full - full: 4 of 4, as its staff said 12 min ago
	// diverts - diverted until Fri 16:30: no staff
	// far - suitable, 3 min 20 s by road, but enough are sooner
}

// TestOpeningHoursAroundTheClocksChange: hours are those of London's clocks on the day.
func TestOpeningHoursAroundTheClocksChange(t *testing.T) {
	zone := london(t)
	var w dispatch.Week
	for d := range 7 {
		w[24*d+9] = true // 09:00 to 10:00
	}
	s := dispatch.CentreState{Opening: &w}
	for _, c := range []struct {
		at   time.Time
		open bool
	}{
		{time.Date(2026, 3, 28, 9, 30, 0, 0, time.UTC), true}, // the day before summer time
		{time.Date(2026, 3, 29, 9, 30, 0, 0, time.UTC), false},
		{time.Date(2026, 3, 29, 8, 30, 0, 0, time.UTC), true},
	} {
		if got := s.OpenAt(c.at, zone); got != c.open {
			t.Errorf("%v: open is %v", c.at, got)
		}
	}
	never := dispatch.CentreState{Opening: new(dispatch.Week)}
	_, out := dispatch.FindCentres(route.NewFinder(twoStreets()), dispatch.CentreQuestion{From: spotAt(0, 0), Now: now, Zone: zone, K: 1},
		[]dispatch.Centre{{Spot: spotAt(0, 0), State: never}})
	if out[0].Reason != "closed: it has no opening hours" {
		t.Errorf("never open: %s", out[0].Reason)
	}
}
