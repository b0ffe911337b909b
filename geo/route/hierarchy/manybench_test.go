package hierarchy_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// BenchmarkMany finds the times from a number of random nodes to one, beside Dijkstra's search, which
// finds all.
func BenchmarkMany(b *testing.B) {
	each(b, func(b *testing.B, n *network) {
		random := rand.New(rand.NewPCG(1, 2))
		target := func() road.Node { return road.Node(random.IntN(n.graph.Nodes())) }
		m, q := n.h.Customise(n.weight), n.h.NewMany()
		for _, m := range []*hierarchy.Metric{m, m.Perfect()} {
			for _, count := range []int{1, 500, 10_000, 100_000} {
				nodes := make([]hierarchy.Rank, count)
				for i := range nodes {
					nodes[i] = n.h.Rank[target()]
				}
				b.Run(fmt.Sprintf("perfect=%t/nodes=%d", m.Out != nil, count), func(b *testing.B) {
					for b.Loop() {
						q.To(m, []hierarchy.Start{{At: n.h.Rank[target()]}})
						for _, x := range nodes {
							q.Time(x)
						}
					}
				})
			}
		}
		s := dijkstra.NewSearch(dijkstra.Backward(n.graph))
		b.Run("dijkstra", func(b *testing.B) {
			for b.Loop() {
				s.Begin(n.weight)
				s.From(target(), 0)
				s.All()
			}
		})
	})
}
