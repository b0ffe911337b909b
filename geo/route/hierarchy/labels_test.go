package hierarchy

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// TestLabelsAnswerAsSearchesDo compares all pairs with the twin: labels with labels, and each kind of
// half with the other's.
func TestLabelsAnswerAsSearchesDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		h, err := New(g, drawOrder(t, g))
		if err != nil {
			t.Fatal(err)
		}
		m, want, s := h.Customise(w), twin(g, w), h.NewSearch()
		if rapid.Bool().Draw(t, "perfect") {
			m = m.Perfect()
		}
		l, err := m.Labels(context.Background(), rapid.IntRange(1, 3).Draw(t, "workers"), nil)
		if err != nil {
			t.Fatal(err)
		}
		for u := range g.Nodes() {
			for v := range g.Nodes() {
				from, to := h.Rank[u], h.Rank[v]
				leave, reach := m.Leave(s, []Start{{At: from}}, nil), m.Reach(s, []Start{{At: to}}, nil)
				for kind, got := range map[string]road.Millis{
					"labels":           l.Time(from, to),
					"label and search": Meet(all(l.LeaveOf(from)), reach),
					"search and label": Meet(leave, all(l.ReachOf(to))),
				} {
					if got != want[u][v] {
						t.Fatalf("%s: %d to %d: %d, want %d", kind, u, v, got, want[u][v])
					}
				}
			}
		}
	})
}

// all returns a label in one run.
func all(l Label) []Entry {
	entries := slices.Clone(l.Own)
	for _, e := range l.Rest {
		if t := l.Later.Add(e.Time); t != road.Unreachable {
			entries = append(entries, Entry{e.Hub, t})
		}
	}
	return entries
}

// TestLabelsAreAsSmallAsTheyCanBe: the hubs of a node are itself and those nodes that are the highest of
// all on shortest ways to them, or those of the next node where there is only one.
func TestLabelsAreAsSmallAsTheyCanBe(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		h, err := New(g, drawOrder(t, g))
		if err != nil {
			t.Fatal(err)
		}
		m := h.Customise(w).Perfect()
		l, err := m.Labels(context.Background(), 2, nil)
		if err != nil {
			t.Fatal(err)
		}
		d := twin(g, w)
		for x := range Rank(g.Nodes()) {
			leave, reach := []Entry{{x, 0}}, []Entry{{x, 0}}
			for y := x + 1; int(y) < g.Nodes(); y++ {
				u, v := h.Node[x], h.Node[y]
				if isTop(h, d, u, v, y) {
					leave = append(leave, Entry{y, d[u][v]})
				}
				if isTop(h, d, v, u, y) {
					reach = append(reach, Entry{y, d[v][u]})
				}
			}
			checkLabel(t, "leave", x, m.Out, l.LeaveOf, leave)
			checkLabel(t, "reach", x, m.In, l.ReachOf, reach)
		}
	})
}

func checkLabel(t *rapid.T, name string, x Rank, way *Steps, label func(Rank) Label, want []Entry) {
	if steps := way.Step[way.First[x]:way.First[x+1]]; len(steps) == 1 {
		want = want[:1]
		for _, e := range all(label(steps[0].To)) {
			if later := e.Time.Add(steps[0].Time); later != road.Unreachable {
				want = append(want, Entry{e.Hub, later})
			}
		}
	}
	if got := all(label(x)); !slices.Equal(got, want) {
		t.Fatalf("%s label of rank %d: %v, want %v", name, x, got, want)
	}
}

// isTop tells whether there is a way from u to v and no node higher than top on a shortest one.
func isTop(h *Hierarchy, d [][]road.Millis, u, v road.Node, top Rank) bool {
	if d[u][v] == road.Unreachable {
		return false
	}
	for _, z := range h.Node[top+1:] {
		if d[u][z].Add(d[z][v]) == d[u][v] {
			return false
		}
	}
	return true
}

// TestLabelsOfSeveralStarts leaves from several places at once.
func TestLabelsOfSeveralStarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		h, err := New(g, drawOrder(t, g))
		if err != nil {
			t.Fatal(err)
		}
		m, want, s := h.Customise(w), twin(g, w), h.NewSearch()
		l, err := m.Labels(context.Background(), 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		start := rapid.Custom(func(t *rapid.T) Start {
			time := rapid.OneOf(rapid.Uint32Range(0, 30), rapid.SampledFrom([]uint32{1<<31 - 2, 1<<31 - 1}))
			return Start{Rank(rapid.IntRange(0, g.Nodes()-1).Draw(t, "at")), road.Millis(time.Draw(t, "time"))}
		})
		var leave, reach []Entry
		for range 2 { // the memory is used again
			from, to := rapid.SliceOfN(start, 0, 4).Draw(t, "from"), rapid.SliceOfN(start, 0, 4).Draw(t, "to")
			leave, reach = l.Leave(s, from, leave), l.Reach(s, to, reach)
			best := road.Unreachable
			for _, a := range from {
				for _, b := range to {
					best = min(best, a.Time.Add(want[h.Node[a.At]][h.Node[b.At]]).Add(b.Time))
				}
			}
			if got := Meet(leave, reach); got != best {
				t.Fatalf("%v to %v: %d, want %d", from, to, got, best)
			}
			if got := Meet(leave, m.Reach(s, to, nil)); got != best {
				t.Fatalf("%v to %v, half of it searched: %d, want %d", from, to, got, best)
			}
			for _, half := range [][]Entry{leave, reach} {
				if !slices.IsSortedFunc(half, func(a, b Entry) int { return int(a.Hub) - int(b.Hub) + 1 }) {
					t.Fatalf("not ascending: %v", half)
				}
				if slices.ContainsFunc(half, func(e Entry) bool { return e.Time >= road.Unreachable }) {
					t.Fatalf("a hub that is not reached: %v", half)
				}
			}
		}
	})
}

func TestLabelsStopWithTheirContext(t *testing.T) {
	g := &road.Graph{FirstOut: make([]road.Arc, 5001), Lon: make([]float32, 5000), Lat: make([]float32, 5000)}
	order := make([]road.Node, 5000)
	for v := range order {
		order[v] = road.Node(v)
	}
	h, err := New(g, order)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	last := 0
	l, err := h.Customise(nil).Labels(ctx, 2, func(done, total int) {
		if done <= last || done > total || total != 5000 {
			t.Errorf("%d of %d done after %d", done, total, last)
		}
		if last = done; done > 1000 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || l != nil || last > 2500 {
		t.Errorf("%v after %d nodes", err, last)
	}
}
