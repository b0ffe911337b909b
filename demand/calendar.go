package demand

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Calendar turns hours of the week into real time in London: days of 23 and 25 hours where the
// clocks change, and holidays.
type Calendar struct {
	Zone     *time.Location
	ordinary float64            // factor of a day that is no holiday
	holiday  map[[2]int]float64 // by month and day
}

// NewCalendar returns the calendar of a profile. Factors are scaled so that a mean year still has the
// profile's yearly volume: holidays above 1 take from ordinary days.
func NewCalendar(p *Profile) (*Calendar, error) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return nil, err
	}
	const daysPerYear = WeeksPerYear * 7
	extra := 0.0
	c := &Calendar{Zone: zone, holiday: make(map[[2]int]float64)}
	for _, h := range p.Holidays.Days {
		yearly := 1.0
		if h.Month == 2 && h.Day == 29 {
			yearly = 97.0 / 400 // leap years in the Gregorian cycle
		}
		extra += yearly * (h.Factor - 1)
		c.holiday[[2]int{h.Month, h.Day}] = h.Factor
	}
	c.ordinary = 1 / (1 + extra/daysPerYear)
	return c, nil
}

// Factor returns what the average week's rate is multiplied by at time t.
func (c *Calendar) Factor(t time.Time) float64 {
	_, month, day := t.In(c.Zone).Date()
	if f, ok := c.holiday[[2]int{int(month), day}]; ok {
		return f * c.ordinary
	}
	return c.ordinary
}

// HourOf returns the hour of week of t in London.
func (c *Calendar) HourOf(t time.Time) HourOfWeek { return HourOf(t, c.Zone) }

// Holidays returns the holidays with their factors relative to an ordinary day, by date.
func (c *Calendar) Holidays() []Holiday {
	var list []Holiday
	for date, f := range c.holiday {
		list = append(list, Holiday{Month: date[0], Day: date[1], Factor: f})
	}
	slices.SortFunc(list, func(a, b Holiday) int { return cmp.Or(a.Month-b.Month, a.Day-b.Day) })
	return list
}

// Exposure is real time spent in each hour of week, in hours, each weighted by its day's factor.
type Exposure [HoursPerWeek]float64

// Exposure returns the time between from and to by hour of week. An hour that the clocks skip has
// none, one that they repeat counts twice, so days of 23 and 25 hours come out right.
func (c *Calendar) Exposure(from, to time.Time) (*Exposure, error) {
	if to.Before(from) {
		return nil, fmt.Errorf("time ends at %s, before it starts at %s", to.Format(time.RFC3339), from.Format(time.RFC3339))
	}
	var e Exposure
	for t := from; t.Before(to); {
		// London's offset from UTC is whole hours (since 1847), so UTC's hours are London's.
		next := t.Truncate(time.Hour).Add(time.Hour)
		if next.After(to) {
			next = to
		}
		e[c.HourOf(t)] += next.Sub(t).Hours() * c.Factor(t)
		t = next
	}
	return &e, nil
}

// Total returns the expected calls of all cells over the exposure.
func (v *Intensity) Total(e *Exposure) float64 {
	var calls float64
	for h, hours := range e {
		if hours > 0 {
			calls += hours * v.InHour(HourOfWeek(h))
		}
	}
	return calls
}

// PerCell returns the expected calls of each cell over the exposure.
func (v *Intensity) PerCell(e *Exposure) []float64 {
	calls := make([]float64, v.Cells)
	for h, hours := range e {
		if hours > 0 {
			for i, r := range v.At(HourOfWeek(h)) {
				calls[i] += hours * float64(r)
			}
		}
	}
	return calls
}

// InHour returns the expected calls of all cells in one hour of week, summed in float64.
func (v *Intensity) InHour(h HourOfWeek) float64 {
	var calls float64
	for _, r := range v.At(h) {
		calls += float64(r)
	}
	return calls
}
