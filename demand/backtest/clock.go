package backtest

import (
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// clock knows the local hour of the week and the local day of every hour of a span.
type clock struct {
	from calls.Hour
	week []demand.HourOfWeek
	day  []int32 // days since 1970-01-01 by the local calendar
}

func newClock(zone *time.Location, span calls.Span) *clock {
	n := span.Hours()
	c := &clock{from: span.From, week: make([]demand.HourOfWeek, n), day: make([]int32, n)}
	for i := range n {
		t := (span.From + calls.Hour(i)).Time().In(zone)
		y, m, d := t.Date()
		c.week[i] = demand.HourOf(t, zone)
		c.day[i] = int32(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	}
	return c
}

// hourOfWeek returns the local hour of the week.
func (c *clock) hourOfWeek(h calls.Hour) demand.HourOfWeek { return c.week[h-c.from] }

// dayOf returns the local day.
func (c *clock) dayOf(h calls.Hour) int32 { return c.day[h-c.from] }

// known calls do for every hour of a history that lies in no gap.
func known(h *calls.History, do func(calls.Hour)) {
	gaps := h.Gaps
	for t := h.Span.From; t < h.Span.To; t++ {
		for len(gaps) > 0 && gaps[0].To <= t {
			gaps = gaps[1:]
		}
		if len(gaps) == 0 || t < gaps[0].From {
			do(t)
		}
	}
}

// week is 168 hours.
const week = demand.HoursPerWeek
