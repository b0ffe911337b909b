package roadworks

import (
	"cmp"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
)

// Placed is a change with what it means on the network in use.
type Placed struct {
	Change
	Arcs   []road.Arc // that it touches, ascending; none where the network has no road there any more
	Metres float64    // from Place.At to its road
}

// State is the changes between two moments, oldest first. It is immutable and safe to share.
type State struct{ Changes []Placed }

// At returns the state without what has expired at a moment; it is s itself where nothing has.
func (s *State) At(now time.Time) *State {
	if !slices.ContainsFunc(s.Changes, func(c Placed) bool { return c.expired(now) }) {
		return s
	}
	left := make([]Placed, 0, len(s.Changes))
	for _, c := range s.Changes {
		if !c.expired(now) {
			left = append(left, c)
		}
	}
	return &State{left}
}

func (c *Change) expired(now time.Time) bool { return !c.Expires.IsZero() && !now.Before(c.Expires) }

// NextExpiry returns when the first change expires; ok is false where none does.
func (s *State) NextExpiry() (at time.Time, ok bool) {
	for i := range s.Changes {
		if t := s.Changes[i].Expires; !t.IsZero() && (!ok || t.Before(at)) {
			at, ok = t, true
		}
	}
	return at, ok
}

// Find returns the position of a change by its identifier.
func (s *State) Find(id string) (i int, ok bool) {
	i = slices.IndexFunc(s.Changes, func(c Placed) bool { return c.ID == id })
	return i, i >= 0
}

// Effect is what the changes make of one arc.
type Effect struct {
	Arc road.Arc
	KmH float64 // 0: closed
}

// Effects returns what becomes of each arc that is touched, ascending by arc. Where several changes
// touch one, a closure wins, then the newest speed.
func (s *State) Effects() []Effect {
	var all []Effect
	for i := range s.Changes {
		c := &s.Changes[i]
		for _, a := range c.Arcs {
			all = append(all, Effect{a, c.KmH})
		}
	}
	slices.SortStableFunc(all, func(a, b Effect) int { return cmp.Compare(a.Arc, b.Arc) })
	out := all[:0]
	for _, e := range all {
		last := len(out) - 1
		switch {
		case last < 0 || out[last].Arc != e.Arc:
			out = append(out, e)
		case out[last].KmH != 0:
			out[last] = e
		}
	}
	return out
}

// Same tells whether the same changes are in force in both.
func (s *State) Same(o *State) bool {
	return slices.EqualFunc(s.Changes, o.Changes, func(a, b Placed) bool { return a.ID == b.ID })
}
