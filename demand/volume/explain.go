package volume

import (
	"math"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
)

// Explanation is what a model has learnt, in figures that a planner can check.
type Explanation struct {
	Span       calls.Span
	KnownHours float64
	Calls      int

	PerDay        float64     // calls of a mean day at the end of the span
	LongRunPerDay float64     // to which that comes back
	HalfLifeDays  float64     // a day's weight in PerDay halves with as many days
	BackDays      float64     // half the way back to the long run is gone after as many days
	PriorPart     float64     // of LongRunPerDay, 0 to 1: how much of it is the prior's and not learnt
	TrendPerYear  float64     // growth over the next year were it not damped, 0.05 for 5 %
	Months        [12]float64 // factor of the middle of each month; all 1 where none was found
	Weekdays      [7]float64  // factor of each weekday, Monday first
	SigmaHours    float64     // of the smoothing of the typical week
	Holidays      []Holiday

	Day        float64 // variance of a day's multiplier
	Level      float64 // variance of the level's for a week ahead
	LevelDrift float64 // what each further day ahead adds
}

// Holiday is a kind of day and its calls relative to what its weekday gives.
type Holiday struct {
	Name   string
	Factor float64
	Days   int // of this kind in the known part of the history; 0: the factor is presumed
}

// Explain returns what the model has learnt.
func (m *Model) Explain() *Explanation {
	e := &Explanation{
		Span: m.span, KnownHours: m.known, Calls: int(m.calls),
		PerDay: 24 * m.level.now.Rate, LongRunPerDay: 24 * m.level.longRun.Rate,
		HalfLifeDays: m.tuning.HalfLife, BackDays: m.tuning.Back,
		TrendPerYear: math.Expm1(m.season.trend), SigmaHours: m.smoothing.Sigma,
		Day: m.dispersion.day, Level: m.Dispersion(7).Level, LevelDrift: m.dispersion.drift,
	}
	if m.prior > 0 {
		e.PriorPart = priorLevelCalls / m.level.longRun.Calls
	}
	for i := range e.Months {
		date := int(time.Date(2001, time.Month(i+1), 15, 0, 0, 0, 0, time.UTC).Unix() / 86400)
		at := annualAt(date)
		e.Months[i] = math.Exp(m.season.annualLog(&at))
	}
	for h, x := range m.shape {
		e.Weekdays[h/24] += x / 24
	}
	for k, n := range m.seen {
		if k != ordinary && (k != bankHoliday || m.holidays != "") {
			e.Holidays = append(e.Holidays, Holiday{holidayNames[k], m.holiday[k], n})
		}
	}
	return e
}
