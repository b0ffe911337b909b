package city

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nearside-ems/nearside/geo/road"
)

// TestCitiesAreLikeLondon holds what the comment of Roads says.
func TestCitiesAreLikeLondon(t *testing.T) {
	g := Roads(178_791, 1)
	if n := float64(g.Nodes()); math.Abs(n/178_791-1) > 0.04 {
		t.Errorf("%g nodes", n)
	}
	near := make([]map[road.Node]bool, g.Nodes())
	for v := range near {
		near[v] = map[road.Node]bool{}
	}
	oneWay, metres := 0, 0.0
	for v := range near {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			near[v][g.Head[a]], near[g.Head[a]][road.Node(v)] = true, true
			metres += float64(g.Metres[a])
			if !joined(g, g.Head[a], road.Node(v)) {
				oneWay++
			}
		}
	}
	sum, degree := 0, [5]float64{}
	for _, s := range near {
		sum += len(s)
		degree[min(4, len(s))]++
	}
	for name, c := range map[string][2]float64{
		"neighbours":   {float64(sum) / float64(g.Nodes()), 2.42},
		"dead ends":    {degree[1] / float64(g.Nodes()), 0.29},
		"with two":     {degree[2] / float64(g.Nodes()), 0.09},
		"with three":   {degree[3] / float64(g.Nodes()), 0.53},
		"with four":    {degree[4] / float64(g.Nodes()), 0.09},
		"one-way":      {float64(oneWay) / float64(sum/2), 0.13},
		"metres / 100": {metres / float64(g.Arcs()) / 100, 1.05},
	} {
		if math.Abs(c[0]-c[1]) > 0.01 {
			t.Errorf("%s: %.3f, said to be %.2f", name, c[0], c[1])
		}
	}
}

func joined(g *road.Graph, v, w road.Node) bool {
	for _, h := range g.Head[g.FirstOut[v]:g.FirstOut[v+1]] {
		if h == w {
			return true
		}
	}
	return false
}

// TestCitiesAreWhole: valid, strongly connected, of all classes and zones when large, at every size.
func TestCitiesAreWhole(t *testing.T) {
	for nodes, seed := range map[int]uint64{1: 1, 50: 2, 300: 3, 2000: 4, 30_000: 5, 100_000: 6} {
		g := Roads(nodes, seed)
		if err := (&road.Roads{Graph: g, Edges: &road.Edges{First: []uint32{0}}}).Validate(); err != nil {
			t.Fatalf("%d nodes: %v", nodes, err)
		}
		if _, size := road.Components(g.FirstOut, g.Head, func(road.Arc) bool { return false }); len(size) != 1 {
			t.Errorf("%d nodes: %d strongly connected parts", nodes, len(size))
		}
		if nodes >= 10_000 && math.Abs(float64(g.Nodes())/float64(nodes)-1) > 0.04 {
			t.Errorf("%d nodes, wanted %d", g.Nodes(), nodes)
		}
		for a, base := range g.Base {
			if kmh := float64(g.Metres[a]) / base.Seconds() * 3.6; kmh > 95 || kmh < 0.5 || g.Class[a] > road.Service {
				t.Fatalf("%d nodes: arc %d of class %v at %.1f km/h", nodes, a, g.Class[a], kmh)
			}
		}
	}
}

func TestCitiesFollowTheirSeed(t *testing.T) {
	a, again, other := Roads(3000, 1), Roads(3000, 1), Roads(3000, 2)
	if d := cmp.Diff(a, again); d != "" {
		t.Errorf("the same seed: %s", d)
	}
	if cmp.Equal(a, other) {
		t.Error("another seed makes the same city")
	}
}
