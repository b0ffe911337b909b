package fleet

import (
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo"
)

// Kept is what the record of a car says. It stands over what the car reports of itself, apart from
// where it is.
type Kept struct {
	Car         string // "cars/JRC-1"
	Revision    uint64 // of the record, from 1
	Status      dispatch.Status
	Skills      dispatch.Skills
	Base        string
	Home        geo.Sector // that it belongs to; geo.Sectors where none
	Incident    string     // that it was given
	Destination string     // that it conveys a patient to
	Since       time.Time  // when Status began
	// ShiftStart and ShiftEnd are those of the shift that counts now; zero where none is kept.
	ShiftStart, ShiftEnd time.Time
}

// Keep applies what records say; readers see none of it before and all of it after it returns. Of each car the highest revision
// stands, whatever the order in which they come; the same one again says what time alone changed, as
// when a shift begins. A car that has not reported is listed from now on, and
// not offered until it does; unlike one that reports only, it is taken even where the fleet is full, and
// never dropped.
func (f *Store) Keep(_ time.Time, records []Kept) {
	f.write.Lock()
	for i := range records {
		f.keepOne(&records[i])
	}
	f.write.Unlock()
	f.Settle()
}

func (f *Store) keepOne(k *Kept) {
	c := &dispatch.Car{Name: k.Car, Sector: geo.Sectors, Home: geo.Sectors}
	slot, known := f.slot[k.Car]
	if known {
		if k.Revision < f.cars[slot].Revision {
			return
		}
		*c = *f.cars[slot]
	}
	k.over(c)
	f.put(slot, known, c)
}

// over writes what a record says over a car.
func (k *Kept) over(c *dispatch.Car) {
	c.Revision, c.Status, c.Skills = k.Revision, k.Status, k.Skills
	c.Base, c.Home, c.Incident, c.Destination = k.Base, k.Home, k.Incident, k.Destination
	c.Since, c.ShiftStart, c.ShiftEnd = k.Since, k.ShiftStart, k.ShiftEnd
}

// inherit gives a car that has just reported what was known of it before: all that its record says, or,
// where it has none, what the report left out. It tells whether the report said what only the record may.
func inherit(c, was *dispatch.Car, r *Report) (overruled bool) {
	if was.Revision == 0 {
		inheritReported(c, was, r)
		return false
	}
	at := *c
	*c = *was
	c.Fixed, c.Point, c.Heading, c.Spot, c.OnRoad = at.Fixed, at.Point, at.Heading, at.Spot, at.OnRoad
	c.Cell, c.InGrid, c.Sector = at.Cell, at.InGrid, at.Sector
	return r.Status != nil && *r.Status != was.Status || r.Skills != 0 && r.Skills != was.Skills ||
		!r.ShiftEnd.IsZero() && !r.ShiftEnd.Equal(was.ShiftEnd)
}

func inheritReported(c, was *dispatch.Car, r *Report) {
	if r.Status == nil {
		c.Status = was.Status
	}
	if r.Skills == 0 {
		c.Skills = was.Skills
	}
	if r.ShiftEnd.IsZero() {
		c.ShiftEnd = was.ShiftEnd
	}
}
