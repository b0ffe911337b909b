package dispatch

import (
	"cmp"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
)

// ClearsIn returns how long after Now of a snapshot a car on a call is expected to be clear, not below
// zero; ok is false where the settings expect nothing of its status. Where it is not known since when it
// has its status, all of the expected time is still to come; where that is used up, Overdue is.
func (s *Settings) ClearsIn(c *Car, snap *Snapshot) (in time.Duration, ok bool) {
	if !c.Status.OnCall() || s.Clear[c.Status] == 0 {
		return 0, false
	}
	left := s.Clear[c.Status]
	if !c.Since.IsZero() {
		left = max(left-max(0, snap.Seen().Sub(c.Since)), min(left, s.Overdue))
	}
	return max(0, left-snap.Ahead), true
}

// Busy appends to dst the cars on a call that could take this one once they are clear, soonest first and
// ties by slot: those that would be suitable if they were available, whose shift does not end before they
// are expected to be clear. They come from where they are, or from where they take a patient where that
// tells; where their calls are is not known. They need not mobilise. It searches the network once.
func (a *AdHoc) Busy(settings *Settings, s *Snapshot, in *Incident, destination func(*Car) (road.Spot, bool), dst []Candidate) []Candidate {
	first, j := len(dst), newJudge(s, in)
	a.spots = a.spots[:0]
	for slot, c := range s.Cars {
		clears, ok := settings.ClearsIn(c, s)
		if !ok || j.rest(c) != Suitable || c.BeforeShift(j.now) || c.ShiftOver(j.now.Add(clears)) {
			continue
		}
		spot, there := destination(c)
		if !there {
			spot = c.Spot
		}
		a.spots = append(a.spots, spot)
		dst = append(dst, Candidate{Slot: slot, Car: c, Clears: road.Millis(clears.Milliseconds()), AtDestination: there})
	}
	for i, t := range a.finder.ManyToOne(a.spots, in.Spot, make([]road.Millis, len(a.spots))) {
		dst[first+i].Travel = t
	}
	found := slices.DeleteFunc(dst[first:], func(c Candidate) bool { return c.Travel == road.Unreachable })
	for i := range found {
		b := &found[i]
		b.Arrival = b.Travel.Add(b.Clears)
		b.Arrival90 = scaled(b.Travel, settings.Spread).Add(scaled(b.Clears, settings.ClearSpread))
	}
	sortByArrival(found)
	return dst[:first+len(found)]
}

// Merge returns the k candidates of two rankings that arrive first, soonest first and ties by slot. It
// overwrites the first.
func Merge(ranked, busy []Candidate, k int) []Candidate {
	ranked = append(ranked, busy...)
	sortByArrival(ranked)
	return ranked[:min(k, len(ranked))]
}

func sortByArrival(list []Candidate) {
	slices.SortFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.Arrival, b.Arrival), cmp.Compare(a.Slot, b.Slot))
	})
}
