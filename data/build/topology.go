package build

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// arc is a run of boundary between two places where three or more boundaries meet, or a whole ring
// where there is none. Neighbours share it, so that simplifying it once leaves no gap between them.
type arc struct {
	points    []orb.Point
	tolerance float64 // metres
}

// arcUse is an arc as a ring runs along it.
type arcUse struct {
	arc     int
	reverse bool
}

// topology is a set of rings that share arcs.
type topology struct {
	arcs  []arc
	rings [][]arcUse // in the order of the rings given
}

// edgeKey is an edge whichever way it runs.
func edgeKey(a, b orb.Point) [2]orb.Point {
	if comparePoints(a, b) > 0 {
		a, b = b, a
	}
	return [2]orb.Point{a, b}
}

func comparePoints(a, b orb.Point) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

// newTopology cuts closed rings into arcs. Rings share a boundary where they have the same points.
func newTopology(rings []orb.Ring) *topology {
	nodes := junctions(rings)
	t := &topology{}
	known := map[[3]orb.Point]int{}
	for _, ring := range rings {
		t.rings = append(t.rings, t.cut(ring, nodes, known))
	}
	return t
}

// junctions returns the points at which other than two edges meet.
func junctions(rings []orb.Ring) map[orb.Point]bool {
	seen := map[[2]orb.Point]bool{}
	degree := map[orb.Point]int{}
	for _, ring := range rings {
		for i := 1; i < len(ring); i++ {
			if k := edgeKey(ring[i-1], ring[i]); !seen[k] {
				seen[k] = true
				degree[ring[i-1]]++
				degree[ring[i]]++
			}
		}
	}
	nodes := map[orb.Point]bool{}
	for p, d := range degree {
		if d != 2 {
			nodes[p] = true
		}
	}
	return nodes
}

// cut splits one ring at its junctions, or at its least point where it has none.
func (t *topology) cut(ring orb.Ring, nodes map[orb.Point]bool, known map[[3]orb.Point]int) []arcUse {
	open := ring[:len(ring)-1]
	start := slices.IndexFunc(open, func(p orb.Point) bool { return nodes[p] })
	if start < 0 {
		start = slices.Index(open, slices.MinFunc(open, comparePoints))
	}
	turned := slices.Concat(open[start:], open[:start+1])
	var uses []arcUse
	from := 0
	for i := 1; i < len(turned); i++ {
		if nodes[turned[i]] || i == len(turned)-1 {
			uses = append(uses, t.use(turned[from:i+1], known))
			from = i
		}
	}
	return uses
}

// use finds or adds the arc with the given points. An arc is kept in the direction in which its ends,
// or where they are one its inner points, ascend; so it is simplified alike for both its sides.
func (t *topology) use(points []orb.Point, known map[[3]orb.Point]int) arcUse {
	n := len(points)
	reverse := cmp.Or(comparePoints(points[0], points[n-1]), comparePoints(points[1], points[n-2])) > 0
	if reverse {
		points = slices.Clone(points)
		slices.Reverse(points)
	}
	key := [3]orb.Point{points[0], points[1], points[n-1]}
	k, ok := known[key]
	if !ok {
		k = len(t.arcs)
		known[key] = k
		t.arcs = append(t.arcs, arc{points: points})
	}
	return arcUse{k, reverse}
}

// simplified returns the rings with every arc simplified at its tolerance.
func (t *topology) simplified() []orb.Ring {
	simple := make([][]orb.Point, len(t.arcs))
	for i, a := range t.arcs {
		simple[i] = douglasPeucker(a.points, a.tolerance)
	}
	rings := make([]orb.Ring, len(t.rings))
	for i, uses := range t.rings {
		for _, u := range uses {
			points := simple[u.arc]
			if u.reverse {
				points = slices.Clone(points)
				slices.Reverse(points)
			}
			rings[i] = append(rings[i], points[:len(points)-1]...)
		}
		rings[i] = append(rings[i], rings[i][0])
	}
	return rings
}

// metresPerDegree in London, at 51.5° north, along longitude and latitude (WGS 84).
var metresPerDegree = [2]float64{69440, 111257}

// douglasPeucker keeps the ends and every point needed for the line to stay within a tolerance in
// metres of all the points left out (Douglas and Peucker 1973).
func douglasPeucker(points []orb.Point, tolerance float64) []orb.Point {
	if len(points) < 3 {
		return points
	}
	a, b := points[0], points[len(points)-1]
	far, at := 0.0, 0
	for i := 1; i < len(points)-1; i++ {
		if d := segmentDistance(points[i], a, b); d > far {
			far, at = d, i
		}
	}
	if far <= tolerance {
		return []orb.Point{a, b}
	}
	left := douglasPeucker(points[:at+1], tolerance)
	return slices.Concat(left[:len(left)-1], douglasPeucker(points[at:], tolerance))
}

// segmentDistance returns the distance in metres from p to the segment from a to b.
func segmentDistance(p, a, b orb.Point) float64 {
	px, py := (p[0]-a[0])*metresPerDegree[0], (p[1]-a[1])*metresPerDegree[1]
	bx, by := (b[0]-a[0])*metresPerDegree[0], (b[1]-a[1])*metresPerDegree[1]
	t := 0.0
	if l := bx*bx + by*by; l > 0 {
		t = max(0, min(1, (px*bx+py*by)/l))
	}
	return math.Hypot(px-t*bx, py-t*by)
}
