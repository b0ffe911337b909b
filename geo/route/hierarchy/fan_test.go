package hierarchy

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// drawPlaces draws places of up to three starts each, some of them alike.
func drawPlaces(t *rapid.T, g *road.Graph, name string, most int) [][]Start {
	start := rapid.Custom(func(t *rapid.T) Start {
		time := rapid.OneOf(rapid.Uint32Range(0, 30), rapid.SampledFrom([]uint32{1<<31 - 2, 1<<31 - 1}))
		return Start{Rank(rapid.IntRange(0, g.Nodes()-1).Draw(t, "at")), road.Millis(time.Draw(t, "time"))}
	})
	return rapid.SliceOfN(rapid.SliceOfN(start, 0, 3), 0, most).Draw(t, name)
}

func TestFanTimesAreDijkstras(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		h, err := New(g, drawOrder(t, g))
		if err != nil {
			t.Fatal(err)
		}
		m, between := h.Customise(w), twin(g, w)
		if rapid.Bool().Draw(t, "perfect") {
			m = m.Perfect()
		}
		time := func(from, to []Start) road.Millis {
			best := road.Unreachable
			for _, a := range from {
				for _, b := range to {
					best = min(best, a.Time.Add(between[h.Node[a.At]][h.Node[b.At]]).Add(b.Time))
				}
			}
			return best
		}
		places := drawPlaces(t, g, "places", 12)
		to, from := m.FanTo(places), m.FanFrom(places)
		forth, back := to.NewSweep(), from.NewSweep()
		for range 2 { // the scratch is used again
			others := drawPlaces(t, g, "others", Lanes)
			there, here := make([][]road.Millis, len(others)), make([][]road.Millis, len(others))
			for i := range others {
				there[i], here[i] = make([]road.Millis, len(places)), make([]road.Millis, len(places))
			}
			forth.Times(others, there)
			back.Times(others, here)
			for i := range others {
				for j := range places {
					if want := time(others[i], places[j]); there[i][j] != want {
						t.Fatalf("from %v to %v: %d, want %d", others[i], places[j], there[i][j], want)
					}
					if want := time(places[j], others[i]); here[i][j] != want {
						t.Fatalf("from %v to %v: %d, want %d", places[j], others[i], here[i][j], want)
					}
				}
			}
		}
	})
}

// TestSweepsAreAlike compares the way of sweeping that the processor allows with the plain one.
func TestSweepsAreAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		h, err := New(g, drawOrder(t, g))
		if err != nil {
			t.Fatal(err)
		}
		f := h.Customise(w).FanTo(drawPlaces(t, g, "places", 12))
		fast, plain := f.NewSweep(), f.NewSweep()
		for range 2 {
			for lane, starts := range drawPlaces(t, g, "others", Lanes) {
				fast.begin(lane, starts)
				plain.begin(lane, starts)
			}
			fast.sweep(0, len(fast.time))
			plain.sweepPlain(0, len(plain.time))
			if !slices.Equal(fast.time, plain.time) || !slices.Equal(fast.begun, plain.begun) {
				t.Fatalf("%v, want %v", fast.time, plain.time)
			}
		}
	})
}

// TestSweepsOfManyMembers spans more members than are swept without a break.
func TestSweepsOfManyMembers(t *testing.T) {
	const n = 5000
	g := &road.Graph{FirstOut: []road.Arc{0}, Lon: make([]float32, n), Lat: make([]float32, n)}
	order, w, places := make([]road.Node, n), []road.Millis(nil), make([][]Start, n)
	for v := range n { // a road of n nodes
		if v+1 < n {
			g.Head, w = append(g.Head, road.Node(v+1)), append(w, road.Millis(v))
		}
		g.FirstOut, order[v] = append(g.FirstOut, road.Arc(len(g.Head))), road.Node(v*7%n)
	}
	h, err := New(g, order)
	if err != nil {
		t.Fatal(err)
	}
	for v := range n {
		places[v] = []Start{{At: h.Rank[v]}, {At: h.Rank[v]}}
	}
	row := [][]road.Millis{make([]road.Millis, n)}
	h.Customise(w).FanTo(places).NewSweep().Times([][]Start{{{At: h.Rank[0], Time: 5}}}, row)
	for v, got := range row[0] {
		if want := road.Millis(5 + v*(v-1)/2); got != want {
			t.Fatalf("to node %d: %d, want %d", v, got, want)
		}
	}
}
