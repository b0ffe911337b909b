package fleet

import (
	"slices"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
)

// Drop forgets the cars without a record that have been silent for Settings.DropAfter at now, and
// returns how many. Another car may take the slot of one that is dropped.
func (f *Store) Drop(now time.Time) int {
	f.write.Lock()
	defer f.write.Unlock()
	return f.drop(now)
}

// makeRoom drops silent cars where the new ones of a batch would not fit. The caller holds write.
func (f *Store) makeRoom(p *placer) {
	if len(f.cars)+len(p.newest) <= f.settings.MaxCars {
		return
	}
	fresh := 0
	for name := range p.newest {
		if _, known := f.slot[name]; !known {
			fresh++
		}
	}
	if fresh > 0 && len(f.cars)+fresh > f.settings.MaxCars {
		f.drop(p.now)
	}
}

// drop is Drop. The caller holds write, and has nothing to publish.
func (f *Store) drop(now time.Time) (dropped int) {
	var gone []gap
	for slot := len(f.cars) - 1; slot >= 0; slot-- {
		if f.heard[slot].After(now) {
			f.heard[slot] = now // the clock was set back
		}
		if f.cars[slot].Revision == 0 && now.Sub(f.heard[slot]) > f.settings.DropAfter {
			gone = append(gone, f.fillGap(slot))
		}
	}
	if len(gone) == 0 {
		return 0
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

// gap is a slot whose car is gone; the car of the last slot has moved there.
type gap struct {
	slot, last int
	name       string // of the car that is gone
}

// fillGap takes the car of a slot out of the fleet.
func (f *Store) fillGap(slot int) gap {
	last := len(f.cars) - 1
	g, moved := gap{slot, last, f.cars[slot].Name}, f.cars[last]
	f.slot[moved.Name] = slot
	delete(f.slot, g.name)
	f.cars[slot], f.heard[slot] = moved, f.heard[last]
	f.cars[last] = nil
	f.cars, f.heard, f.pending = f.cars[:last], f.heard[:last], f.pending[:last]
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
