package forecast

import (
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
)

// FreshDays is how long after its cut-off a fit is fresh, while calls go on arriving. The forecast is
// proved for fits that are made once a week.
const FreshDays = 7

// LearnableHours is how many known hours of calls are worth learning from, where only a prior is in use:
// four weeks.
const LearnableHours = 28 * 24

// Standing is how a fit stands to the calls that are stored now.
type Standing struct {
	Newer   int        // calls after the fit's cut-off, which it does not know
	Until   calls.Hour // the end of what is stored
	CutOff  calls.Hour
	Changed bool // calls before the cut-off are no longer those that were learnt from
	Days    int  // from the cut-off to now
	zone    *time.Location
}

// Against compares a fit with the calls that are stored at an hour, now. Calls that a retention has since let go of,
// at the start of the span, change nothing.
func (f *Fit) Against(h *calls.History, now calls.Hour) Standing {
	s := Standing{CutOff: f.about.Span.To, Until: h.Span.To, zone: f.city.Zone}
	s.Days = int(now-s.CutOff) / hoursPerDay
	if h.Hash() == f.calls {
		return s
	}
	s.Newer = h.Between(calls.Span{From: s.CutOff, To: max(s.CutOff, s.Until)}).Len()
	kept := daily(h, f.about.Span)
	first := 0 // whole days that are still stored
	for ; first < len(kept) && f.about.Span.From+calls.Hour(24*first) < h.Span.From; first++ {
	}
	for d := first; d < len(kept); d++ {
		s.Changed = s.Changed || kept[d] != f.daily[d]
	}
	s.Changed = s.Changed || h.Cells != f.city.Len() || s.Until < s.CutOff
	return s
}

// Stale reports whether the fit should be made again before it is relied on.
func (s Standing) Stale() bool {
	return s.Changed || s.Until > s.CutOff+FreshDays*24 || s.Days >= MaxDaysAhead
}

// String says in words how the fit stands; empty where it knows all that is stored.
func (s Standing) String() string {
	day := s.CutOff.Time().In(s.zone).Format("2006-01-02 15:04")
	switch {
	case s.Changed:
		return fmt.Sprintf("the calls until %s are no longer those that the forecast was learnt from; run nearside forecast fit", day)
	case s.Until > s.CutOff+FreshDays*24:
		return fmt.Sprintf("the calls since %s are not learnt from, more than %d days of them; run nearside forecast fit", day, FreshDays)
	case s.Days >= MaxDaysAhead:
		return fmt.Sprintf("calls are known until %s, %d days ago, and the forecast is of a typical week as it was then; run nearside import calls with later ones, then nearside forecast fit", day, s.Days)
	case s.Newer > 0:
		return fmt.Sprintf("the calls since %s are not learnt from yet", day)
	}
	return ""
}

// daily counts the calls of each 24 hours of a span; the last may be a part.
func daily(h *calls.History, span calls.Span) []uint32 {
	n := make([]uint32, (span.Hours()+23)/24)
	for _, t := range h.Between(span).Hour {
		n[int(t-span.From)/24]++
	}
	return n
}
