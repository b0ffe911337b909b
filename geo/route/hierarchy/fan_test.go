package hierarchy

import (
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
