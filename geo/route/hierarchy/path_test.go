package hierarchy

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// TestPathIsAShortestWay: its arcs join the ends it names, and their times add up to the twin's.
func TestPathIsAShortestWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		h, err := New(g, drawOrder(t, g))
		if err != nil {
			t.Fatal(err)
		}
		m, d, s := h.Customise(w), twin(g, w), h.NewSearch()
		if rapid.Bool().Draw(t, "perfect") {
			m = m.Perfect()
		}
		var arcs []road.Arc
		for range 5 {
			from, to := drawStarts(t, h), drawStarts(t, h)
			way := m.Path(s, from, to, arcs)
			arcs = way.Arcs
			if want := between(h, d, from, to); way.Time != want {
				t.Fatalf("%v to %v: %d, want %d", from, to, way.Time, want)
			}
			if way.Time != road.Unreachable {
				follow(t, h, w, way, from, to)
			} else if len(way.Arcs) > 0 {
				t.Fatalf("no way from %v to %v, but arcs %v", from, to, way.Arcs)
			}
		}
	})
}

// follow drives along a way.
func follow(t *rapid.T, h *Hierarchy, w []road.Millis, way Way, from, to []Start) {
	at, time := h.Node[from[way.From].At], from[way.From].Time
	for _, a := range way.Arcs {
		if a < h.graph.FirstOut[at] || a >= h.graph.FirstOut[at+1] {
			t.Fatalf("arc %d of %v does not leave node %d", a, way.Arcs, at)
		}
		at, time = h.graph.Head[a], time.Add(w[a])
	}
	if end := to[way.To]; at != h.Node[end.At] || time.Add(end.Time) != way.Time {
		t.Fatalf("%v ends at node %d at %d, want node %d at %d", way, at, time, h.Node[end.At], way.Time-end.Time)
	}
}

// drawStarts draws up to three places to leave from or to reach.
func drawStarts(t *rapid.T, h *Hierarchy) []Start {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Start {
		return Start{Rank(rapid.IntRange(0, h.Nodes()-1).Draw(t, "rank")), road.Millis(rapid.Uint32Range(0, 30).Draw(t, "time"))}
	}), 0, 3).Draw(t, "starts")
}

// between returns the shortest time from any of the starts to any of the others.
func between(h *Hierarchy, d [][]road.Millis, from, to []Start) road.Millis {
	best := road.Unreachable
	for _, x := range from {
		for _, y := range to {
			best = min(best, x.Time.Add(d[h.Node[x.At]][h.Node[y.At]]).Add(y.Time))
		}
	}
	return best
}
