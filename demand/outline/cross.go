package outline

import (
	"cmp"
	"errors"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// edge is a piece of a boundary, in degrees.
type edge struct{ a, b orb.Point }

func (e edge) west() float64  { return min(e.a[0], e.b[0]) }
func (e edge) east() float64  { return max(e.a[0], e.b[0]) }
func (e edge) south() float64 { return min(e.a[1], e.b[1]) }
func (e edge) north() float64 { return max(e.a[1], e.b[1]) }

// edges returns the edges of a shape that have a length.
func edges(m orb.MultiPolygon) []edge {
	out := make([]edge, 0, count(m))
	for _, polygon := range m {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				if ring[i] != ring[i-1] {
					out = append(out, edge{ring[i-1], ring[i]})
				}
			}
		}
	}
	return out
}

// touch is how far, in degrees, one edge must reach over another to cross it: a tenth of a metre. Less
// is the rounding of the coordinates.
const touch = 1e-6

// maxPairs limits the work: edges of a city are short, so that few lie beside one another.
const maxPairs = 200_000_000

// crossing finds a place where two edges of a shape cross, by sorting them from west to east and
// comparing each with those that begin before it ends.
func crossing(m orb.MultiPolygon) (at orb.Point, ok bool, err error) {
	all := edges(m)
	slices.SortFunc(all, func(a, b edge) int { return cmp.Compare(a.west(), b.west()) })
	pairs := 0
	for i, e := range all {
		for _, f := range all[i+1:] {
			if f.west() > e.east() {
				break
			}
			if pairs++; pairs > maxPairs {
				return at, false, errors.New("its boundary is too intricate to be checked; simplify it")
			}
			if f.south() <= e.north() && f.north() >= e.south() && cross(e, f) {
				return e.a, true, nil
			}
		}
	}
	return at, false, nil
}

// cross reports whether each of two edges has its ends on both sides of the other.
func cross(e, f edge) bool {
	return opposite(beside(e, f.a), beside(e, f.b)) && opposite(beside(f, e.a), beside(f, e.b))
}

func opposite(a, b float64) bool { return min(a, b) < -touch && max(a, b) > touch }

// beside returns how far to the left of an edge's line a point lies.
func beside(e edge, p orb.Point) float64 {
	dx, dy := e.b[0]-e.a[0], e.b[1]-e.a[1]
	return (dx*(p[1]-e.a[1]) - dy*(p[0]-e.a[0])) / math.Hypot(dx, dy)
}
