package dispatch

import (
	"cmp"
	"slices"

	orbgeo "github.com/paulmach/orb/geo"
)

// Stranded is a car that would be suitable but has no way by road to the call, or that no road is near.
// How far away it is says nothing about how long it would take.
type Stranded struct {
	Slot   int // in the snapshot
	Car    *Car
	Metres float64 // to the call as the crow flies
}

// FindStranded appends to dst the k cars nearest to the call as the crow flies, nearest first and ties
// by slot, of those that would be suitable but are not among ranked. ranked must be all that can get
// there by road: a ranking that came out shorter than asked.
func FindStranded(s *Snapshot, in *Incident, ranked []Candidate, k int, dst []Stranded) []Stranded {
	first, j := len(dst), newJudge(s, in)
	for slot, c := range s.Cars {
		if r := j.reason(c); r != Suitable && r != NotOnRoad {
			continue
		}
		if !slices.ContainsFunc(ranked, func(r Candidate) bool { return r.Slot == slot }) {
			dst = append(dst, Stranded{Slot: slot, Car: c, Metres: orbgeo.Distance(c.Point, in.Point)})
		}
	}
	slices.SortStableFunc(dst[first:], func(a, b Stranded) int { return cmp.Compare(a.Metres, b.Metres) })
	return dst[:min(len(dst), first+k)]
}
