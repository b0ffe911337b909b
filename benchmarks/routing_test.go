package benchmarks

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// westMetric is the west network between the peaks, without labels. Benchmarks on it are skipped
// without the source folder.
func westMetric(b *testing.B) *route.Metric {
	b.Helper()
	network, table := west(b)
	return route.NewMetric(network, table.Profile(table.Period(int(monday)), road.Normal))
}

var westLabelled struct {
	sync.Once
	labels *hierarchy.Labels
	err    error
}

// westLabels are the labels of westMetric, built once.
func westLabels(b *testing.B, m *route.Metric) *hierarchy.Labels {
	b.Helper()
	westLabelled.Do(func() {
		westLabelled.labels, westLabelled.err = m.Ways.Labels(context.Background(), runtime.GOMAXPROCS(0), nil)
	})
	if westLabelled.err != nil {
		b.Fatal(westLabelled.err)
	}
	return westLabelled.labels
}

// anywhere returns places on the west network, always the same.
func anywhere(n int, seed uint64) []orb.Point {
	random, out := rand.New(rand.NewPCG(seed, 2)), make([]orb.Point, n)
	for i := range out {
		out[i] = orb.Point{-0.4 + 0.38*random.Float64(), 51.40 + 0.2*random.Float64()}
	}
	return out
}

// BenchmarkWestBuild makes what queries need, in the order in which it is made. Dijkstra's search from
// one node to all is the reference.
func BenchmarkWestBuild(b *testing.B) {
	network, _ := west(b)
	m := westMetric(b)
	b.Run("Dijkstra", func(b *testing.B) {
		s := dijkstra.NewSearch(dijkstra.Forward(network.Graph))
		for i := 0; b.Loop(); i++ {
			s.Begin(m.Weight)
			s.From(road.Node(i*7919%network.Graph.Nodes()), 0)
			s.All()
		}
	})
	b.Run("OrderAndHierarchy", func(b *testing.B) {
		for b.Loop() {
			bare := route.Network{Name: network.Name, Graph: network.Graph}
			if err := bare.Prepare(context.Background(), route.Preparation{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Customise", func(b *testing.B) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		h := network.Hierarchy()
		for b.Loop() {
			h.Customise(m.Weight)
		}
	})
	b.Run("Labels", func(b *testing.B) {
		bytes := 0
		for b.Loop() {
			l, err := m.Ways.Labels(context.Background(), runtime.GOMAXPROCS(0), nil)
			if err != nil {
				b.Fatal(err)
			}
			bytes = l.Bytes()
		}
		b.ReportMetric(float64(bytes)/(1<<20), "MiB")
	})
}

// BenchmarkWestMatrix fills matrices on one processor. Dijkstra's search from one node to all is the
// reference: one row.
func BenchmarkWestMatrix(b *testing.B) {
	m := westMetric(b)
	sites, cells := spots(b, m.Network, anywhere(2000, 3)), spots(b, m.Network, anywhere(15_000, 4))
	b.Run("Dijkstra", func(b *testing.B) {
		s := dijkstra.NewSearch(dijkstra.Forward(m.Network.Graph))
		for i := 0; b.Loop(); i++ {
			s.Begin(m.Weight)
			s.From(sites[i%len(sites)].Leave[0].Node, 0)
			s.All()
		}
	})
	fill := func(sites, cells []road.Spot) func(*testing.B) {
		return func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
			for b.Loop() {
				if _, err := route.NewMatrix(context.Background(), m, sites, cells, nil); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("2000x2000", fill(sites, cells[:2000]))
	b.Run("2000x15000", fill(sites, cells))
	b.Run("15000x2000", fill(cells, sites))
}

// BenchmarkWestTrip finds the time of a trip from node to node.
func BenchmarkWestTrip(b *testing.B) {
	m := westMetric(b)
	h, random := m.Network.Hierarchy(), rand.New(rand.NewPCG(6, 6))
	nodes := make([]road.Node, 1000)
	for i := range nodes {
		nodes[i] = road.Node(random.IntN(h.Nodes()))
	}
	pair := func(i int) (from, to road.Node) { return nodes[i%len(nodes)], nodes[(i*7+13)%len(nodes)] }
	b.Run("Dijkstra", func(b *testing.B) {
		s := dijkstra.NewSearch(dijkstra.Forward(m.Network.Graph))
		for i := 0; b.Loop(); i++ {
			from, to := pair(i)
			s.Begin(m.Weight)
			s.From(from, 0)
			for v := range s.Settle(road.Unreachable - 1) {
				if v == to {
					break
				}
			}
		}
	})
	b.Run("Hierarchy", func(b *testing.B) {
		search, from, to := h.NewSearch(), make([]hierarchy.Start, 1), make([]hierarchy.Start, 1)
		for i := 0; b.Loop(); i++ {
			u, v := pair(i)
			from[0].At, to[0].At = h.Rank[u], h.Rank[v]
			m.Ways.Time(search, from, to)
		}
	})
	b.Run("Labels", func(b *testing.B) {
		l := westLabels(b, m)
		for i := 0; b.Loop(); i++ {
			from, to := pair(i)
			l.Time(h.Rank[from], h.Rank[to])
		}
	})
}

// BenchmarkWestNearest finds the 5 nearest of a fleet for a call, by each tier.
func BenchmarkWestNearest(b *testing.B) {
	m := westMetric(b)
	calls := spots(b, m.Network, anywhere(1024, 7))
	for _, fleet := range []struct {
		name string
		cars int
	}{{"of=500", 500}, {"of=10000", 10_000}} {
		cars := spots(b, m.Network, anywhere(fleet.cars, 8))
		index, scratch, dst := filled(m, cars), route.NewScratch(m), []route.Found(nil)
		ask := func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				dst = index.Nearest(scratch, &calls[i%len(calls)], 5, nil, dst)
			}
		}
		b.Run("AdHoc/"+fleet.name, func(b *testing.B) {
			finder := route.NewFinder(m)
			for i := 0; b.Loop(); i++ {
				dst = finder.Nearest(calls[i%len(calls)], cars, 5, dst)
			}
		})
		b.Run("Hierarchy/"+fleet.name, ask)
		m.UseLabels(westLabels(b, m))
		b.Run("Labels/"+fleet.name, ask)
		b.Run("LabelsAndSnap/"+fleet.name, func(b *testing.B) {
			points := anywhere(1024, 7)
			for i := 0; b.Loop(); i++ {
				call, ok := m.Network.Snap(points[i%len(points)])
				if !ok {
					b.Fatal("off the network")
				}
				dst = index.Nearest(scratch, &call, 5, nil, dst)
			}
		})
		m.UseLabels(nil)
	}
	b.Run("Dijkstra/of=500", func(b *testing.B) {
		cars := spots(b, m.Network, anywhere(500, 8))
		search, stands := dijkstra.NewSearch(dijkstra.Backward(m.Network.Graph)), standing(cars)
		for i := 0; b.Loop(); i++ {
			nearestByDijkstra(search, m, &calls[i%len(calls)], stands, 5)
		}
	})
}

// filled returns the index of a fleet.
func filled(m *route.Metric, cars []road.Spot) *route.Index {
	index, trails, moves := route.NewIndex(m), route.NewTrails(m), &route.Moves{}
	for i := range cars {
		trails.Put(i, &cars[i], moves)
	}
	index.Apply(moves)
	return index
}

// standing returns how many cars leave by each node.
func standing(cars []road.Spot) map[road.Node]int {
	at := map[road.Node]int{}
	for i := range cars {
		for _, l := range cars[i].Leave[:cars[i].Leaves] {
			at[l.Node]++
		}
	}
	return at
}

// nearestByDijkstra searches backward from a call until it has met k cars at nodes: a little less than
// what finding them takes.
func nearestByDijkstra(s *dijkstra.Search, m *route.Metric, call *road.Spot, at map[road.Node]int, k int) {
	s.Begin(m.Weight)
	for _, l := range call.Reach[:call.Reaches] {
		s.From(l.Node, m.Profile.Time(l.Base, l.Class, l.Zone))
	}
	for v := range s.Settle(road.Unreachable - 1) {
		if k -= at[v]; k <= 0 {
			return
		}
	}
}

// BenchmarkWestMove reports a car that has moved on: by some 15 m, as in a second at 50 km/h, and to
// anywhere.
func BenchmarkWestMove(b *testing.B) {
	m := westMetric(b)
	m.UseLabels(westLabels(b, m))
	for _, fleet := range []struct {
		name string
		cars int
	}{{"of=500", 500}, {"of=10000", 10_000}} {
		points := anywhere(fleet.cars, 8)
		here, near, far := spots(b, m.Network, points), spots(b, m.Network, shifted(points)), spots(b, m.Network, anywhere(fleet.cars, 9))
		for _, move := range []struct {
			name  string
			there []road.Spot
		}{{"Near", near}, {"Far", far}} {
			b.Run(move.name+"/"+fleet.name, func(b *testing.B) {
				index, trails, moves := route.NewIndex(m), route.NewTrails(m), &route.Moves{}
				put := func(slot int, s *road.Spot) {
					moves.Reset()
					trails.Put(slot, s, moves)
					index.Apply(moves)
				}
				for i := range here {
					put(i, &here[i])
				}
				to := [2][]road.Spot{move.there, here}
				for i := 0; b.Loop(); i++ {
					slot := i % len(here)
					put(slot, &to[i/len(here)%2][slot])
				}
			})
		}
	}
}

// shifted moves points by 15 m to the east.
func shifted(points []orb.Point) []orb.Point {
	out := slices.Clone(points)
	for i := range out {
		out[i][0] += 15 / 69_400.0 // metres a degree of longitude in London
	}
	return out
}
