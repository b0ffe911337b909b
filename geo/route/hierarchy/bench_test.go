package hierarchy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
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

func BenchmarkLeave(b *testing.B) {
	each(b, func(b *testing.B, n *network) {
		m, s := n.h.Customise(n.weight), n.h.NewSearch()
		var dst []hierarchy.Entry
		for _, m := range []*hierarchy.Metric{m, m.Perfect()} {
			b.Run(fmt.Sprintf("perfect=%t", m.Out != nil), func(b *testing.B) {
				random := rand.New(rand.NewPCG(1, 2))
				for b.Loop() {
					dst = m.Leave(s, []hierarchy.Start{{At: hierarchy.Rank(random.IntN(n.h.Nodes()))}}, dst)
				}
			})
		}
	})
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
