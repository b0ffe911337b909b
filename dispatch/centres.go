package dispatch

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// Week is the hours of the week in which a place is open.
type Week [demand.HoursPerWeek]bool

// CentreState is what the staff of a place that receives patients have said of it.
type CentreState struct {
	Opening            *Week // nil: not known, counted as open
	Capacity, Occupied *int  // patients at once, and now; nil: not known
	Diverted           bool  // takes nobody for now
	Reason             string
	Until              time.Time // that it is diverted; zero: until it is taken back
	Said               time.Time // when its staff last said so; zero: never
}

// Centre is a place that receives patients.
type Centre struct {
	Name  string
	Spot  road.Spot
	State CentreState
}

// DivertedAt tells whether it takes nobody at a moment.
func (s *CentreState) DivertedAt(at time.Time) bool {
	return s.Diverted && (s.Until.IsZero() || at.Before(s.Until))
}

// OpenAt tells whether a moment is in its opening hours; true where they are not known.
func (s *CentreState) OpenAt(at time.Time, zone *time.Location) bool {
	return s.Opening == nil || s.Opening[demand.HourOf(at, zone)]
}

// Full tells whether no room is left, as far as that is known.
func (s *CentreState) Full() bool {
	return s.Capacity != nil && s.Occupied != nil && *s.Occupied >= *s.Capacity
}

// change returns when a place next opens, or closes where it is open at a moment; ok is false where it
// never does. Opening hours are whole hours of London's clocks, which are whole hours from UTC.
func (w *Week) change(at time.Time, zone *time.Location) (next time.Time, ok bool) {
	open := w[demand.HourOf(at, zone)]
	next = at.Truncate(time.Hour)
	for range demand.HoursPerWeek + 1 {
		next = next.Add(time.Hour)
		if w[demand.HourOf(next, zone)] != open {
			return next, true
		}
	}
	return at, false
}

// CentreTime is a place that can take a patient, and when the patient is there.
type CentreTime struct {
	Centre  int // position in the list asked about
	Travel  road.Millis
	Arrive  time.Time
	Reasons []string
}

// CentreExclusion is a place that cannot, or to which enough are nearer, with the reason in words.
type CentreExclusion struct {
	Centre int
	Reason string
}

// CentreQuestion asks where a patient can be taken.
type CentreQuestion struct {
	From road.Spot
	Now  time.Time      // when the patient sets out
	Zone *time.Location // of opening hours
	K    int
}

// FindCentres returns the k places soonest reached by road that are open on arrival, not diverted then,
// and have room as far as is known, soonest first and ties in the order given; and all others, in that
// order, with why they are not among them.
func FindCentres(f *route.Finder, q CentreQuestion, centres []Centre) (found []CentreTime, out []CentreExclusion) {
	spots := make([]road.Spot, len(centres))
	for i := range centres {
		spots[i] = centres[i].Spot
	}
	for i, t := range f.OneToMany(q.From, spots, make([]road.Millis, len(spots))) {
		arrive := q.Now.Add(time.Duration(t) * time.Millisecond)
		if why := centres[i].State.whyNot(&q, t, arrive); why != "" {
			out = append(out, CentreExclusion{i, why})
			continue
		}
		found = append(found, CentreTime{Centre: i, Travel: t, Arrive: arrive})
	}
	slices.SortStableFunc(found, func(a, b CentreTime) int { return cmp.Compare(a.Travel, b.Travel) })
	for _, c := range found[min(q.K, len(found)):] {
		out = append(out, CentreExclusion{c.Centre, fmt.Sprintf("suitable, %s by road, but enough are sooner", words(time.Duration(c.Travel)*time.Millisecond))})
	}
	slices.SortStableFunc(out, func(a, b CentreExclusion) int { return a.Centre - b.Centre })
	found = found[:min(q.K, len(found))]
	for i := range found {
		found[i].Reasons = centres[found[i].Centre].State.explain(&q, found[i].Arrive)
	}
	return found, out
}

// whyNot says why a place cannot take a patient who arrives at a moment; "" where it can.
func (s *CentreState) whyNot(q *CentreQuestion, t road.Millis, arrive time.Time) string {
	switch {
	case t == road.Unreachable:
		return "no way by road"
	case s.DivertedAt(arrive):
		if s.Until.IsZero() {
			return "diverted: " + s.Reason
		}
		return fmt.Sprintf("diverted until %s: %s", clock(s.Until, q.Zone), s.Reason)
	case !s.OpenAt(arrive, q.Zone):
		return s.whyClosed(q, arrive)
	case s.Full():
		return fmt.Sprintf("full: %d of %d, as its staff said %s ago", *s.Occupied, *s.Capacity, words(max(0, q.Now.Sub(s.Said))))
	default:
		return ""
	}
}

func (s *CentreState) whyClosed(q *CentreQuestion, arrive time.Time) string {
	opens, ok := s.Opening.change(arrive, q.Zone)
	switch {
	case !ok:
		return "closed: it has no opening hours"
	case s.OpenAt(q.Now, q.Zone):
		return fmt.Sprintf("closed by the time of arrival, %s; opens %s", clock(arrive, q.Zone), clock(opens, q.Zone))
	default:
		return "closed until " + clock(opens, q.Zone)
	}
}

// explain says what is known of a place that takes a patient who arrives at a moment.
func (s *CentreState) explain(q *CentreQuestion, arrive time.Time) []string {
	why := []string{"opening hours not known: counted as open (assumption)"}
	if s.Opening != nil {
		why[0] = "open at all hours"
		if closes, ok := s.Opening.change(arrive, q.Zone); ok {
			why[0] = "open on arrival, until " + clock(closes, q.Zone)
		}
	}
	said := ""
	if !s.Said.IsZero() {
		said = ", as its staff said " + words(max(0, q.Now.Sub(s.Said))) + " ago"
	}
	switch {
	case s.Capacity != nil && s.Occupied != nil:
		why = append(why, fmt.Sprintf("room for %d of %d%s", *s.Capacity-*s.Occupied, *s.Capacity, said))
	case s.Capacity != nil:
		why = append(why, fmt.Sprintf("takes %d%s; how many are there is not known", *s.Capacity, said))
	default:
		why = append(why, "how much room it has is not known")
	}
	if s.DivertedAt(q.Now) {
		why = append(why, fmt.Sprintf("diverted until %s, before arrival", clock(s.Until, q.Zone)))
	}
	return why
}

// clock returns a moment as staff in a zone say it, such as "Mon 08:00".
func clock(t time.Time, zone *time.Location) string { return t.In(zone).Format("Mon 15:04") }
