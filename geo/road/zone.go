package road

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/nearside-ems/nearside/geo"
)

// Central London as TfL counts it is not published as a shape. Assumption: a circle round Charing
// Cross with the area of the congestion charging zone, about 21 km²: √(21/π) = 2.6 km.
const centralMetres = 2600

var charingCross = orb.Point{-0.1276, 51.5073}

// ZoneOf returns a function that tells the zone of a point: central within 2.6 km of Charing Cross,
// else inner within the inner boroughs, else outer.
func ZoneOf(boroughs []geo.Borough) func(orb.Point) Zone {
	type area struct {
		bound orb.Bound
		land  orb.MultiPolygon
	}
	var inner []area
	for _, b := range boroughs {
		if b.Inner {
			inner = append(inner, area{b.Land.Bound(), b.Land})
		}
	}
	return func(p orb.Point) Zone {
		if Metres(p, charingCross) <= centralMetres {
			return Central
		}
		for _, a := range inner {
			if a.bound.Contains(p) && planar.MultiPolygonContains(a.land, p) {
				return Inner
			}
		}
		return Outer
	}
}
