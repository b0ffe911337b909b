package volume

import (
	"math"
	"slices"
)

// usualDay is the variance of a day's multiplier that is presumed until days have shown their own: that
// of Toronto's crisis calls, rounded up.
const usualDay = 0.01

// state is what the days before an origin say, all but the level.
type state struct {
	shape    [week]float64
	season   season
	holiday  [holidayKinds]float64
	seen     [holidayKinds]int // days of each kind that were known
	expected []float64         // of each day at level 1 and without season, holidays included
	hours    float64           // known
	perDay   []float64         // calls of each day, the extraordinary ones clipped
	// multiplier is the volume of each day in hindsight, holidays included.
	multiplier []float64
}

// hindsightDays is the time constant of the level known in hindsight, against which holidays and hours
// of the week are held.
const hindsightDays = 28

// learn draws the state from the first days of a history. expected goes on to the days up to ahead, as
// far as the history does, for holding forecasts against what came.
func (r *history) learn(days, ahead int, s *Settings, how smoothing) *state {
	st := &state{}
	prior := s.priorShape()
	var calls float64
	for i, hours := range r.exposure(&flat, days, nil) {
		st.hours += hours
		calls += r.perDay[i]
	}
	multiplier := make([]float64, days)
	for i := range multiplier {
		multiplier[i] = (calls + noPriorCalls) / (st.hours + noPriorCalls)
	}
	st.shape = r.count(days, multiplier).shape(how, prior)
	expected := r.exposure(&st.shape, days, nil)
	st.season = fitSeason(r.first, r.annual, r.perDay[:days], expected, usualDay)
	seasonal := make([]float64, days)
	var total float64
	for i := range seasonal {
		seasonal[i] = math.Exp(st.season.trendLog(r.first+i) + st.season.annualLog(&r.annual[i]))
		total += seasonal[i] * expected[i]
	}
	mean := (calls + noPriorCalls) / (total + noPriorCalls)
	for k := range st.holiday {
		st.holiday[k] = s.priorHoliday(uint8(k))
	}
	st.perDay = slices.Clone(r.perDay[:days])
	baseline := make([]float64, days)
	for range 2 {
		for i := range baseline {
			baseline[i] = mean * seasonal[i] * expected[i] * st.holiday[r.holiday[i]]
		}
		level := around(st.perDay, baseline, hindsightDays)
		for i := range baseline {
			multiplier[i] = mean * seasonal[i] * level[i]
			baseline[i] = multiplier[i] * expected[i]
		}
		st.learnHolidays(r, baseline, s)
		for i, b := range baseline {
			st.perDay[i] = clip(r.perDay[i], b*st.holiday[r.holiday[i]])
		}
	}
	for i := range multiplier {
		multiplier[i] *= st.holiday[r.holiday[i]]
	}
	st.shape = r.count(days, multiplier).shape(how, prior)
	st.multiplier = multiplier
	st.expected = r.exposure(&st.shape, min(ahead, r.days()), expected)
	for i := range st.expected {
		st.expected[i] *= st.holiday[r.holiday[i]]
	}
	return st
}

// extraordinary is how many standard deviations off a day is clipped to: far enough that days which vary as
// usual, and a lasting change by a third, are left alone. Days on which a system failed, or sent its calls
// twice, would else drag the level along for weeks.
const extraordinary = 4

// clip returns the calls of a day, or the bound next to them.
func clip(calls, mean float64) float64 {
	reach := extraordinary * math.Sqrt(mean+usualDay*mean*mean)
	return min(max(calls, mean-reach), mean+reach)
}

// flat is a week without a shape.
var flat = func() (w [week]float64) {
	for h := range w {
		w[h] = 1
	}
	return w
}()

// count sums calls and multipliers of the known hours of the first days by hour of week.
func (r *history) count(days int, multiplier []float64) *counts {
	var c counts
	for i := range int(r.start[days]) {
		if r.known[i] {
			c.calls[r.slot[i]] += r.calls[i]
			c.expected[r.slot[i]] += multiplier[r.day[i]]
		}
	}
	return &c
}

// Prior variances of a holiday's factor relative to its prior: published factors of other services'
// calls lie up to a quarter from 1 (demand profile); where they are given, calls of another kind may
// still differ by a tenth.
const (
	holidayVariance      = 0.02
	givenHolidayVariance = 0.01
)

// learnHolidays holds the calls of each kind of holiday against its baseline and shrinks their ratio to
// the prior, by what Poisson counts and one day's effect a day leave open.
func (st *state) learnHolidays(r *history, baseline []float64, s *Settings) {
	var calls, expected, square [holidayKinds]float64
	st.seen = [holidayKinds]int{}
	for i, b := range baseline {
		k := r.holiday[i]
		if b == 0 || k == ordinary {
			continue
		}
		b *= s.priorHoliday(k)
		calls[k], expected[k], square[k] = calls[k]+r.perDay[i], expected[k]+b, square[k]+b*b
		st.seen[k]++
	}
	for k := range st.holiday {
		if expected[k] == 0 {
			continue
		}
		prior := s.holidayVariance(uint8(k))
		open := (expected[k] + usualDay*square[k]) / (expected[k] * expected[k])
		st.holiday[k] = s.priorHoliday(uint8(k)) * (1 + prior/(prior+open)*(calls[k]/expected[k]-1))
	}
}
