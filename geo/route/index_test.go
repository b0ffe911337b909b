package route

import (
	"cmp"
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
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

func drawHierarchy(t *rapid.T, g *road.Graph) *hierarchy.Hierarchy {
	order := make([]road.Node, g.Nodes())
	for i := range order {
		order[i] = road.Node(i)
	}
	h, err := hierarchy.New(g, rapid.Permutation(order).Draw(t, "order"))
	if err != nil {
		t.Fatal(err)
	}
	return h
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
		}
	})
}
