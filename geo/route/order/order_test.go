package order

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// scatter returns a random network of n nodes, each with arcs to some of those near it and now and
// then to any: one-way streets, parallel arcs, loops, dead ends and several parts among them.
func scatter(n int, seed uint64) *road.Graph {
	random := rand.New(rand.NewPCG(seed, 0))
	g := &road.Graph{FirstOut: []road.Arc{0}}
	for v := range n {
		g.Lon = append(g.Lon, float32(v%30)*0.001+random.Float32()*0.0005)
		g.Lat = append(g.Lat, 51.5+float32(v/30)*0.001+random.Float32()*0.0005)
		for range random.IntN(4) {
			w := v + []int{0, 1, -1, 30, -30, 31, 30, random.IntN(n)}[random.IntN(8)]
			g.Head = append(g.Head, road.Node((w%n+n)%n))
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	return g
}

// mesh returns the two-way streets of a square city of k by k blocks.
func mesh(k int) *road.Graph {
	g := &road.Graph{FirstOut: []road.Arc{0}}
	for v := range k * k {
		x, y := v%k, v/k
		g.Lon, g.Lat = append(g.Lon, float32(x)*0.0014), append(g.Lat, 51.5+float32(y)*0.0009)
		for _, to := range [][2]int{{x + 1, y}, {x - 1, y}, {x, y + 1}, {x, y - 1}} {
			if min(to[0], to[1]) >= 0 && max(to[0], to[1]) < k {
				g.Head = append(g.Head, road.Node(to[0]+to[1]*k))
			}
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	return g
}

func dissect(t interface{ Fatal(...any) }, g *road.Graph) []road.Node {
	order, err := NestedDissection(context.Background(), g, nil)
	if err != nil {
		t.Fatal(err)
	}
	return order
}

// TestEveryNodeHasItsPlace, whatever the network; where all nodes lie at one point too.
func TestEveryNodeHasItsPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := scatter(rapid.IntRange(0, 700).Draw(t, "nodes"), rapid.Uint64().Draw(t, "seed"))
		if rapid.Bool().Draw(t, "at one point") {
			clear(g.Lon)
			clear(g.Lat)
		}
		order := dissect(t, g)
		slices.Sort(order)
		for i, v := range order {
			if int(v) != i {
				t.Fatalf("node %d in place %d of the sorted order", v, i)
			}
		}
		if len(order) != g.Nodes() {
			t.Fatalf("%d of %d nodes", len(order), g.Nodes())
		}
	})
}

// TestCompleteGraph has no separator at all.
func TestCompleteGraph(t *testing.T) {
	const n = 50
	g := mesh(1)
	g.FirstOut, g.Head, g.Lon, g.Lat = []road.Arc{0}, nil, make([]float32, n), make([]float32, n)
	for v := range n {
		g.Lon[v] = float32(v) * 0.001
		for w := range n {
			g.Head = append(g.Head, road.Node(w))
		}
		g.FirstOut = append(g.FirstOut, road.Arc((v+1)*n))
	}
	if f := measure(undirected(g), dissect(t, g)); f.edges != n*(n-1)/2 || f.maxSpace != n {
		t.Errorf("%v", f)
	}
}

// TestOrderDoesNotDependOnProcessors: the directions and the parts are tried at once or in turn.
func TestOrderDoesNotDependOnProcessors(t *testing.T) {
	g := mesh(70)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	alone := dissect(t, g)
	for range 5 {
		runtime.GOMAXPROCS(5)
		if !slices.Equal(alone, dissect(t, g)) {
			t.Fatal("five goroutines give another order than one")
		}
	}
}

// TestOrderOfMesh: George (1973) shows that nested dissection of k × k nodes needs 31/4 k² log₂ k + O(k²)
// edges at most; the largest search space with separators of k, k/2, k/2, k/4, … nodes is some 4 k.
func TestOrderOfMesh(t *testing.T) {
	const k = 64
	g := mesh(k)
	f := measure(undirected(g), dissect(t, g))
	if f.edges > 31*k*k*6/4 || f.maxSpace > 4*k {
		t.Errorf("%v", f)
	}
	rows := make([]road.Node, k*k)
	for v := range rows {
		rows[v] = road.Node(v)
	}
	if plain := measure(undirected(g), rows); f.edges*3 > plain.edges {
		t.Errorf("%v; row by row %v", f, plain)
	}
}

func TestDissectionStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	told, g := 0, mesh(60)
	_, err := NestedDissection(ctx, g, func(done, total int) {
		if told++; told == 3 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || told > 20 {
		t.Errorf("%v after %d calls", err, told)
	}
}

// TestProgressEndsWithAllNodes and never goes back.
func TestProgressEndsWithAllNodes(t *testing.T) {
	last, g := 0, scatter(5000, 1)
	_, err := NestedDissection(context.Background(), g, func(done, total int) {
		if done < last || total != g.Nodes() {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last = done
	})
	if err != nil || last != g.Nodes() {
		t.Errorf("%v, ends at %d of %d", err, last, g.Nodes())
	}
}

// TestEveryCutterComesBack: a part of the work that went to another processor must not keep the one
// that it came from waiting to the end.
func TestEveryCutterComesBack(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	g := mesh(50)
	_, k := reduce(undirected(g))
	d := &dissection{ctx: context.Background(), kernel: k, rank: filled[int32](nil, k.nodes(), none), local: make([]int32, k.nodes())}
	d.run(place(g, k.node))
	if len(d.idle) != 3 {
		t.Errorf("%d of 3 cutters are idle at the end", len(d.idle))
	}
}
