package fleet

import (
	"slices"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
)

// Drop forgets the cars without a record that have been silent for Settings.DropAfter at now, and
// returns how many. Another car may take the slot of one that is dropped.
func (f *Store) Drop(now time.Time) int {
	f.show.Lock()
	defer f.show.Unlock()
	f.write.Lock()
	defer f.write.Unlock()
	slots := f.silent(now)
	if len(slots) == 0 {
		return 0
	}
	f.takeChanges()
	f.showTaken()
	var gone []gap
	for _, slot := range slots {
		gone = append(gone, f.fillGap(slot))
	}
	f.sides.Write(func(s *side) {
		for _, g := range gone {
			s.fillGap(g)
		}
		f.move(s)
	})
	f.moved()
	f.counts.drop(len(gone))
	return len(gone)
}

// makeRoom drops silent cars where the new ones of a batch would not fit.
func (f *Store) makeRoom(p *placer) {
	if f.tooMany(p) {
		f.Drop(p.now)
	}
}

// tooMany tells whether the new cars of a batch would not fit.
func (f *Store) tooMany(p *placer) bool {
	f.write.Lock()
	defer f.write.Unlock()
	if len(f.cars)+len(p.newest) <= f.settings.MaxCars {
		return false
	}
	fresh := 0
	for name := range p.newest {
		if _, known := f.slot[name]; !known {
			fresh++
		}
	}
	return fresh > 0 && len(f.cars)+fresh > f.settings.MaxCars
}

// silent returns the slots of the cars to be dropped, the last first. The caller holds write.
func (f *Store) silent(now time.Time) (slots []int) {
	for slot := len(f.cars) - 1; slot >= 0; slot-- {
		if f.heard[slot].After(now) {
			f.heard[slot] = now // the clock was set back
		}
		if f.cars[slot].Revision == 0 && now.Sub(f.heard[slot]) > f.settings.DropAfter {
			slots = append(slots, slot)
		}
	}
	return slots
}

// gap is a slot whose car is gone; the car of the last slot has moved there.
type gap struct {
	slot, last int
	name       string // of the car that is gone
}

// fillGap takes the car of a slot out of the fleet. The caller holds show and write, and readers see all
// changes.
func (f *Store) fillGap(slot int) gap {
	last := len(f.cars) - 1
	g, moved := gap{slot, last, f.cars[slot].Name}, f.cars[last]
	f.slot[moved.Name] = slot
	delete(f.slot, g.name)
	f.cars[slot], f.shown[slot], f.heard[slot] = moved, moved, f.heard[last]
	f.cars[last], f.shown[last] = nil, nil
	f.cars, f.shown, f.heard, f.pending = f.cars[:last], f.shown[:last], f.heard[:last], f.pending[:last]
	for _, l := range f.lanes {
		l.fillGap(g, moved, len(f.cars)+1)
	}
	for _, l := range f.filling {
		l.fillGap(g, moved, l.filled)
	}
	return g
}

// fillGap notes the same of a lane in which the slots below filled are.
func (l *lane) fillGap(g gap, moved *dispatch.Car, filled int) {
	if g.last < filled {
		l.trails.Remove(g.last, &l.moves)
	}
	if g.slot < filled && g.slot != g.last {
		l.put(g.slot, moved, &l.moves)
	}
}

// fillGap makes the same change to a side.
func (s *side) fillGap(g gap) {
	at, _ := s.find(g.name)
	s.byName = slices.Delete(s.byName, at, at+1)
	if g.slot != g.last {
		at, _ = s.find(s.cars[g.last].Name)
		s.byName[at], s.cars[g.slot] = uint32(g.slot), s.cars[g.last]
	}
	s.cars[g.last] = nil
	s.cars = s.cars[:g.last]
}
