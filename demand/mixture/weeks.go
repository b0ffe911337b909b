package mixture

import (
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// period is the length of a week, in hours.
const period = demand.HoursPerWeek

// ledger is a history cut into weeks that end where it ends. Hours in gaps do not count: the week before
// a gap and the week after it are neighbours, so a gap makes nothing older than it is.
type ledger struct {
	first []int32             // of each week, the oldest first, its first call; one more entry ends the last
	cell  []int32             // of each call
	hour  []demand.HourOfWeek // of each call
}

// weeks returns the number of weeks; the oldest may be a part of one.
func (l *ledger) weeks() int { return len(l.first) - 1 }

// week returns the positions of a week's calls.
func (l *ledger) week(w int) (from, to int32) { return l.first[w], l.first[w+1] }

// newLedger cuts a history into weeks.
func newLedger(city *demand.City, h *calls.History) *ledger {
	n := max(1, (h.Known()+period-1)/period)
	l := &ledger{first: make([]int32, n+1), cell: h.Cell, hour: make([]demand.HourOfWeek, h.Len())}
	gap := len(h.Gaps)
	inGaps := 0 // hours of gaps that lie after the call
	w := n - 1
	l.first[n] = int32(h.Len())
	for i := h.Len() - 1; i >= 0; i-- {
		at := h.Hour[i]
		for gap > 0 && h.Gaps[gap-1].From > at {
			gap--
			inGaps += h.Gaps[gap].Hours()
		}
		age := (int(h.Span.To-1-at) - inGaps) / period
		for w > max(0, n-1-age) {
			l.first[w] = int32(i + 1)
			w--
		}
		if i+1 < h.Len() && h.Hour[i+1] == at {
			l.hour[i] = l.hour[i+1]
		} else {
			l.hour[i] = demand.HourOf(at.Time(), city.Zone)
		}
	}
	for ; w > 0; w-- {
		l.first[w] = 0
	}
	return l
}

// heldOut returns the first week that is held out.
func (l *ledger) heldOut(s Settings) int {
	const least = 8 // a quieter year's fortnight must not decide
	w := l.weeks()
	for w > 1 && l.weeks()-w < s.HeldOut {
		enough := int(l.first[l.weeks()]-l.first[w]) >= s.HeldOutCalls
		if enough && l.weeks()-w >= least {
			break
		}
		w--
	}
	// At least half of the weeks are learnt from before the first is predicted.
	return max(w, min(l.weeks(), (l.weeks()+1)/2))
}
