package outline

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// crescent is an area whose centroid lies outside of it. Where a service publishes its calls at the
// centroids of areas, a call there is the crescent's and not that of the area around.
type crescent struct {
	centroid orb.Point
	area     int32
}

// same is how far, in degrees, two centroids of an area can be apart that were computed in two ways and
// written with five decimals: 2 m.
const same = 2e-5

// crescents returns those of the shapes, from west to east.
func crescents(shapes []orb.MultiPolygon) []crescent {
	var out []crescent
	for i, m := range shapes {
		if p, _ := planar.CentroidArea(m); !planar.MultiPolygonContains(m, p) {
			out = append(out, crescent{p, int32(i)})
		}
	}
	slices.SortStableFunc(out, func(a, b crescent) int { return cmp.Compare(a.centroid[0], b.centroid[0]) })
	return out
}

// crescentAt returns the crescent that has its centroid at a point.
func crescentAt(all []crescent, p orb.Point) (int32, bool) {
	first, _ := slices.BinarySearchFunc(all, p[0]-same, func(c crescent, x float64) int { return cmp.Compare(c.centroid[0], x) })
	for _, c := range all[first:] {
		if c.centroid[0] > p[0]+same {
			break
		}
		if math.Abs(c.centroid[0]-p[0]) <= same && math.Abs(c.centroid[1]-p[1]) <= same { // not so for NaN
			return c.area, true
		}
	}
	return 0, false
}
