package hierarchy_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// TestRealNetworks compares times and ways between 10,000 pairs of nodes with Dijkstra's, before and after
// a hundred arcs anywhere and a hundred around one place are closed.
func TestRealNetworks(t *testing.T) {
	for name, load := range map[string]func(testing.TB) *network{"west": west, "lattice": lattice} {
		t.Run(name, func(t *testing.T) {
			n, random := load(t), rand.New(rand.NewPCG(3, 4))
			open := n.h.Customise(n.weight)
			n.compare(t, open.Perfect(), n.weight, random)
			arcs, closed := append(n.anywhere(random, 100), n.around(random, 100)...), slices.Clone(n.weight)
			for _, a := range arcs {
				closed[a] = road.Unreachable
			}
			partly, whole := open.Update(closed, arcs), n.h.Customise(closed)
			if !slices.Equal(partly.Up, whole.Up) || !slices.Equal(partly.Down, whole.Down) {
				t.Fatal("a partial customisation differs from a full one")
			}
			n.compare(t, partly, closed, random)
			reopened := partly.Update(n.weight, arcs)
			if !slices.Equal(reopened.Up, open.Up) || !slices.Equal(reopened.Down, open.Down) {
				t.Fatal("opening what was closed does not lead back")
			}
		})
	}
}

func (n *network) compare(t *testing.T, m *hierarchy.Metric, weight []road.Millis, random *rand.Rand) {
	referee, s := dijkstra.NewSearch(dijkstra.Forward(n.graph)), n.h.NewSearch()
	for range 10 {
		from := road.Node(random.IntN(n.graph.Nodes()))
		referee.Begin(weight)
		referee.From(from, 0)
		referee.All()
		for i := range 500 {
			to := road.Node(random.IntN(n.graph.Nodes()))
			leave, reach := []hierarchy.Start{{At: n.h.Rank[from]}}, []hierarchy.Start{{At: n.h.Rank[to]}}
			want := referee.Time(to)
			if got := m.Time(s, leave, reach); got != want {
				t.Fatalf("%d to %d: %d, want %d", from, to, got, want)
			}
			if i%10 != 0 || want == road.Unreachable {
				continue
			}
			at, time := from, road.Millis(0)
			for _, a := range m.Path(s, leave, reach, nil).Arcs {
				if a < n.graph.FirstOut[at] || a >= n.graph.FirstOut[at+1] {
					t.Fatalf("the way from %d to %d takes arc %d from %d, where it does not start", from, to, a, at)
				}
				at, time = n.graph.Head[a], time+weight[a]
			}
			if at != to || time != want {
				t.Fatalf("the way from %d leads to %d in %d, want %d in %d", from, at, time, to, want)
			}
		}
	}
}

// TestQueriesDoNotAllocate where dst has the room.
func TestQueriesDoNotAllocate(t *testing.T) {
	n := lattice(t)
	m, s := n.h.Customise(n.weight), n.h.NewSearch()
	from, to := []hierarchy.Start{{At: 0}, {At: 5}}, []hierarchy.Start{{At: 9000, Time: 7}, {At: 9001}}
	entries, arcs := make([]hierarchy.Entry, 0, n.h.Nodes()), make([]road.Arc, 0, n.h.Nodes())
	for _, m := range []*hierarchy.Metric{m, m.Perfect()} {
		for name, query := range map[string]func(){
			"Leave": func() { entries = m.Leave(s, from, entries) },
			"Reach": func() { entries = m.Reach(s, to, entries) },
			"Time":  func() { m.Time(s, from, to) },
			"Path":  func() { arcs = m.Path(s, from, to, arcs).Arcs },
		} {
			if n := testing.AllocsPerRun(20, query); n != 0 {
				t.Errorf("%s allocates %g times", name, n)
			}
		}
	}
}
