package fleet

import (
	"iter"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
)

// Snapshot returns a copy of the fleet as it is, seen at now: 8 bytes a car. It does not wait.
func (f *Store) Snapshot(now time.Time) dispatch.Snapshot {
	snap := f.seen(now)
	f.any.Read(func(s *side) { snap.Cars = slices.Clone(s.cars) })
	return snap
}

func (f *Store) seen(now time.Time) dispatch.Snapshot {
	return dispatch.Snapshot{Now: now, StaleAfter: f.settings.StaleAfter, RoadMetres: f.network.SnapMetres}
}

// List returns the first n cars, in the order of their names, whose names come after a name; more tells
// whether others follow. It does not wait.
func (f *Store) List(now time.Time, after string, n int) (page dispatch.Snapshot, more bool) {
	page = f.seen(now)
	f.any.Read(func(s *side) {
		first, found := s.find(after)
		if found {
			first++
		}
		last := min(first+n, len(s.byName))
		page.Cars = make([]*dispatch.Car, 0, last-first)
		for _, slot := range s.byName[first:last] {
			page.Cars = append(page.Cars, s.cars[slot])
		}
		more = last < len(s.byName)
	})
	return page, more
}

// Car returns the car of a name as it is; ok is false where there is none. It does not wait.
func (f *Store) Car(name string) (c *dispatch.Car, ok bool) {
	f.any.Read(func(s *side) {
		at, found := s.find(name)
		if ok = found; found {
			c = s.cars[s.byName[at]]
		}
	})
	return c, ok
}

// Moment returns what Snapshot does but for the cars, for who looks at some of them.
func (f *Store) Moment(now time.Time) dispatch.Snapshot { return f.seen(now) }

// Reports yields what each car that has a position last reported, as it was when the loop began: another
// store that takes them has the cars where they are here. What records say is left out.
func (f *Store) Reports() iter.Seq[Report] {
	return func(yield func(Report) bool) {
		var cars []*dispatch.Car
		f.any.Read(func(s *side) { cars = slices.Clone(s.cars) })
		for _, c := range cars {
			if c.HasPosition() && !yield(reportOf(c)) {
				return
			}
		}
	}
}

// News tells whether a report that another store took says more than is known here. To pass others over
// takes far less time than to put them on the map again.
func (f *Store) News(now time.Time, r *Report) bool {
	c, ok := f.Car(r.Car)
	return !ok || !c.HasPosition() || f.newer(now, &dispatch.Car{Fixed: r.Fixed}, c)
}

// reportOf is the report that makes a car what it is.
func reportOf(c *dispatch.Car) Report {
	r := Report{Car: c.Name, Point: c.Point, Fixed: c.Fixed, Heading: c.Heading}
	if c.Revision == 0 {
		r.Status, r.Skills, r.ShiftEnd = &c.Status, c.Skills, c.ShiftEnd
	}
	return r
}
