package route

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// drawChanges draws closures and speeds: 1 m takes 3,600 s at 0.001 km/h and 36 ms at 100 km/h.
func drawChanges(t *rapid.T, m *Metric) []Change {
	if m.Network.Graph.Arcs() == 0 {
		return nil
	}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Change {
		return Change{road.Arc(rapid.IntRange(0, m.Network.Graph.Arcs()-1).Draw(t, "arc")),
			rapid.SampledFrom([]float64{0, 0, 100, 30, 1, 0.001, 1e-9}).Draw(t, "km/h")}
	}), 0, 6).Draw(t, "changes")
}

// slowWeights applies changes to the weights of the profile.
func slowWeights(m *Metric, changes []Change) []road.Millis {
	w := m.Network.Graph.Weights(&m.Profile)
	plain := slices.Clone(w)
	for _, c := range changes {
		ms := math.Round(float64(m.Network.Graph.Metres[c.Arc]) / (c.KmH / 3.6) * 1000)
		if w[c.Arc] = road.Unreachable; c.KmH > 0 && plain[c.Arc] != road.Unreachable && ms < float64(road.Unreachable) {
			w[c.Arc] = road.Millis(ms)
		}
	}
	return w
}

// TestWithEqualsTwin closes, slows, quickens and reopens roads, one set of changes after another, with a
// Finder that goes along.
func TestWithEqualsTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		f := NewFinder(m)
		var dst []Found
		for range 3 {
			changes := drawChanges(t, m)
			before := slices.Clone(m.Weight)
			next := m.With(changes)
			if want := slowWeights(m, changes); !slices.Equal(next.Weight, want) {
				t.Fatalf("%v: weights %v, want %v", changes, next.Weight, want)
			}
			if !slices.Equal(m.Weight, before) {
				t.Fatal("With changed what it was called on")
			}
			whole := m.Network.Hierarchy().Customise(next.Weight)
			if !slices.Equal(next.Ways.Up, whole.Up) || !slices.Equal(next.Ways.Down, whole.Down) {
				t.Fatalf("%v: not what is customised from nothing", changes)
			}
			m = next
			f.Use(m)
			call, cars, k := drawSpot(t, m, twin), drawSpots(t, m, twin), rapid.IntRange(0, 9).Draw(t, "k")
			var want []road.Millis
			for _, c := range cars {
				if d := twinTime(m, twin, c, call); d != road.Unreachable {
					want = append(want, d)
				}
			}
			slices.Sort(want)
			dst = f.Nearest(call, cars, k, dst)
			checkNearest(t, m, twin, call, cars, want[:min(k, len(want))], dst)
			for _, c := range cars {
				if got, want := f.Time(call, c), twinTime(m, twin, call, c); !near(got, want) {
					t.Fatalf("%v: back %d, the twin says %d", changes, got, want)
				}
			}
		}
	})
}

// TestClosingAndSlowingOneRoad, from one end to the other of which it takes 10 s for 111 m.
func TestClosingAndSlowingOneRoad(t *testing.T) {
	r := street()
	m := NewMetric(&Network{Graph: r.Graph, Edges: r.Edges}, plainProfile())
	at := func(along float32) road.Spot { return r.Graph.SpotOn(0, 1, along) }
	f := NewFinder(m)
	for _, c := range []struct {
		name        string
		changes     []Change
		there, back road.Millis
	}{
		{"as it is", nil, 5000, 5000},
		{"at half the speed", []Change{{Arc: 0, KmH: 3.6 * 111 / 20}}, 10_000, 5000},
		{"closed one way", []Change{{Arc: 1}}, 5000, road.Unreachable},
		{"closed", []Change{{Arc: 0}, {Arc: 1}}, road.Unreachable, road.Unreachable},
		{"the last word counts", []Change{{Arc: 0}, {Arc: 0, KmH: 3.6 * 111 / 10}}, 5000, 5000},
		{"opened again", nil, 5000, 5000},
	} {
		m = m.With(c.changes)
		f.Use(m)
		there, back := f.Time(at(0.25), at(0.75)), f.Time(at(0.75), at(0.25))
		if there != c.there || back != c.back {
			t.Errorf("%s: %d ms there and %d ms back, want %d and %d", c.name, there, back, c.there, c.back)
		}
	}
}

// TestNoWayOpensABusLane: a speed does not let normal driving in.
func TestNoWayOpensABusLane(t *testing.T) {
	r := street()
	r.Graph.Class[0] = road.BusOnly
	m := NewMetric(&Network{Graph: r.Graph}, plainProfile()).With([]Change{{Arc: 0, KmH: 50}})
	if m.Weight[0] != road.Unreachable {
		t.Errorf("%d ms over a road that may not be used", m.Weight[0])
	}
}
