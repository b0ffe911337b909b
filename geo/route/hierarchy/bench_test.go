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

// BenchmarkUpdate closes and reopens arcs anywhere.
func BenchmarkUpdate(b *testing.B) {
	each(b, func(b *testing.B, n *network) {
		for _, count := range []int{1, 100, 1000} {
			b.Run(fmt.Sprintf("arcs=%d", count), func(b *testing.B) {
				open := n.h.Customise(n.weight)
				random := rand.New(rand.NewPCG(1, 2))
				for b.Loop() {
					b.StopTimer()
					closed := slices.Clone(n.weight)
					arcs := make([]road.Arc, count)
					for i := range arcs {
						arcs[i] = road.Arc(random.IntN(n.graph.Arcs()))
						closed[arcs[i]] = road.Unreachable
					}
					b.StartTimer()
					m := open.Update(closed, arcs)
					m.Update(n.weight, arcs)
				}
				b.ReportMetric(b.Elapsed().Seconds()*1000/float64(2*b.N), "ms/update")
			})
		}
	})
}
