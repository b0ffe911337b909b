package route

import (
	"cmp"
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

var inf = float32(math.Inf(1))

// twinTime is the slow twin of every query: Bellman and Ford's relaxation over the network with the
// two spots put in as nodes of their own. It shares neither the heap nor the direct rule: a spot on an
// arc cuts it, so that a way between two spots on one arc is a path like any other.
func twinTime(m *Metric, twin []road.Arc, from, to road.Spot) road.Millis {
	type step struct {
		tail, head int
		time       road.Millis
	}
	g, n := m.Network.Graph, m.Network.Graph.Nodes()
	start, end := n, n+1
	var steps []step
	for v := range n {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			steps = append(steps, step{v, int(g.Head[a]), m.Weight[a]})
		}
	}
	linkTime := func(l road.Link) road.Millis { return slowLink(m, l) }
	for _, l := range from.Leave[:from.Leaves] {
		steps = append(steps, step{start, int(l.Node), linkTime(l)})
	}
	for _, l := range to.Reach[:to.Reaches] {
		steps = append(steps, step{int(l.Node), end, linkTime(l)})
	}
	if from.Square != 0 && from.Square == to.Square {
		steps = append(steps, step{start, end, linkTime(road.Link{Arc: road.NoArc, Base: from.Within, Class: from.Leave[0].Class, Zone: from.Leave[0].Zone})})
	}
	if from.OnArc && to.OnArc && from.Arc == to.Arc {
		a, back := from.Arc, twin[from.Arc]
		if to.Along >= from.Along {
			steps = append(steps, step{start, end, share(m, a, from.Along, to.Along)})
		}
		if to.Along <= from.Along && back != a {
			steps = append(steps, step{start, end, share(m, back, 1-from.Along, 1-to.Along)})
		}
	}
	dist := slices.Repeat([]road.Millis{road.Unreachable}, n+2)
	dist[start] = 0
	for range n + 2 {
		for _, s := range steps {
			dist[s.head] = min(dist[s.head], dist[s.tail].Add(s.time))
		}
	}
	return dist[end]
}

// slowLink returns the time of a link: its base time under the profile, or, on a changed arc, the part of
// the arc's time that its base time is of the arc's.
func slowLink(m *Metric, l road.Link) road.Millis {
	if l.Arc == road.NoArc || !slices.Contains(m.Changed(), l.Arc) {
		return m.Profile.Time(l.Base, l.Class, l.Zone)
	}
	if m.Weight[l.Arc] == road.Unreachable || l.Base == road.Unreachable {
		return road.Unreachable
	}
	part := 1.0
	if base := m.Network.Graph.Base[l.Arc]; base > 0 {
		part = float64(l.Base) / float64(base)
	}
	return road.Millis(math.Round(part * float64(m.Weight[l.Arc])))
}

// share returns the time along an arc from one share of its length to another. On a changed arc it is
// the difference of the times to the end, in which the rounding of base times counts for more.
func share(m *Metric, a road.Arc, from, to float32) road.Millis {
	if m.Weight[a] == road.Unreachable {
		return road.Unreachable
	}
	if g := m.Network.Graph; slices.Contains(m.Changed(), a) {
		toEnd := func(along float32) road.Millis {
			base := road.Millis(math.Round(float64(g.Base[a]) * float64(1-along)))
			return slowLink(m, road.Link{Arc: a, Base: base})
		}
		return toEnd(from) - toEnd(to)
	}
	return road.Millis(math.Round(float64(m.Weight[a]) * float64(to-from)))
}

// near allows for the rounding of the parts of an arc: half a millisecond for each of the ends.
func near(a, b road.Millis) bool {
	return a == b || a != road.Unreachable && b != road.Unreachable && max(a, b)-min(a, b) <= 1
}

func drawSpots(t *rapid.T, m *Metric, twin []road.Arc) []road.Spot {
	spots := make([]road.Spot, rapid.IntRange(0, 8).Draw(t, "spots"))
	for i := range spots {
		spots[i] = drawSpot(t, m, twin)
	}
	return spots
}

func TestNearestAgreesWithTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		f := NewFinder(m)
		var dst []Found
		for range 3 { // the scratch is used again
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
		}
	})
}

func checkNearest(t *rapid.T, m *Metric, twin []road.Arc, call road.Spot, cars []road.Spot, want []road.Millis, got []Found) {
	if len(got) != len(want) {
		t.Fatalf("%d cars found, want %d: %v", len(got), len(want), got)
	}
	seen := map[int]bool{}
	for i, x := range got {
		if !near(x.Time, want[i]) || !near(x.Time, twinTime(m, twin, cars[x.Car], call)) {
			t.Fatalf("found %d: %+v, twin says %d for the place and %d for the car", i, x, want[i], twinTime(m, twin, cars[x.Car], call))
		}
		seen[x.Car] = true
	}
	if len(seen) != len(got) {
		t.Fatalf("a car twice: %v", got)
	}
	if !slices.IsSortedFunc(got, func(a, b Found) int { return cmp.Or(cmp.Compare(a.Time, b.Time), a.Car-b.Car) }) {
		t.Fatalf("not in order of time and position: %v", got)
	}
}

// TestNearestBreaksTiesByPosition uses spots at nodes only, where times are exact: the answer is the
// sorted list of all cars, cut after k.
func TestNearestBreaksTiesByPosition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		at := rapid.Custom(func(t *rapid.T) road.Spot {
			l := road.Link{Node: road.Node(rapid.IntRange(0, m.Network.Graph.Nodes()-1).Draw(t, "node")), Arc: road.NoArc, Zone: road.Outer}
			return road.Spot{Leave: [road.MaxLinks]road.Link{l}, Reach: [road.MaxLinks]road.Link{l}, Leaves: 1, Reaches: 1}
		})
		call, cars := at.Draw(t, "call"), rapid.SliceOfN(at, 0, 12).Draw(t, "cars")
		k := rapid.IntRange(1, 6).Draw(t, "k")
		var want []Found
		for i, c := range cars {
			if d := twinTime(m, twin, c, call); d != road.Unreachable {
				want = append(want, Found{i, d})
			}
		}
		slices.SortFunc(want, func(a, b Found) int { return cmp.Or(cmp.Compare(a.Time, b.Time), a.Car-b.Car) })
		if got := NewFinder(m).Nearest(call, cars, k, nil); !slices.Equal(got, want[:min(k, len(want))]) {
			t.Fatalf("got %v, want the first %d of %v", got, k, want)
		}
	})
}

func TestForwardSearchesAgreeWithTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, twin := drawNetwork(t)
		from, to := drawSpots(t, m, twin), drawSpots(t, m, twin)
		f := NewFinder(m)
		any := f.FromAny(from, to, make([]road.Millis, len(to)))
		matrix, err := NewMatrix(context.Background(), m, from, to, nil)
		if err != nil {
			t.Fatal(err)
		}
		for j := range to {
			best := road.Unreachable
			for i := range from {
				want := twinTime(m, twin, from[i], to[j])
				one := f.OneToMany(from[i], to, make([]road.Millis, len(to)))
				if !near(one[j], want) || matrix.Row(i)[j] != one[j] {
					t.Fatalf("%d to %d: OneToMany %d, matrix %d, twin %d", i, j, one[j], matrix.Row(i)[j], want)
				}
				best = min(best, one[j])
			}
			if any[j] != best {
				t.Fatalf("FromAny to %d: %d, want %d", j, any[j], best)
			}
		}
	})
}
