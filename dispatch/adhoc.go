package dispatch

import (
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// AdHoc searches the roads for the cars of any snapshot, with nothing prepared but the metric. It holds
// scratch space: one goroutine at a time, and it allocates nothing once that has grown to the fleet's
// size.
type AdHoc struct {
	finder *route.Finder
	slots  []int // of suitable cars
	spots  []road.Spot
}

// NewAdHoc returns the searches that a finder makes.
func NewAdHoc(f *route.Finder) *AdHoc { return &AdHoc{finder: f} }

// Nearest finds the suitable cars that reach a call first, as Searcher says.
func (a *AdHoc) Nearest(s *Snapshot, call *road.Spot, k int, suitable route.Filter, dst []route.Found) []route.Found {
	a.collect(s, suitable)
	dst = a.finder.Nearest(*call, a.spots, k, dst)
	for i := range dst {
		dst[i].Car = a.slots[dst[i].Car]
	}
	return dst
}

// collect gathers the suitable cars.
func (a *AdHoc) collect(s *Snapshot, suitable route.Filter) {
	a.slots, a.spots = a.slots[:0], a.spots[:0]
	for slot, c := range s.Cars {
		if suitable.Suitable(slot) {
			a.slots, a.spots = append(a.slots, slot), append(a.spots, c.Spot)
		}
	}
}
