package route

import (
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Trails remembers where cars are on a metric, as the hubs above each of them, and works out what has to
// change in an Index when one moves: once, however many copies of the Index there are. One goroutine at
// a time.
type Trails struct {
	climb
	m     *Metric
	trail [][]hierarchy.Entry // per slot, ascending by hub
}

// NewTrails returns the trails of no cars.
func NewTrails(m *Metric) *Trails { return &Trails{m: m, climb: newClimb(m)} }

// Moves are changes of where cars are, to be applied to an Index. The zero value is empty.
type Moves struct {
	made  []move
	steps []step
}

// move is that a car now stands at a spot, nil for nowhere. Its steps end at end, and begin where those
// of the move before end.
type move struct {
	slot, end uint32
	spot      *road.Spot
}

// step is that a car's time to a hub changes: from was, Unreachable where it had none, to is, Unreachable
// where it has none any more.
type step struct {
	hub     hierarchy.Rank
	was, is road.Millis
}

// Reset forgets the moves and keeps their memory.
func (l *Moves) Reset() { l.made, l.steps = l.made[:0], l.steps[:0] }

// Put adds to moves that the car in a slot is new or has moved. The spot belongs to the Index that the
// move is applied to, until the car moves again: it must not be written any more. Slots count from 0,
// and memory is that of the highest.
func (t *Trails) Put(slot int, spot *road.Spot, moves *Moves) {
	t.put(slot, spot, t.leave(t.m, spot), moves)
}

// Remove adds to moves that the car in a slot, if there is one, has gone.
func (t *Trails) Remove(slot int, moves *Moves) {
	t.put(slot, nil, nil, moves)
}

func (t *Trails) put(slot int, spot *road.Spot, above []hierarchy.Entry, moves *Moves) {
	if slot >= len(t.trail) {
		t.trail = append(t.trail, make([][]hierarchy.Entry, slot+1-len(t.trail))...)
	}
	moves.steps = compare(t.trail[slot], above, moves.steps)
	moves.made = append(moves.made, move{slot: uint32(slot), end: uint32(len(moves.steps)), spot: spot})
	t.trail[slot] = append(t.trail[slot][:0], above...)
}

// compare appends to dst the steps from one trail to another.
func compare(was, is []hierarchy.Entry, dst []step) []step {
	for len(was) > 0 || len(is) > 0 {
		switch {
		case len(is) == 0 || len(was) > 0 && was[0].Hub < is[0].Hub:
			dst = append(dst, step{hub: was[0].Hub, was: was[0].Time, is: road.Unreachable})
			was = was[1:]
		case len(was) == 0 || is[0].Hub < was[0].Hub:
			dst = append(dst, step{hub: is[0].Hub, was: road.Unreachable, is: is[0].Time})
			is = is[1:]
		default:
			if was[0].Time != is[0].Time {
				dst = append(dst, step{hub: is[0].Hub, was: was[0].Time, is: is[0].Time})
			}
			was, is = was[1:], is[1:]
		}
	}
	return dst
}
