package route

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// allTimes returns the times between all nodes by Floyd and Warshall's recurrence.
func allTimes(m *Metric) [][]road.Millis {
	g, n := m.Network.Graph, m.Network.Graph.Nodes()
	d := make([][]road.Millis, n)
	for v := range n {
		d[v] = slices.Repeat([]road.Millis{road.Unreachable}, n)
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			d[v][g.Head[a]] = min(d[v][g.Head[a]], m.Weight[a])
		}
		d[v][v] = 0
	}
	for k := range n {
		for i := range n {
			for j := range n {
				d[i][j] = min(d[i][j], d[i][k].Add(d[k][j]))
			}
		}
	}
	return d
}

// slowNearest is the slow twin of Index.Nearest: all cars, sorted. Times are exact.
func slowNearest(m *Metric, between [][]road.Millis, cars map[int]*road.Spot, call *road.Spot) []Found {
	var all []Found
	for slot, car := range cars {
		best := m.direct(car, call)
		for _, l := range car.Leave[:car.Leaves] {
			for _, r := range call.Reach[:call.Reaches] {
				best = min(best, m.time(&l).Add(between[l.Node][r.Node]).Add(m.time(&r)))
			}
		}
		if best != road.Unreachable {
			all = append(all, Found{slot, best})
		}
	}
	slices.SortFunc(all, func(a, b Found) int { return cmp.Or(cmp.Compare(a.Time, b.Time), a.Car-b.Car) })
	return all
}

func putAll(trails *Trails, cars map[int]*road.Spot) *Moves {
	var moves Moves
	for slot, spot := range cars {
		trails.Put(slot, spot, &moves)
	}
	return &moves
}

// some is a filter that notes what it is asked.
type some struct {
	t     *rapid.T
	not   map[int]bool
	asked map[int]bool
}

func (s *some) Suitable(slot int) bool {
	if s.asked[slot] {
		s.t.Fatalf("asked twice about %d", slot)
	}
	s.asked[slot] = true
	return !s.not[slot]
}

func TestIndexEqualsSortingAllCars(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		x, trails, scratch, between := NewIndex(m), NewTrails(m), NewScratch(m), allTimes(m)
		cars := map[int]*road.Spot{}
		var moves Moves
		var found []Found
		for range rapid.IntRange(1, 12).Draw(t, "rounds") {
			moves.Reset()
			for range rapid.IntRange(0, 6).Draw(t, "moves") {
				slot := rapid.IntRange(0, 20).Draw(t, "slot")
				switch was := cars[slot]; rapid.SampledFrom([]string{"go", "come", "along", "along"}).Draw(t, "action") {
				case "go":
					delete(cars, slot)
					trails.Remove(slot, &moves)
					continue
				case "along":
					if was != nil && was.OnArc {
						along := float32(rapid.IntRange(0, 8).Draw(t, "eighths")) / 8
						cars[slot] = new(m.Network.Graph.SpotOn(was.Arc, twin[was.Arc], along))
						break
					}
					fallthrough
				default:
					cars[slot] = new(drawSpot(t, m, twin))
				}
				trails.Put(slot, cars[slot], &moves)
			}
			x.Apply(&moves)
			if rapid.IntRange(0, 5).Draw(t, "anew") == 0 { // roads change, and the index is made anew
				m = m.With(drawChanges(t, m))
				trails, x, between = NewTrails(m), NewIndex(m), allTimes(m)
				x.Fill(putAll(trails, cars))
				x = x.Clone()
			}
			if rapid.IntRange(0, 3).Draw(t, "label") == 0 {
				labels, err := m.Ways.Labels(context.Background(), 1, nil)
				if err != nil {
					t.Fatal(err)
				}
				m.UseLabels(labels)
			}
			call, k := drawSpot(t, m, twin), rapid.IntRange(0, 9).Draw(t, "k")
			not := rapid.MapOf(rapid.IntRange(0, 20), rapid.Just(true)).Draw(t, "unsuitable")
			want := slowNearest(m, between, cars, &call)
			found = x.Nearest(scratch, &call, k, nil, found)
			if !slices.Equal(found, want[:min(k, len(want))]) {
				t.Fatalf("got %v, want the first %d of %v", found, k, want)
			}
			want = slices.DeleteFunc(want, func(f Found) bool { return not[f.Car] })
			found = x.Nearest(scratch, &call, k, &some{t, not, map[int]bool{}}, found)
			if !slices.Equal(found, want[:min(k, len(want))]) {
				t.Fatalf("with a filter: got %v, want the first %d of %v", found, k, want)
			}
			scratch.Patience = rapid.IntRange(1, 5).Draw(t, "patience")
			f := &some{t, not, map[int]bool{}}
			found = x.Nearest(scratch, &call, k, f, found)
			refused := 0
			for slot := range f.asked {
				if not[slot] {
					refused++
				}
			}
			if gave := refused == scratch.Patience; gave != scratch.GaveUp() || gave && len(found) > 0 || !gave && !slices.Equal(found, want[:min(k, len(want))]) {
				t.Fatalf("gave up %v after %d refused of %d: %v", scratch.GaveUp(), refused, scratch.Patience, found)
			}
			scratch.Patience = 0
		}
	})
}

// TestMoreCarsAreNeverLater: with one car more, the first is never later, nor is the second, and so on;
// with that car gone again, all is as it was.
func TestMoreCarsAreNeverLater(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		x, trails, scratch := NewIndex(m), NewTrails(m), NewScratch(m)
		call, k := drawSpot(t, m, twin), rapid.IntRange(1, 9).Draw(t, "k")
		change := func(do func(moves *Moves)) []Found {
			var moves Moves
			do(&moves)
			x.Apply(&moves)
			return x.Nearest(scratch, &call, k, nil, nil)
		}
		spots := drawSpots(t, m, twin)
		few := change(func(moves *Moves) {
			for slot := range spots {
				trails.Put(slot, &spots[slot], moves)
			}
		})
		extra := drawSpot(t, m, twin)
		more := change(func(moves *Moves) { trails.Put(len(spots), &extra, moves) })
		for i := range few {
			if more[i].Time > few[i].Time {
				t.Fatalf("with a car more, place %d is at %d ms, and was at %d ms", i, more[i].Time, few[i].Time)
			}
		}
		if again := change(func(moves *Moves) { trails.Remove(len(spots), moves) }); !slices.Equal(again, few) {
			t.Fatalf("with the car gone again: %v, want %v", again, few)
		}
	})
}

// TestClosingIsNeverSooner: with some roads closed, no car of any place is sooner.
func TestClosingIsNeverSooner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		call, spots := drawSpot(t, m, twin), drawSpots(t, m, twin)
		cars := map[int]*road.Spot{}
		for slot := range spots {
			cars[slot] = &spots[slot]
		}
		ask := func(m *Metric) []Found {
			x := NewIndex(m)
			x.Fill(putAll(NewTrails(m), cars))
			return x.Nearest(NewScratch(m), &call, len(cars), nil, nil)
		}
		var closed []Change
		for _, c := range drawChanges(t, m) {
			closed = append(closed, Change{Arc: c.Arc})
		}
		open := ask(m)
		for i, f := range ask(m.With(closed)) {
			if f.Time < open[i].Time {
				t.Fatalf("with %v closed, place %d is at %d ms, and was at %d ms", closed, i, f.Time, open[i].Time)
			}
		}
	})
}

// TestACarMovesToAParallelRoad: two roads join the same crossings, and one takes six times as long. From
// the start of the long one it is quicker to turn back and take the other.
func TestACarMovesToAParallelRoad(t *testing.T) {
	g := &road.Graph{
		FirstOut: []road.Arc{0, 2, 4}, Head: []road.Node{1, 1, 0, 0}, Base: []road.Millis{10_000, 60_000, 10_000, 60_000},
		Class: make([]road.Class, 4), Zone: make([]road.Zone, 4), Metres: make([]float32, 4), Lon: make([]float32, 2), Lat: make([]float32, 2),
	}
	var p road.Profile
	p.Factor[0][0] = 1
	m := NewMetric(&Network{Graph: g}, p)
	x, trails, s, call := NewIndex(m), NewTrails(m), NewScratch(m), atNode(1)
	call.Reach[0].Class, call.Reach[0].Zone = 0, 0
	for _, step := range []struct {
		spot road.Spot
		want road.Millis
	}{{g.SpotOn(0, 2, 0.5), 5_000}, {g.SpotOn(1, 3, 0.05), 13_000}, {g.SpotOn(1, 3, 0.9), 6_000}, {g.SpotOn(0, 2, 0), 10_000}} {
		var moves Moves
		trails.Put(0, &step.spot, &moves)
		x.Apply(&moves)
		if got := x.Nearest(s, &call, 1, nil, nil); len(got) != 1 || got[0].Time != step.want {
			t.Errorf("on arc %d at %g: %v, want %d ms", step.spot.Arc, step.spot.Along, got, step.want)
		}
	}
}
