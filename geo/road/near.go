package road

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// NearRoad is a road near a point.
type NearRoad struct {
	Edge              int
	Forward, Backward Arc    // equal where the road is one-way
	Street            string // "" where it has no name
	Along             float32
	Metres            float32 // from the point to the place at share Along of Forward
}

// nearEdge is an edge near a point while roads are looked for.
type nearEdge struct {
	edge, segment uint32
	squared       float64
}

// Near returns the at most k roads nearest to a point, nearest first and ties in the order of the edges,
// within metres of it and within the limit of the snapper. Roads for buses only count too. Each half
// of a dual carriageway is a road of its own, and so is each stretch between two junctions.
func (s *EdgeSnapper) Near(p orb.Point, k int, metres float64) []NearRoad {
	limit := min(metres, s.limit)
	if k <= 0 || !(limit >= 0) {
		return nil
	}
	x, y := s.plane(p)
	var best []nearEdge
	worst := func() float64 {
		if len(best) == k {
			return best[k-1].squared
		}
		return limit * limit
	}
	s.around(x, y, limit, func(cell int, squared float64) {
		if squared > worst() {
			return
		}
		for _, q := range s.all(cell) {
			if d, _ := s.distance(q, x, y); d <= worst() {
				best = keepNearest(best, k, nearEdge{s.edge[q], q, d})
			}
		}
	}, func(reach float64) bool { return worst() < reach*reach })
	out := make([]NearRoad, len(best))
	for i, b := range best {
		_, share := s.distance(b.segment, x, y)
		out[i] = NearRoad{Edge: int(b.edge), Forward: s.edges.Forward[b.edge], Backward: s.edges.Backward[b.edge], Street: s.edges.Street(int(b.edge)),
			Along: s.along(b.segment, share), Metres: float32(math.Sqrt(b.squared))}
	}
	return out
}

// keepNearest puts an edge into the at most k nearest, each edge once.
func keepNearest(best []nearEdge, k int, x nearEdge) []nearEdge {
	if at := slices.IndexFunc(best, func(b nearEdge) bool { return b.edge == x.edge }); at >= 0 {
		if compareNear(best[at], x) <= 0 {
			return best
		}
		best = slices.Delete(best, at, at+1)
	}
	at, _ := slices.BinarySearchFunc(best, x, compareNear)
	best = slices.Insert(best, at, x)
	return best[:min(len(best), k)]
}

func compareNear(a, b nearEdge) int {
	return cmp.Or(cmp.Compare(a.squared, b.squared), cmp.Compare(a.segment, b.segment))
}
