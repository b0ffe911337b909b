package route

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/westlondon"
)

// westNetwork imports the shared extract of London west of the meridian, or skips where there is none.
func westNetwork(tb testing.TB) *Metric {
	tb.Helper()
	r, table := westlondon.Roads(tb, nil)
	snapper, err := road.NewEdgeSnapper(r.Graph, r.Edges, SnapMetres)
	if err != nil {
		tb.Fatal(err)
	}
	return NewMetric(&Network{Name: "west", Graph: r.Graph, Edges: r.Edges, Snapper: snapper}, table.Profile(0, road.Normal))
}

// places returns points near the middle of London, always the same.
func places(n int) []orb.Point {
	random, out := rand.New(rand.NewPCG(1, 2)), make([]orb.Point, n)
	for i := range out {
		out[i] = orb.Point{-0.4 + 0.38*random.Float64(), 51.40 + 0.2*random.Float64()}
	}
	return out
}

func snapped(tb testing.TB, m *Metric, n int) []road.Spot {
	tb.Helper()
	var out []road.Spot
	for _, p := range places(2 * n) {
		if s, ok := m.Network.Snap(p); ok && len(out) < n {
			out = append(out, s)
		}
	}
	if len(out) != n {
		tb.Fatalf("%d of %d places snap", len(out), n)
	}
	return out
}

// TestQueriesDoNotAllocate on a Finder that has seen as many cars before.
func TestQueriesDoNotAllocate(t *testing.T) {
	m := grid(30)
	f := NewFinder(m)
	cars := make([]road.Spot, 40)
	for i := range cars {
		cars[i] = atNode(road.Node(i * 22))
	}
	found, times := f.Nearest(cars[0], cars, 5, nil), make([]road.Millis, len(cars))
	f.FromAny(cars, cars, times)
	arcs := f.Path(cars[3], cars[5], nil).Arcs
	for name, query := range map[string]func(){
		"Nearest":   func() { found = f.Nearest(cars[3], cars, 5, found) },
		"OneToMany": func() { f.OneToMany(cars[3], cars, times) },
		"FromAny":   func() { f.FromAny(cars[:5], cars, times) },
		"ManyToOne": func() { f.ManyToOne(cars, cars[3], times) },
		"Time":      func() { f.Time(cars[3], cars[5]) },
		"Path":      func() { arcs = f.Path(cars[3], cars[5], arcs).Arcs },
	} {
		if n := testing.AllocsPerRun(50, query); n != 0 {
			t.Errorf("%s allocates %g times", name, n)
		}
	}
}

func BenchmarkSnap(b *testing.B) {
	m, points := westNetwork(b), places(10_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		m.Network.Snap(points[i%len(points)])
	}
}

func BenchmarkWeights(b *testing.B) {
	m := westNetwork(b)
	for b.Loop() {
		m.Network.Graph.Weights(&m.Profile)
	}
}

func BenchmarkOpenNetwork(b *testing.B) {
	m, dir := westNetwork(b), b.TempDir()
	if err := SaveNetwork(dir, "west", &road.Roads{Graph: m.Network.Graph, Edges: m.Network.Edges}, [32]byte{}); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := OpenNetwork(dir); err != nil {
			b.Fatal(err)
		}
	}
}
