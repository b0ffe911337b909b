package order

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/lattice"
	"github.com/nearside-ems/nearside/internal/city"
	"github.com/nearside-ems/nearside/internal/westlondon"
)

// west imports the shared extract of London west of the meridian, or skips where there is none.
func west(tb testing.TB) *road.Graph {
	tb.Helper()
	r, _ := westlondon.Roads(tb, nil)
	return r.Graph
}

// shipped reads the built-in lattice.
func shipped(tb testing.TB) *road.Graph {
	tb.Helper()
	open := func(name string) *os.File {
		f, err := os.Open("../../../data/" + name)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { _ = f.Close() })
		return f
	}
	boroughs, err := geo.ReadBoroughs(open("boroughs/boroughs.geojson"))
	if err != nil {
		tb.Fatal(err)
	}
	cells, err := grid.New(boroughs, 9)
	if err != nil {
		tb.Fatal(err)
	}
	l, err := lattice.Read(open("lattice.bin"), cells)
	if err != nil {
		tb.Fatal(err)
	}
	return l.Graph
}

// figures says how good an order is: the chordal graph that contraction in this order makes.
type figures struct {
	edges, triangles int
	meanSpace        float64 // nodes of the elimination tree from a node to the root, itself included
	maxSpace         int
}

func (f figures) String() string {
	return fmt.Sprintf("%d edges, %d triangles, search space mean %.1f, most %d", f.edges, f.triangles, f.meanSpace, f.maxSpace)
}

// measure contracts the graph in the order: the upper neighbours of a node, without the lowest, become
// upper neighbours of the lowest.
func measure(g *graph, order []road.Node) figures {
	n := g.nodes()
	rank := make([]int32, n)
	for i, v := range order {
		rank[v] = int32(i)
	}
	up := make([][]int32, n) // by rank
	for v := range n {
		for _, w := range g.of(int32(v)) {
			if rank[w] > rank[v] {
				up[rank[v]] = append(up[rank[v]], rank[w])
			}
		}
	}
	var f figures
	parent := make([]int32, n)
	for r := range n {
		slices.Sort(up[r])
		up[r] = slices.Compact(up[r])
		f.edges += len(up[r])
		f.triangles += len(up[r]) * (len(up[r]) - 1) / 2
		parent[r] = -1
		if len(up[r]) > 0 {
			parent[r] = up[r][0]
			up[up[r][0]] = append(up[up[r][0]], up[r][1:]...)
		}
		up[r] = nil
	}
	space, sum := make([]int, n), 0
	for r := n - 1; r >= 0; r-- {
		space[r] = 1
		if parent[r] >= 0 {
			space[r] += space[parent[r]]
		}
		sum += space[r]
		f.maxSpace = max(f.maxSpace, space[r])
	}
	f.meanSpace = float64(sum) / float64(n)
	return f
}

// networks are those that the figures in doc.go are about; without the shared extract, west is missing.
var networks = map[string]func(testing.TB) *road.Graph{
	"lattice": shipped,
	"city":    func(testing.TB) *road.Graph { return city.Roads(178_791, 1) },
	"west":    west,
}

// TestOrdersAreGood holds the figures, with a few per cent to spare.
func TestOrdersAreGood(t *testing.T) {
	most := map[string]figures{
		"west":    {495_000, 1_700_000, 137, 216},
		"city":    {600_000, 2_550_000, 141, 180},
		"lattice": {810_000, 60_000_000, 243, 580},
	}
	for name, network := range networks {
		t.Run(name, func(t *testing.T) {
			g := network(t)
			got, want := measure(undirected(g), dissect(t, g)), most[name]
			t.Log(got)
			if got.edges > want.edges || got.triangles > want.triangles || got.meanSpace > want.meanSpace || got.maxSpace > want.maxSpace {
				t.Errorf("%v; want at most %v", got, want)
			}
		})
	}
}

func BenchmarkNestedDissection(b *testing.B) {
	for name, network := range networks {
		b.Run(name, func(b *testing.B) {
			g := network(b)
			for b.Loop() {
				dissect(b, g)
			}
		})
	}
}
