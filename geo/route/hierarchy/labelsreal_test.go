package hierarchy_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// TestLabelsOfRealNetworks compares 10,000 pairs of nodes with Dijkstra's times, by labels alone and by
// labels that meet searches either way; and a hundred arcs closed leave those of the closed network.
func TestLabelsOfRealNetworks(t *testing.T) {
	for name, load := range map[string]func(testing.TB) *network{"west": west, "lattice": lattice} {
		t.Run(name, func(t *testing.T) {
			n, random := load(t), rand.New(rand.NewPCG(5, 6))
			closed := slices.Clone(n.weight)
			for range 100 {
				closed[random.IntN(len(closed))] = road.Unreachable
			}
			for _, weight := range [][]road.Millis{n.weight, closed} {
				m := n.h.Customise(weight).Perfect()
				l, err := m.Labels(context.Background(), 2, nil)
				if err != nil {
					t.Fatal(err)
				}
				n.compareLabels(t, m, l, weight, random)
			}
		})
	}
}

func (n *network) compareLabels(t *testing.T, m *hierarchy.Metric, l *hierarchy.Labels, weight []road.Millis, random *rand.Rand) {
	referee, s := dijkstra.NewSearch(dijkstra.Forward(n.graph)), n.h.NewSearch()
	var far, near []hierarchy.Entry
	for range 10 {
		from := road.Node(random.IntN(n.graph.Nodes()))
		referee.Begin(weight)
		referee.From(from, 0)
		referee.All()
		for range 500 {
			to := road.Node(random.IntN(n.graph.Nodes()))
			leave, reach := []hierarchy.Start{{At: n.h.Rank[from]}}, []hierarchy.Start{{At: n.h.Rank[to]}}
			want := referee.Time(to)
			if got := l.Time(n.h.Rank[from], n.h.Rank[to]); got != want {
				t.Fatalf("%d to %d: %d by labels, want %d", from, to, got, want)
			}
			far, near = l.Leave(s, leave, far), m.Reach(s, reach, near)
			if got := hierarchy.Meet(far, near); got != want {
				t.Fatalf("%d to %d: %d by label and search, want %d", from, to, got, want)
			}
			far, near = m.Leave(s, leave, far), l.Reach(s, reach, near)
			if got := hierarchy.Meet(far, near); got != want {
				t.Fatalf("%d to %d: %d by search and label, want %d", from, to, got, want)
			}
		}
	}
}

// TestLabelsDoNotAllocate in queries whose dst has the room.
func TestLabelsDoNotAllocate(t *testing.T) {
	n := lattice(t)
	l, s, dst := n.labels(t, 1), n.h.NewSearch(), make([]hierarchy.Entry, 0, n.h.Nodes())
	starts := []hierarchy.Start{{At: 7, Time: 5}, {At: 12_000}, {At: 3000, Time: 9}}
	for name, query := range map[string]func(){
		"Leave": func() { dst = l.Leave(s, starts, dst) },
		"Reach": func() { dst = l.Reach(s, starts, dst) },
		"Time":  func() { l.Time(7, 12_000) },
	} {
		if n := testing.AllocsPerRun(20, query); n != 0 {
			t.Errorf("%s allocates %g times", name, n)
		}
	}
}
