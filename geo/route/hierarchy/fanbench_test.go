package hierarchy_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// onRoads returns places on random roads, each with both ends as starts.
func (n *network) onRoads(seed uint64, count int) [][]hierarchy.Start {
	random, out := rand.New(rand.NewPCG(seed, 2)), make([][]hierarchy.Start, 0, count)
	for len(out) < count {
		v := random.IntN(n.graph.Nodes())
		if a := n.graph.FirstOut[v]; a < n.graph.FirstOut[v+1] {
			out = append(out, []hierarchy.Start{{At: n.h.Rank[v], Time: 1000}, {At: n.h.Rank[n.graph.Head[a]], Time: 2000}})
		}
	}
	return out
}

// BenchmarkFan is the heart of a matrix of 2,000 sites: the fan's making and all passes over it.
func BenchmarkFan(b *testing.B) {
	each(b, func(b *testing.B, n *network) {
		m := n.h.Customise(n.weight).Perfect()
		for _, cells := range []int{2000, 15_000} {
			b.Run(fmt.Sprintf("cells=%d", cells), func(b *testing.B) {
				sites, places := n.onRoads(1, 2000), n.onRoads(2, cells)
				rows := make([][]road.Millis, hierarchy.Lanes)
				for i := range rows {
					rows[i] = make([]road.Millis, cells)
				}
				for b.Loop() {
					s := m.FanTo(places).NewSweep()
					for i := 0; i < len(sites); i += hierarchy.Lanes {
						s.Times(sites[i:i+hierarchy.Lanes], rows)
					}
				}
			})
		}
	})
}
