package dispatch

import (
	"cmp"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// PlaceTime is a place that a patient can be taken to, and how long that takes.
type PlaceTime struct {
	Place  int // position in the list asked about
	Travel road.Millis
}

// NearestPlaces appends to dst the k places soonest reached by road from a spot, soonest first, ties
// in the order given; places that cannot be reached are left out.
func NearestPlaces(f *route.Finder, from road.Spot, places []road.Spot, k int, dst []PlaceTime) []PlaceTime {
	first := len(dst)
	for i, t := range f.OneToMany(from, places, make([]road.Millis, len(places))) {
		if t != road.Unreachable {
			dst = append(dst, PlaceTime{Place: i, Travel: t})
		}
	}
	slices.SortStableFunc(dst[first:], func(a, b PlaceTime) int { return cmp.Compare(a.Travel, b.Travel) })
	return dst[:min(len(dst), first+k)]
}
