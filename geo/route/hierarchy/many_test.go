package hierarchy

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// TestManyAgreesWithTwin asks for the times of some nodes, in any order, from and to several starts; the
// scratch goes from metric to metric.
func TestManyAgreesWithTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		h, err := New(g, drawOrder(t, g))
		if err != nil {
			t.Fatal(err)
		}
		q, node := h.NewMany(), rapid.IntRange(0, g.Nodes()-1)
		for range 3 {
			m, d := h.Customise(w), twin(g, w)
			if rapid.Bool().Draw(t, "perfect") {
				m = m.Perfect()
			}
			var starts []Start
			for range rapid.IntRange(0, 4).Draw(t, "starts") {
				starts = append(starts, Start{h.Rank[node.Draw(t, "start")], road.Millis(rapid.Uint32Range(0, 30).Draw(t, "time"))})
			}
			want := func(v int, back bool) road.Millis {
				best := road.Unreachable
				for _, s := range starts {
					from, to := int(h.Node[s.At]), v
					if back {
						from, to = to, from
					}
					best = min(best, s.Time.Add(d[from][to]))
				}
				return best
			}
			for _, back := range []bool{false, true} {
				if back {
					q.To(m, starts)
				} else {
					q.From(m, starts)
				}
				for range rapid.IntRange(0, 2*g.Nodes()).Draw(t, "asked") {
					if v := node.Draw(t, "node"); q.Time(h.Rank[v]) != want(v, back) {
						t.Fatalf("node %d, back %v: %d, want %d", v, back, q.Time(h.Rank[v]), want(v, back))
					}
				}
			}
			w = drawWeights(t, g)
		}
	})
}

func TestManyForgetsWhenItsStampsRunOut(t *testing.T) {
	g := &road.Graph{FirstOut: []road.Arc{0, 0, 0}, Lon: make([]float32, 2), Lat: make([]float32, 2)}
	h, err := New(g, []road.Node{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	m, q := h.Customise(nil), h.NewMany()
	q.From(m, []Start{{0, 5}})
	q.Time(0)
	q.run = 1<<32 - 2
	if q.From(m, []Start{{1, 7}}); q.run != 2 || q.Time(0) != road.Unreachable || q.Time(1) != 7 {
		t.Errorf("run %d: %d and %d, want no time of an older query", q.run, q.Time(0), q.Time(1))
	}
}

func TestManyDoesNotAllocate(t *testing.T) {
	g := &road.Graph{FirstOut: []road.Arc{0, 1, 2}, Head: []road.Node{1, 0}, Lon: make([]float32, 2), Lat: make([]float32, 2)}
	h, err := New(g, []road.Node{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	m, q, starts := h.Customise([]road.Millis{1, 2}), h.NewMany(), []Start{{0, 0}, {1, 0}}
	q.From(m, starts)
	q.Time(0)
	if n := testing.AllocsPerRun(50, func() {
		q.To(m, starts)
		q.Time(0)
		q.Time(1)
	}); n != 0 {
		t.Errorf("a query allocates %g times", n)
	}
}
