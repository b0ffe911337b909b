package hierarchy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// each runs a benchmark on the west network and on the built-in lattice.
func each(b *testing.B, f func(b *testing.B, n *network)) {
	b.Helper()
	for name, load := range map[string]func(testing.TB) *network{"west": west, "lattice": lattice} {
		b.Run(name, func(b *testing.B) { f(b, load(b)) })
	}
}

func BenchmarkNew(b *testing.B) {
	each(b, func(b *testing.B, n *network) {
		b.ReportMetric(float64(n.h.Edges()), "edges")
		for b.Loop() {
			if _, err := hierarchy.New(n.graph, n.order); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkCustomise(b *testing.B) {
	each(b, func(b *testing.B, n *network) {
		for b.Loop() {
			n.h.Customise(n.weight)
		}
		b.ReportMetric(float64(n.h.Edges()), "edges")
	})
}

func BenchmarkPerfect(b *testing.B) {
	each(b, func(b *testing.B, n *network) {
		m := n.h.Customise(n.weight)
		p := m
		for b.Loop() {
			p = m.Perfect()
		}
		b.ReportMetric(float64(len(p.Out.Step)), "steps")
	})
}

// BenchmarkQuery is of random places of two nodes with a road between, as both ends of a search.
func BenchmarkQuery(b *testing.B) {
	each(b, func(b *testing.B, n *network) {
		customised, s := n.h.Customise(n.weight), n.h.NewSearch()
		entries, arcs := []hierarchy.Entry(nil), []road.Arc(nil)
		for _, m := range []*hierarchy.Metric{customised, customised.Perfect()} {
			for name, query := range map[string]func(from, to []hierarchy.Start){
				"Leave": func(from, _ []hierarchy.Start) { entries = m.Leave(s, from, entries) },
				"Time":  func(from, to []hierarchy.Start) { m.Time(s, from, to) },
				"Path":  func(from, to []hierarchy.Start) { arcs = m.Path(s, from, to, arcs).Arcs },
			} {
				b.Run(fmt.Sprintf("%s/perfect=%t", name, m.Out != nil), func(b *testing.B) {
					b.ReportAllocs()
					places := n.places(1000)
					for i := 0; b.Loop(); i++ {
						query(places[i%1000], places[(i+1)%1000])
					}
				})
			}
		}
		b.Run("Dijkstra", func(b *testing.B) { n.dijkstra(b) })
	})
}

// places returns the ends of arcs anywhere.
func (n *network) places(count int) [][]hierarchy.Start {
	places, random := make([][]hierarchy.Start, count), rand.New(rand.NewPCG(5, 6))
	for i := range places {
		v := road.Node(random.IntN(n.graph.Nodes()))
		places[i] = []hierarchy.Start{{At: n.h.Rank[v]}, {At: n.h.Rank[n.graph.Head[n.graph.FirstOut[v]]], Time: 1000}}
	}
	return places
}

// dijkstra is what Time is compared with.
func (n *network) dijkstra(b *testing.B) {
	s, places := dijkstra.NewSearch(dijkstra.Forward(n.graph)), n.places(1000)
	for i := 0; b.Loop(); i++ {
		s.Begin(n.weight)
		for _, x := range places[i%1000] {
			s.From(n.h.Node[x.At], x.Time)
		}
		to := n.h.Node[places[(i+1)%1000][0].At]
		for v := range s.Settle(road.Unreachable) {
			if v == to {
				break
			}
		}
	}
}

// BenchmarkUpdate closes and reopens arcs anywhere, and arcs around one place.
func BenchmarkUpdate(b *testing.B) {
	each(b, func(b *testing.B, n *network) {
		for _, count := range []int{1, 100, 1000} {
			for where, draw := range map[string]func(*rand.Rand, int) []road.Arc{"spread": n.anywhere, "near": n.around} {
				b.Run(fmt.Sprintf("%s=%d", where, count), func(b *testing.B) {
					open, random := n.h.Customise(n.weight), rand.New(rand.NewPCG(1, 2))
					for b.Loop() {
						b.StopTimer()
						arcs, closed := draw(random, count), slices.Clone(n.weight)
						for _, a := range arcs {
							closed[a] = road.Unreachable
						}
						b.StartTimer()
						open.Update(closed, arcs).Update(n.weight, arcs)
					}
					b.ReportMetric(b.Elapsed().Seconds()*1000/float64(2*b.N), "ms/update")
				})
			}
		}
	})
}

func (n *network) anywhere(random *rand.Rand, count int) []road.Arc {
	arcs := make([]road.Arc, count)
	for i := range arcs {
		arcs[i] = road.Arc(random.IntN(n.graph.Arcs()))
	}
	return arcs
}

// around returns the arcs that are fewest arcs away from some node.
func (n *network) around(random *rand.Rand, count int) []road.Arc {
	var arcs []road.Arc
	queue := []road.Node{road.Node(random.IntN(n.graph.Nodes()))}
	for seen := map[road.Node]bool{queue[0]: true}; len(arcs) < count && len(queue) > 0; queue = queue[1:] {
		for a := n.graph.FirstOut[queue[0]]; a < n.graph.FirstOut[queue[0]+1]; a++ {
			arcs = append(arcs, a)
			if v := n.graph.Head[a]; !seen[v] {
				seen[v] = true
				queue = append(queue, v)
			}
		}
	}
	return arcs
}
