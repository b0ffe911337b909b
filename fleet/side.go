package fleet

import (
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/route"
)

// side is one of the two copies of the fleet. Slots are given in the order of first reports and kept.
type side struct {
	number int             // 0 or 1
	cars   []*dispatch.Car // per slot
	byName []uint32        // slots
	index  []*route.Index  // in the order of Store.lanes
}

// change is that the car of a slot is new or has reported.
type change struct {
	slot int
	car  *dispatch.Car
}

func (s *side) apply(changes []change) {
	for _, c := range changes {
		if c.slot < len(s.cars) {
			s.cars[c.slot] = c.car
			continue
		}
		s.cars = append(s.cars, c.car)
		at, _ := s.find(c.car.Name)
		s.byName = slices.Insert(s.byName, at, uint32(c.slot))
	}
}

// find returns the place of a name in byName.
func (s *side) find(name string) (at int, ok bool) {
	return slices.BinarySearchFunc(s.byName, name, func(slot uint32, name string) int {
		return strings.Compare(s.cars[slot].Name, name)
	})
}

// indexOf returns the index on a metric, nil where it is not in use.
func (s *side) indexOf(m *route.Metric) *route.Index {
	for _, x := range s.index {
		if x.Metric() == m {
			return x
		}
	}
	return nil
}
