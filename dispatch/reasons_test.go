package dispatch_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// twoStreets is a road of three nodes, 100 s from one to the next, both ways.
func twoStreets() *route.Metric {
	g := &road.Graph{
		FirstOut: []road.Arc{0, 1, 3, 4}, Head: []road.Node{1, 0, 2, 1},
		Base: []road.Millis{100_000, 100_000, 100_000, 100_000}, Metres: make([]float32, 4),
		Class: make([]road.Class, 4), Zone: make([]road.Zone, 4), Lon: make([]float32, 3), Lat: make([]float32, 3),
	}
	var p road.Profile
	for c := range p.Factor {
		p.Factor[c] = [road.Zones]float32{1, 1, 1}
	}
	return route.NewMetric(&route.Network{Name: "two streets", Graph: g}, p)
}

func exampleFleet() *dispatch.Snapshot {
	return &dispatch.Snapshot{Now: now, StaleAfter: 2 * time.Minute, Cars: []*dispatch.Car{
		{Name: "JRC-1", Skills: dispatch.Paramedic | dispatch.MentalHealthNurse, Fixed: now.Add(-4 * time.Second), Spot: spotAt(0, 0), OnRoad: true, Sector: geo.SEL},
		{Name: "JRC-2", Skills: dispatch.AllSkills, Fixed: now.Add(-10 * time.Second), Spot: spotAt(2, 0), OnRoad: true, Sector: geo.NEL},
		{Name: "JRC-3", Status: dispatch.Busy, Fixed: now, OnRoad: true},
		{Name: "JRC-4", Fixed: now.Add(-7 * time.Minute), OnRoad: true},
		{Name: "JRC-5", Skills: dispatch.Paramedic, Fixed: now, OnRoad: true},
	}}
}

func Example() {
	fleet := exampleFleet()
	call := &dispatch.Incident{Spot: spotAt(0, 5000), Sector: geo.SEL, Skills: dispatch.MentalHealthNurse}
	adhoc := dispatch.NewAdHoc(route.NewFinder(twoStreets()))
	policy := dispatch.NewClosestIdle(adhoc, dispatch.DefaultSettings())
	ranked := policy.Respond(fleet, call, 5, nil)
	for i, c := range ranked {
		fmt.Println(c.Car.Name, c.Arrival.Seconds(), explain(fleet, call, ranked, i))
	}
	for _, e := range adhoc.Exclusions(fleet, call, ranked, nil) {
		fmt.Println(e.Car.Name, e)
	}
	// Output:
	// JRC-1 65 [available, position 4 s old arrives first by road has mental-health nurse as asked arrival includes 1 min to mobilise, and for 9 in 10 1.5 times the road time (assumptions)]
	// JRC-2 265 [available, position 10 s old arrives 3 min 20 s after JRC-1 has mental-health nurse as asked comes from NEL into SEL arrival includes 1 min to mobilise, and for 9 in 10 1.5 times the road time (assumptions)]
	// JRC-3 busy
	// JRC-4 position is 7 min old; the limit is 2 min
	// JRC-5 lacks mental-health nurse
}

func explain(fleet *dispatch.Snapshot, call *dispatch.Incident, ranked []dispatch.Candidate, i int) []string {
	var why dispatch.Reasons
	s := dispatch.DefaultSettings()
	s.Explain(fleet, call, ranked, i, &why)
	return why.Strings()
}

func TestRespondAllocatesNothing(t *testing.T) {
	fleet := exampleFleet()
	call := &dispatch.Incident{Spot: spotAt(1, 0)}
	adhoc := dispatch.NewAdHoc(route.NewFinder(twoStreets()))
	policy := dispatch.NewClosestIdle(adhoc, dispatch.DefaultSettings())
	var dst []dispatch.Candidate
	var why dispatch.Reasons
	settings := dispatch.DefaultSettings()
	respond := func() {
		dst = policy.Respond(fleet, call, 5, dst[:0])
		why.Reset()
		for i := range dst {
			settings.Explain(fleet, call, dst, i, &why)
		}
	}
	respond()
	if n := testing.AllocsPerRun(100, respond); n != 0 {
		t.Errorf("%v allocations a call, want 0", n)
	}
}

func TestSkillsString(t *testing.T) {
	for skills, want := range map[dispatch.Skills]string{
		0:                              "no skill",
		dispatch.Paramedic:             "paramedic",
		dispatch.AllSkills:             "paramedic, mental-health nurse and specialist mental-health paramedic",
		dispatch.MentalHealthNurse | 1: "paramedic and mental-health nurse",
	} {
		if got := skills.String(); got != want {
			t.Errorf("%d: %q, want %q", skills, got, want)
		}
	}
}

func TestReasonsNameNoUnknownSector(t *testing.T) {
	fleet := exampleFleet()
	adhoc := dispatch.NewAdHoc(route.NewFinder(twoStreets()))
	policy := dispatch.NewClosestIdle(adhoc, dispatch.DefaultSettings())
	call := &dispatch.Incident{Spot: spotAt(0, 0), Sector: geo.Sectors}
	for _, r := range explain(fleet, call, policy.Respond(fleet, call, 1, nil), 0) {
		if strings.Contains(r, geo.Sectors.String()) {
			t.Errorf("reason %q for a call in an unknown sector", r)
		}
	}
}

// TestShiftsAndSectors: who is off shift or elsewhere is left out, and told why.
func TestShiftsAndSectors(t *testing.T) {
	at := func(name string, sector geo.Sector, shiftEnd time.Duration) *dispatch.Car {
		c := &dispatch.Car{Name: name, Fixed: now, Spot: spotAt(0, 0), OnRoad: true, Sector: sector}
		if shiftEnd != 0 {
			c.ShiftEnd = now.Add(shiftEnd)
		}
		return c
	}
	fleet := &dispatch.Snapshot{Now: now, StaleAfter: time.Minute, RoadMetres: 1500, Cars: []*dispatch.Car{
		at("over", geo.NWL, -time.Minute), at("near its end", geo.NWL, 40*time.Minute), at("long", geo.SEL, 5*time.Hour),
		at("elsewhere", geo.NCL, 0), at("nowhere", geo.Sectors, 0), {Name: "off", Fixed: now, Sector: geo.NWL},
		{Name: "busy", Status: dispatch.Busy, Fixed: now, ShiftEnd: now},
	}}
	call := &dispatch.Incident{Spot: spotAt(0, 0), Sector: geo.Sectors, Sectors: 1<<geo.NWL | 1<<geo.SEL}
	adhoc := dispatch.NewAdHoc(route.NewFinder(twoStreets()))
	ranked := dispatch.NewClosestIdle(adhoc, dispatch.DefaultSettings()).Respond(fleet, call, 5, nil)
	if len(ranked) != 2 || ranked[0].Car.Name != "near its end" || ranked[1].Car.Name != "long" {
		t.Fatalf("ranked %+v", ranked)
	}
	for i, want := range []bool{true, false} {
		reasons := strings.Join(explain(fleet, call, ranked, i), "; ")
		if strings.Contains(reasons, "its shift ends in 40 min") != want {
			t.Errorf("%s: %s", ranked[i].Car.Name, reasons)
		}
	}
	want := map[string]string{
		"over":      "shift ended 1 min ago",
		"elsewhere": "stands in NCL, not in a sector asked for",
		"nowhere":   "stands outside London, not in a sector asked for",
		"off":       "no road within 1500 m of its position",
		"busy":      "shift ended 0 s ago",
	}
	for _, e := range adhoc.Exclusions(fleet, call, ranked, nil) {
		if want[e.Car.Name] != e.String() {
			t.Errorf("%s: %s, want %s", e.Car.Name, e, want[e.Car.Name])
		}
		delete(want, e.Car.Name)
	}
	if len(want) > 0 {
		t.Errorf("not excluded: %v", want)
	}
	for _, s := range dispatch.FindStranded(fleet, call, ranked, 9, nil) {
		var why dispatch.Reasons
		s.Explain(now, &why)
		reasons := why.Strings()
		if s.Car.Name != "off" || !strings.Contains(reasons[1], "no road is near it: ") || !strings.Contains(reasons[1], "km as the crow flies, travel time not known") {
			t.Errorf("stranded %s: %v", s.Car.Name, reasons)
		}
	}
}
