package volume

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

// Model is the expected calls of all cells in each hour. It is immutable and safe to share.
type Model struct {
	zone       *time.Location
	holidays   string
	span       calls.Span // learnt from
	known      float64    // hours
	prior      float64    // calls an hour; 0: none
	calls      float64
	shape      [week]float64
	smoothing  smoothing
	season     season
	tuning     tuning
	level      level
	holiday    [holidayKinds]float64
	seen       [holidayKinds]int
	dispersion dispersion
}

// ErrNothingKnown is returned where there is neither a known hour nor a prior.
var ErrNothingKnown = errors.New("volume: the history has no known hour and there is no prior week: nothing to forecast from")

// Fit learns from a history. It looks at no cell: only at how many calls each hour had.
func Fit(city *demand.City, h *calls.History, s Settings) (*Model, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("volume: %w", err)
	}
	if h.Known() == 0 && s.PriorWeek == nil {
		return nil, ErrNothingKnown
	}
	r := read(h, city.Zone, city.Holidays)
	m := &Model{zone: city.Zone, holidays: city.Holidays, span: h.Span, calls: float64(h.Len()), prior: s.priorRate()}
	st := r.learn(r.days(), r.days(), &s, usualSmoothing)
	m.smoothing = r.chooseSmoothing(st, s.priorShape())
	w := newRoller(r, &s, m.smoothing)
	w.came = st.perDay
	m.tuning = w.tune(float64(r.days()) >= 2*daysPerYear)
	w.came = r.perDay
	m.dispersion = w.spread(m.tuning)
	st = r.learn(r.days(), r.days(), &s, m.smoothing)
	m.shape, m.holiday, m.seen, m.known = st.shape, st.holiday, st.seen, st.hours
	m.season = st.season.scaled(m.tuning.Trend, m.tuning.Annual)
	for d := range st.expected {
		st.expected[d] *= math.Exp(m.season.log(r.first + d))
	}
	m.level = levelOf(st.perDay, st.expected, m.tuning, longRunOf(st.perDay, st.expected, m.prior))
	return m, nil
}

// Rates returns the expected calls of all cells in each hour of a span, in dst if it is long enough.
func (m *Model) Rates(span calls.Span, dst []float64) []float64 {
	c := clockOf(span, m.zone)
	dst = dst[:0]
	kinds := holidays(c.first, c.days(), m.holidays)
	last, factor := int32(-1), 0.0
	for i, day := range c.day {
		if day != last {
			date := c.first + int(day)
			last, factor = day, m.level.at(float64(date-m.season.origin))*math.Exp(m.season.log(date))*m.holiday[kinds[day]]
		}
		dst = append(dst, factor*m.shape[c.slot[i]])
	}
	return dst
}

// typicalAhead is how many days ahead the typical week lies: plans are made for the weeks to come.
const typicalAhead = 28

// Week returns the calls an hour of a typical week, no day of which is a holiday, at the level expected
// four weeks ahead and at no time of the year in particular.
func (m *Model) Week() (rates [week]float64) {
	for h, x := range m.shape {
		rates[h] = m.level.at(typicalAhead) * x
	}
	return rates
}

// Dispersion returns how much totals vary beyond chance in a forecast whose days lie up to so many days
// after the end of the history.
func (m *Model) Dispersion(daysAhead int) count.Dispersion {
	return m.dispersion.at(daysAhead, &m.level)
}
