package route

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// TestOneCarMoreIsNeverLater: nor does any car leave the answer for one that is later.
func TestOneCarMoreIsNeverLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		f, call, cars, k := NewFinder(m), drawSpot(t, m, twin), drawSpots(t, m, twin), rapid.IntRange(1, 10).Draw(t, "k")
		before := f.Nearest(call, cars, k, nil)
		after := f.Nearest(call, append(cars, drawSpot(t, m, twin)), k, nil)
		if len(after) < len(before) || len(after) > len(before)+1 {
			t.Fatalf("%d cars found, with one more %d", len(before), len(after))
		}
		for i := range before {
			if after[i].Time > before[i].Time {
				t.Fatalf("place %d: %d ms, with one car more %d", i, before[i].Time, after[i].Time)
			}
		}
	})
}

// times returns all times between spots, by every kind of query that gives them.
func times(f *Finder, spots []road.Spot) [][]road.Millis {
	var all [][]road.Millis
	for _, s := range spots {
		all = append(all, f.OneToMany(s, spots, make([]road.Millis, len(spots))))
		all = append(all, f.ManyToOne(spots, s, make([]road.Millis, len(spots))))
	}
	return append(all, f.FromAny(spots[:len(spots)/2], spots, make([]road.Millis, len(spots))))
}

// TestClosingIsNeverSoonerAndOpeningUndoesIt closes some roads, then more, and opens them again.
func TestClosingIsNeverSoonerAndOpeningUndoesIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		f, spots := NewFinder(m), drawSpots(t, m, twin)
		open := times(f, spots)
		closures := drawChanges(t, m)
		for i := range closures {
			closures[i].KmH = 0
		}
		few := m.With(closures[:len(closures)/2])
		f.Use(few)
		partly := times(f, spots)
		f.Use(few.With(closures))
		closed := times(f, spots)
		for i := range open {
			for j := range open[i] {
				if partly[i][j] < open[i][j] || closed[i][j] < partly[i][j] {
					t.Fatalf("%d ms, with some roads closed %d, with more %d", open[i][j], partly[i][j], closed[i][j])
				}
			}
		}
		f.Use(few.With(closures).With(nil))
		for i, again := range times(f, spots) {
			if !slices.Equal(again, open[i]) {
				t.Fatalf("opened again: %v, were %v", again, open[i])
			}
		}
	})
}

// TestTurningRoundSwapsDirections turns all roads, and with them the spots.
func TestTurningRoundSwapsDirections(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		round, arc := turned(m)
		spots := drawSpots(t, m, twin)
		for i := range spots {
			spots[i].Square = 0 // within a square the way there is the way back
		}
		there, back := NewFinder(m), NewFinder(round)
		for _, a := range spots {
			for _, b := range spots {
				if x, y := there.Time(a, b), back.Time(turnedSpot(b, arc), turnedSpot(a, arc)); !near(x, y) {
					t.Fatalf("%d ms, with all roads turned and back %d", x, y)
				}
			}
		}
	})
}

// turned returns a metric of the roads turned round, and where each arc went.
func turned(m *Metric) (*Metric, []road.Arc) {
	g := m.Network.Graph
	r, arc := &road.Graph{FirstOut: []road.Arc{0}, Lon: g.Lon, Lat: g.Lat}, make([]road.Arc, g.Arcs())
	for v := range g.Nodes() {
		for a, h := range g.Head {
			if int(h) == v {
				arc[a] = road.Arc(r.Arcs())
				r.Head, r.Base = append(r.Head, g.Tail(road.Arc(a))), append(r.Base, g.Base[a])
				r.Class, r.Zone = append(r.Class, g.Class[a]), append(r.Zone, g.Zone[a])
				r.Metres = append(r.Metres, g.Metres[a])
			}
		}
		r.FirstOut = append(r.FirstOut, road.Arc(r.Arcs()))
	}
	return NewMetric(&Network{Graph: r}, m.Profile), arc
}

// turnedSpot is a spot on the roads turned round: what led on to the network leads off it.
func turnedSpot(s road.Spot, arc []road.Arc) road.Spot {
	s.Leave, s.Reach, s.Leaves, s.Reaches = s.Reach, s.Leave, s.Reaches, s.Leaves
	for i := range s.Leave {
		for _, l := range []*road.Link{&s.Leave[i], &s.Reach[i]} {
			if l.Arc != road.NoArc && s.OnArc {
				l.Arc = arc[l.Arc]
			}
		}
	}
	if s.OnArc {
		s.Arc, s.Along = arc[s.Arc], 1-s.Along
	}
	return s
}

// TestSlowerDrivingIsNeverSooner: whatever factor grows, no time shrinks.
func TestSlowerDrivingIsNeverSooner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		slower, spots := m.Profile, drawSpots(t, m, twin)
		for _, c := range []road.Class{road.Primary, road.Minor, road.BusOnly, road.Motorway} {
			slower.Factor[c][road.Outer] *= rapid.SampledFrom([]float32{1, 1.5, 3}).Draw(t, "factor")
		}
		usual, slow := times(NewFinder(m), spots), times(NewFinder(NewMetric(m.Network, slower)), spots)
		for i := range usual {
			for j := range usual[i] {
				// Between places on one edge both times are differences of times that are rounded.
				if slow[i][j]+1 < usual[i][j] {
					t.Fatalf("%d ms, driving slower %d", usual[i][j], slow[i][j])
				}
			}
		}
	})
}
