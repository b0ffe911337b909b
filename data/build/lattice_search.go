package build

import (
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// search finds times at the reference profile, and the metres of the ways that take them.
type search struct {
	*dijkstra.Search
	g      *road.Graph
	metres []float32 // per node that is settled
	starts []end     // of from
}

func newSearch(g *road.Graph, side *dijkstra.Side) *search {
	return &search{Search: dijkstra.NewSearch(side), g: g, metres: make([]float32, g.Nodes())}
}

// from searches from the nodes, each reached at time 0, as fromEnds does.
func (s *search) from(nodes []road.Node, limit road.Millis, want int, wanted func(road.Node) bool) {
	s.starts = s.starts[:0]
	for _, v := range nodes {
		s.starts = append(s.starts, end{v, 0})
	}
	s.fromEnds(s.starts, limit, want, wanted)
}

// fromEnds searches from the ends, each reached at its time, until all nodes within limit are settled, or want of those for
// which wanted is true.
func (s *search) fromEnds(ends []end, limit road.Millis, want int, wanted func(road.Node) bool) {
	s.Begin(s.g.Base)
	for _, e := range ends {
		s.From(e.node, e.time)
	}
	for v := range s.Settle(limit) {
		s.metres[v] = 0
		if a, before, ok := s.Via(v); ok {
			s.metres[v] = s.metres[before] + s.g.Metres[a]
		}
		if wanted != nil && wanted(v) {
			if want--; want == 0 {
				return
			}
		}
	}
}
