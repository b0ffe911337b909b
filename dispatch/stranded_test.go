package dispatch_test

import (
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// TestStrandedAreTheSuitableThatNoRoadJoins: of two parts of a town, cars in the other part, and one in
// a field, are named by distance; busy, stale and unskilled ones are not.
func TestStrandedAreTheSuitableThatNoRoadJoins(t *testing.T) {
	g := &road.Graph{FirstOut: []road.Arc{0, 0, 0}, Lon: make([]float32, 2), Lat: make([]float32, 2)}
	adhoc := dispatch.NewAdHoc(route.NewFinder(route.NewMetric(&route.Network{Graph: g}, road.Profile{})))
	at := func(lat float64) orb.Point { return orb.Point{-0.1, lat} }
	car := func(name string, node int, lat float64) *dispatch.Car {
		return &dispatch.Car{Name: name, Fixed: now, Skills: dispatch.Paramedic, OnRoad: true, Spot: spotAt(node, 0), Point: at(lat)}
	}
	here, far, near := car("here", 0, 51.5), car("far", 1, 51.54), car("near", 1, 51.51)
	field, busy, stale, other := car("field", 1, 51.52), car("busy", 1, 51.5), car("stale", 1, 51.5), car("other", 1, 51.5)
	field.OnRoad, busy.Status, stale.Fixed, other.Skills = false, dispatch.Busy, now.Add(-time.Hour), 0
	s := &dispatch.Snapshot{Cars: []*dispatch.Car{far, here, busy, near, stale, field, other}, Now: now, StaleAfter: time.Minute}
	in := &dispatch.Incident{Spot: spotAt(0, 0), Point: at(51.5), Skills: dispatch.Paramedic}
	ranked := dispatch.NewClosestIdle(adhoc, dispatch.DefaultSettings()).Respond(s, in, 5, nil)
	if len(ranked) != 1 || ranked[0].Car != here {
		t.Fatalf("ranked %v, want the car that a road joins", ranked)
	}
	for k, want := range [][]*dispatch.Car{{}, {near}, {near, field}, {near, field, far}, {near, field, far}} {
		got := dispatch.FindStranded(s, in, ranked, k, nil)
		if len(got) != len(want) {
			t.Fatalf("%d of at most %d: %v", len(got), k, got)
		}
		for i, c := range got {
			if c.Car != want[i] || s.Cars[c.Slot] != c.Car || c.Metres < 1000 || c.Metres > 4500 {
				t.Errorf("%d: %s in slot %d, %.0f m away; want %s", i, c.Car.Name, c.Slot, c.Metres, want[i].Name)
			}
		}
	}
}
