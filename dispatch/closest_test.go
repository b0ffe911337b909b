package dispatch_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// drawMetric draws a small random network; some of its nodes may be cut off.
func drawMetric(t *rapid.T) *route.Metric {
	nodes := rapid.IntRange(1, 12).Draw(t, "nodes")
	g := &road.Graph{FirstOut: []road.Arc{0}, Lon: make([]float32, nodes), Lat: make([]float32, nodes)}
	for range nodes {
		for range rapid.IntRange(0, 3).Draw(t, "arcs") {
			g.Head = append(g.Head, road.Node(rapid.IntRange(0, nodes-1).Draw(t, "head")))
			g.Base = append(g.Base, road.Millis(rapid.IntRange(0, 90_000).Draw(t, "base")))
			g.Metres = append(g.Metres, 100)
			g.Class = append(g.Class, road.Lattice)
			g.Zone = append(g.Zone, road.Inner)
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	var p road.Profile
	for c := range p.Factor {
		for z := range p.Factor[c] {
			p.Factor[c][z] = 1.25
		}
	}
	return route.NewMetric(&route.Network{Name: "random", Graph: g}, p)
}

// spotAt is a spot that stands a little way off one node.
func spotAt(n int, base road.Millis) road.Spot {
	l := road.Link{Node: road.Node(n), Arc: road.NoArc, Base: base, Class: road.Lattice, Zone: road.Inner}
	return road.Spot{Leave: [road.MaxLinks]road.Link{l}, Reach: [road.MaxLinks]road.Link{l}, Leaves: 1, Reaches: 1}
}

var now = time.Date(2026, 11, 20, 14, 30, 0, 0, time.UTC)

// drawStatus is available as often as not.
func drawStatus(t *rapid.T) dispatch.Status {
	return dispatch.Status(max(0, rapid.IntRange(-12, int(dispatch.Statuses)-1).Draw(t, "status")))
}

func drawSnapshot(t *rapid.T, nodes int) *dispatch.Snapshot {
	s := &dispatch.Snapshot{Now: now, StaleAfter: 2 * time.Minute}
	for i := range rapid.IntRange(0, 15).Draw(t, "cars") {
		s.Cars = append(s.Cars, &dispatch.Car{
			Name:   fmt.Sprintf("cars/%02d", i),
			Status: drawStatus(t),
			Skills: dispatch.Skills(rapid.IntRange(0, 7).Draw(t, "skills")),
			Fixed:  now.Add(-time.Duration(rapid.IntRange(-5, 150).Draw(t, "age")) * time.Second),
			Spot:   spotAt(rapid.IntRange(0, nodes-1).Draw(t, "at"), road.Millis(rapid.IntRange(0, 5000).Draw(t, "off"))),
			OnRoad: rapid.IntRange(0, 9).Draw(t, "on road") > 0,
		})
		drawRecord(t, s.Cars[i])
	}
	return s
}

// drawRecord gives a car what records say, or not.
func drawRecord(t *rapid.T, c *dispatch.Car) {
	minutes := func(name string, low, high int) time.Time {
		return now.Add(time.Duration(rapid.IntRange(low, high).Draw(t, name)) * time.Minute)
	}
	if rapid.IntRange(0, 3).Draw(t, "on shift") == 0 {
		c.ShiftStart = minutes("shift start", -30, 5)
		c.ShiftEnd = c.ShiftStart.Add(time.Hour)
	}
	if rapid.Bool().Draw(t, "since known") {
		c.Since = minutes("since", -120, 0)
	}
	if rapid.IntRange(0, 9).Draw(t, "located") == 0 {
		c.Fixed, c.OnRoad = time.Time{}, false
	}
}

// slowTravel is Dijkstra's result by relaxing every arc until nothing changes.
func slowTravel(m *route.Metric, from, to road.Spot) road.Millis {
	g := m.Network.Graph
	dist := slices.Repeat([]road.Millis{road.Unreachable}, g.Nodes())
	a, b := from.Leave[0], to.Reach[0]
	dist[a.Node] = m.Profile.Time(a.Base, a.Class, a.Zone)
	for changed := true; changed; {
		changed = false
		for v := range dist {
			for arc := g.FirstOut[v]; arc < g.FirstOut[v+1]; arc++ {
				if d := dist[v].Add(m.Weight[arc]); d < dist[g.Head[arc]] {
					dist[g.Head[arc]], changed = d, true
				}
			}
		}
	}
	return dist[b.Node].Add(m.Profile.Time(b.Base, b.Class, b.Zone))
}

// slowRespond sorts all suitable cars by their travel time.
func slowRespond(m *route.Metric, s *dispatch.Snapshot, in *dispatch.Incident) []dispatch.Candidate {
	var all []dispatch.Candidate
	for i, c := range s.Cars {
		fresh := s.Now.Sub(c.Fixed) <= s.StaleAfter
		working := !s.Now.Before(c.ShiftStart) && (c.ShiftEnd.IsZero() || s.Now.Before(c.ShiftEnd))
		if c.Status != dispatch.Available || !working || !fresh || c.Skills&in.Skills != in.Skills || !c.OnRoad {
			continue
		}
		if d := slowTravel(m, c.Spot, in.Spot); d != road.Unreachable {
			all = append(all, dispatch.Candidate{Slot: i, Car: c, Travel: d, Arrival: d + 60_000, Arrival90: road.Millis(float64(d)*1.5+0.5) + 60_000})
		}
	}
	slices.SortStableFunc(all, func(a, b dispatch.Candidate) int { return cmp.Compare(a.Travel, b.Travel) })
	return all
}

func TestRespondEqualsSortingByDijkstra(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMetric(t)
		nodes := m.Network.Graph.Nodes()
		adhoc := dispatch.NewAdHoc(route.NewFinder(m))
		policy := dispatch.NewClosestIdle(adhoc, dispatch.DefaultSettings())
		for range 3 { // the policy is reused
			s := drawSnapshot(t, nodes)
			in := &dispatch.Incident{
				Spot:   spotAt(rapid.IntRange(0, nodes-1).Draw(t, "call"), 700),
				Skills: dispatch.Skills(rapid.SampledFrom([]int{0, 0, 1, 2, 6}).Draw(t, "needed")),
			}
			k := rapid.IntRange(1, 8).Draw(t, "k")
			want := slowRespond(m, s, in)
			got := policy.Respond(s, in, k, nil)
			if !slices.Equal(got, want[:min(k, len(want))]) {
				t.Fatalf("got %v, want the first %d of %v", got, k, want)
			}
			checkPartition(t, s, got, adhoc.Exclusions(s, in, got, nil), len(want))
		}
	})
}

// checkPartition fails unless every car is either chosen or excluded for a reason that holds.
func checkPartition(t *rapid.T, s *dispatch.Snapshot, chosen []dispatch.Candidate, out []dispatch.Exclusion, reachable int) {
	seen := make([]int, len(s.Cars))
	for _, c := range chosen {
		seen[c.Slot]++
	}
	outRanked := 0
	for _, e := range out {
		seen[e.Slot]++
		c := s.Cars[e.Slot]
		holds := map[dispatch.Reason]bool{
			dispatch.IsOffShift:     c.Status == dispatch.OffShift,
			dispatch.IsBusy:         c.Status.OnCall(),
			dispatch.IsOnBreak:      c.Status == dispatch.OnBreak,
			dispatch.IsOutOfService: c.Status == dispatch.OutOfService,
			dispatch.IsBeforeShift:  s.Now.Before(c.ShiftStart),
			dispatch.IsShiftOver:    !c.ShiftEnd.IsZero() && !s.Now.Before(c.ShiftEnd),
			dispatch.NoPosition:     c.Fixed.IsZero(),
			dispatch.IsStale:        s.Stale(c) && c.HasPosition(),
			dispatch.LacksSkill:     e.Missing != 0 && e.Missing&c.Skills == 0,
			dispatch.NotOnRoad:      !c.OnRoad,
			dispatch.NoWay:          e.Car == c && c.Status == dispatch.Available,
			dispatch.OutRanked:      len(chosen) > 0 && e.Travel >= chosen[len(chosen)-1].Travel,
		}
		if !holds[e.Reason] {
			t.Fatalf("%s: reason %q does not hold", c.Name, e)
		}
		if e.Reason == dispatch.OutRanked {
			outRanked++
		}
	}
	if len(chosen)+outRanked != reachable {
		t.Fatalf("%d chosen and %d outranked, but %d cars can get there", len(chosen), outRanked, reachable)
	}
	for i, n := range seen {
		if n != 1 {
			t.Fatalf("%s appears %d times in candidates and exclusions", s.Cars[i].Name, n)
		}
	}
}

func TestNearestPlacesEqualsSortingByDijkstra(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := drawMetric(t)
		nodes := m.Network.Graph.Nodes()
		from := spotAt(rapid.IntRange(0, nodes-1).Draw(t, "from"), 300)
		var places []road.Spot
		var want []dispatch.PlaceTime
		for i := range rapid.IntRange(0, 8).Draw(t, "places") {
			places = append(places, spotAt(rapid.IntRange(0, nodes-1).Draw(t, "place"), 100))
			if d := slowTravel(m, from, places[i]); d != road.Unreachable {
				want = append(want, dispatch.PlaceTime{Place: i, Travel: d})
			}
		}
		slices.SortStableFunc(want, func(a, b dispatch.PlaceTime) int { return cmp.Compare(a.Travel, b.Travel) })
		k := rapid.IntRange(1, 9).Draw(t, "k")
		got := dispatch.NearestPlaces(route.NewFinder(m), from, places, k, nil)
		if !slices.Equal(got, want[:min(k, len(want))]) {
			t.Fatalf("got %v, want the first %d of %v", got, k, want)
		}
	})
}
