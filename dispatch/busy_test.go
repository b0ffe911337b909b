package dispatch_test

import (
	"cmp"
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

// slowClears is Settings.ClearsIn in minutes of the table in docs/dispatch.md.
func slowClears(s *dispatch.Settings, c *dispatch.Car, seen, at time.Time) (time.Duration, bool) {
	expected, ok := map[dispatch.Status]time.Duration{
		dispatch.Busy: 111, dispatch.Assigned: 111, dispatch.Mobilising: 111, dispatch.EnRoute: 110,
		dispatch.OnScene: 95, dispatch.Conveying: 45, dispatch.AtCentre: 30, dispatch.Clearing: 10,
	}[c.Status]
	if !ok {
		return 0, false
	}
	clear := seen.Add(expected * time.Minute)
	if !c.Since.IsZero() {
		clear = c.Since.Add(expected * time.Minute)
		if soonest := seen.Add(s.Overdue); clear.Before(soonest) {
			clear = soonest
		}
	}
	if clear.Before(at) {
		return 0, true
	}
	return clear.Sub(at), true
}

func TestBusyEqualsSortingByDijkstra(t *testing.T) {
	settings := dispatch.DefaultSettings()
	rapid.Check(t, func(t *rapid.T) {
		m := drawMetric(t)
		nodes := m.Network.Graph.Nodes()
		adhoc := dispatch.NewAdHoc(route.NewFinder(m))
		s := drawSnapshot(t, nodes)
		if rapid.Bool().Draw(t, "ahead") {
			later := s.LookAhead(now.Add(time.Duration(rapid.IntRange(0, 120).Draw(t, "minutes"))*time.Minute), nil)
			s = &later
		}
		in := &dispatch.Incident{Spot: spotAt(rapid.IntRange(0, nodes-1).Draw(t, "call"), 700)}
		to := spotAt(rapid.IntRange(0, nodes-1).Draw(t, "destination"), 100)
		destination := func(c *dispatch.Car) (road.Spot, bool) { return to, c.Status == dispatch.Conveying }
		var want []dispatch.Candidate
		for slot, c := range s.Cars {
			clears, ok := slowClears(&settings, c, now, s.Now)
			over := !c.ShiftEnd.IsZero() && !s.Now.Add(clears).Before(c.ShiftEnd)
			if !ok || over || s.Now.Before(c.ShiftStart) || now.Sub(c.Fixed) > s.StaleAfter || !c.OnRoad {
				continue
			}
			from, there := c.Spot, c.Status == dispatch.Conveying
			if there {
				from = to
			}
			if d := slowTravel(m, from, in.Spot); d != road.Unreachable {
				wait := road.Millis(clears.Milliseconds())
				want = append(want, dispatch.Candidate{
					Slot: slot, Car: c, Travel: d, Arrival: d + wait, Clears: wait, AtDestination: there,
					Arrival90: road.Millis(float64(d)*1.5+0.5) + 2*wait,
				})
			}
		}
		slices.SortStableFunc(want, func(a, b dispatch.Candidate) int { return cmp.Compare(a.Arrival, b.Arrival) })
		got := adhoc.Busy(&settings, s, in, destination, nil)
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		free := dispatch.NewClosestIdle(adhoc, settings).Respond(s, in, 4, nil)
		all := slices.SortedStableFunc(slices.Values(append(slices.Clone(free), got...)), func(a, b dispatch.Candidate) int {
			return cmp.Or(cmp.Compare(a.Arrival, b.Arrival), cmp.Compare(a.Slot, b.Slot))
		})
		if merged := dispatch.Merge(free, got, 4); !slices.Equal(merged, all[:min(4, len(all))]) {
			t.Fatalf("merged %v, want the first 4 of %v", merged, all)
		}
	})
}

// TestEveryStatusIsExplained: what a car of each status is told to be left out for.
func TestEveryStatusIsExplained(t *testing.T) {
	want := map[dispatch.Status]string{
		dispatch.Busy: "busy for 20 min", dispatch.OffShift: "off shift: its shift starts in 5 min", dispatch.Assigned: "assigned for 20 min",
		dispatch.Mobilising: "mobilising for 20 min", dispatch.EnRoute: "en route for 20 min", dispatch.OnScene: "on scene for 20 min",
		dispatch.Conveying: "conveying for 20 min", dispatch.AtCentre: "at centre for 20 min", dispatch.Clearing: "clearing for 20 min",
		dispatch.OnBreak: "on break for 20 min", dispatch.OutOfService: "out of service for 20 min", dispatch.Available: "no position reported",
	}
	fleet := &dispatch.Snapshot{Now: now, StaleAfter: time.Minute, Cars: []*dispatch.Car{
		{Name: "early", Fixed: now, OnRoad: true, ShiftStart: now.Add(5 * time.Minute), ShiftEnd: now.Add(time.Hour)},
	}}
	for status := range dispatch.Statuses {
		c := &dispatch.Car{Name: status.String(), Status: status, Since: now.Add(-20 * time.Minute)}
		if status == dispatch.OffShift {
			c.ShiftStart = now.Add(5 * time.Minute)
		}
		fleet.Cars = append(fleet.Cars, c)
	}
	adhoc := dispatch.NewAdHoc(route.NewFinder(twoStreets()))
	out := adhoc.Exclusions(fleet, &dispatch.Incident{Spot: spotAt(0, 0)}, nil, nil)
	if got := out[0].String(); got != "available, but its shift starts in 5 min" {
		t.Errorf("before its shift: %s", got)
	}
	for _, e := range out[1:] {
		if e.String() != want[e.Car.Status] {
			t.Errorf("%s: %q, want %q", e.Car.Status, e, want[e.Car.Status])
		}
		delete(want, e.Car.Status)
	}
	if len(want) > 0 {
		t.Errorf("not told: %v", want)
	}
}

// TestReasonsOfBusyCars: each says when it is expected to be clear, on what that rests, and from where.
func TestReasonsOfBusyCars(t *testing.T) {
	car := func(name string, status dispatch.Status, since time.Duration) *dispatch.Car {
		c := &dispatch.Car{Name: name, Status: status, Fixed: now, Spot: spotAt(0, 0), OnRoad: true, Destination: "St Ann's"}
		if since != 0 {
			c.Since = now.Add(-since)
		}
		return c
	}
	fleet := &dispatch.Snapshot{Now: now, StaleAfter: time.Minute, Cars: []*dispatch.Car{
		car("clearing", dispatch.Clearing, 4*time.Minute), car("overdue", dispatch.OnScene, 2*time.Hour),
		car("unknown", dispatch.AtCentre, 0), car("conveys", dispatch.Conveying, 5*time.Minute), car("busy till shift's end", dispatch.OnScene, time.Minute),
	}}
	fleet.Cars[4].ShiftEnd = now.Add(time.Hour)
	call := &dispatch.Incident{Spot: spotAt(1, 0)}
	settings := dispatch.DefaultSettings()
	adhoc := dispatch.NewAdHoc(route.NewFinder(twoStreets()))
	to := func(c *dispatch.Car) (road.Spot, bool) { return spotAt(1, 5000), c.Status == dispatch.Conveying }
	busy := adhoc.Busy(&settings, fleet, call, to, nil)
	want := []string{
		`on scene for 2 h 0 min, position 0 s old; expected to be clear in 5 min (assumption: 1 h 35 min from the start of "on scene"; nearly or all used up, 5 min more counted); by road from where it is; where it will be clear is not known; arrives first by road; `,
		`clearing for 4 min, position 0 s old; expected to be clear in 6 min (assumption: 10 min from the start of "clearing"); by road from where it is; where it will be clear is not known; arrives 1 min after overdue; `,
		`at centre, position 0 s old; expected to be clear in 30 min (assumption: 30 min from the start of "at centre"; since when is not known, all of it is counted); by road from where it is; where it will be clear is not known; arrives 25 min after overdue; `,
		`conveying for 5 min, position 0 s old; expected to be clear in 40 min (assumption: 45 min from the start of "conveying"); by road from St Ann's, where it takes its patient; arrives 33 min 25 s after overdue; `,
	}
	if len(busy) != len(want) {
		t.Fatalf("%d busy cars, want %d", len(busy), len(want))
	}
	for i := range busy {
		var why dispatch.Reasons
		settings.Explain(fleet, call, busy, i, &why)
		got := strings.Join(why.Strings(), "; ")
		if got != want[i]+"9 in 10 arrivals: 2 times the time until it is clear and 1.5 times the road time (assumptions)" {
			t.Errorf("%s: %s", busy[i].Car.Name, got)
		}
	}
}

// TestLookAhead: shifts are those of then, positions and what cars do those of now.
func TestLookAhead(t *testing.T) {
	car := func(name string, status dispatch.Status, start, end time.Duration) *dispatch.Car {
		return &dispatch.Car{Name: name, Status: status, Fixed: now, Spot: spotAt(0, 0), OnRoad: true, ShiftStart: now.Add(start), ShiftEnd: now.Add(end)}
	}
	fleet := &dispatch.Snapshot{Now: now, StaleAfter: time.Minute, Cars: []*dispatch.Car{
		car("comes", dispatch.OffShift, time.Hour, 9*time.Hour), car("goes", dispatch.Available, -time.Hour, time.Hour),
		car("stays", dispatch.Available, -time.Hour, 3*time.Hour), car("breaks", dispatch.OnBreak, -time.Hour, 3*time.Hour),
		{Name: "silent", Fixed: now.Add(-2 * time.Minute), Spot: spotAt(0, 0), OnRoad: true},
	}}
	later := fleet.LookAhead(now.Add(2*time.Hour), nil)
	adhoc := dispatch.NewAdHoc(route.NewFinder(twoStreets()))
	settings, call := dispatch.DefaultSettings(), &dispatch.Incident{Spot: spotAt(0, 0)}
	ranked := dispatch.NewClosestIdle(adhoc, settings).Respond(&later, call, 5, nil)
	if len(ranked) != 2 || ranked[0].Car.Name != "comes" || ranked[1].Car.Name != "stays" {
		t.Fatalf("ranked %v", ranked)
	}
	var got []string
	for i := range ranked {
		got = append(got, strings.Join(explain(&later, call, ranked, i), "; "))
	}
	for i, want := range []string{"asked for 2 h 0 min ahead", "its shift ends in 1 h 0 min, before it would be expected to be clear, 1 h 35 min after it arrives"} {
		if !strings.Contains(got[i], want) {
			t.Errorf("%s: lacks %q", got[i], want)
		}
	}
	want := "goes: shift ended 1 h 0 min ago; breaks: on break; silent: position is 2 min old; the limit is 1 min"
	var out []string
	for _, e := range adhoc.Exclusions(&later, call, ranked, nil) {
		out = append(out, fmt.Sprintf("%s: %s", e.Car.Name, e))
	}
	if joined := strings.Join(out, "; "); joined != want {
		t.Errorf("left out: %s\nwant: %s", joined, want)
	}
	other := fleet.LookAhead(now.Add(2*time.Hour), func(*dispatch.Car) dispatch.Shift { return dispatch.Shift{} })
	if other.Cars[1].ShiftOver(other.Now) || fleet.Cars[0].Status != dispatch.OffShift {
		t.Error("shifts of then were not asked for, or the fleet was written to")
	}
}

func TestSettingsAreChecked(t *testing.T) {
	good := dispatch.DefaultSettings()
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	bad := dispatch.Settings{Mobilisation: -1, Spread: 0.5, ClearSpread: 11, Overdue: -1}
	bad.Clear[dispatch.OnBreak], bad.Clear[dispatch.OnScene] = time.Hour, -1
	err := bad.Validate()
	for _, want := range []string{"mobilisation is", "spread is 0.5", "until clear is 11", "overdue cars", `"on break" is 1h0m0s; want 0`, `"on scene" is -1ns`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
}
