package volume

import (
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// TestRecovery: three years with a leap day, a holiday season, growth and a time of year; what is known
// is found again.
func TestRecovery(t *testing.T) {
	c := london(t)
	w := newWorld(c, 6)
	w.swing, w.growth = 0.2, 0.05
	w.holiday[christmasDay], w.holiday[newYearsDay], w.holiday[bankHoliday] = 0.7, 1.5, 0.85
	end := midnight(c, 2026, 3, 2)
	w.origin = int(end.Time().Unix() / 86400)
	m := fit(t, c, simulate(calls.Span{From: midnight(c, 2023, 1, 1), To: end}, 3, w.rate), Settings{})
	e := m.Explain()
	t.Logf("%+v", *e)
	if off := apart(m, calls.Span{From: end, To: end + 28*24}, w.rate); off > 0.06 {
		t.Errorf("the next four weeks are off by %.3f of their calls", off)
	}
	for i, f := range e.Months {
		date := time.Date(2001, time.Month(i+1), 15, 0, 0, 0, 0, time.UTC).Unix() / 86400
		want := math.Exp(w.swing * math.Cos(2*math.Pi*(float64(date)/daysPerYear-0.04)))
		if math.Abs(f-want) > 0.08 {
			t.Errorf("%v has the factor %.3f, want %.3f", time.Month(i+1), f, want)
		}
	}
	for h := range week {
		if got, want := m.shape[h], w.hour(h); math.Abs(got-want) > 0.12 {
			t.Errorf("%v: %.3f, want %.3f", demand.HourOfWeek(h), got, want)
		}
	}
	for _, f := range e.Holidays {
		k := uint8(slices.Index(holidayNames[:], f.Name))
		if want := w.holiday[k]; math.Abs(f.Factor-want) > 0.1 {
			t.Errorf("%s: %.3f from %d days, want %.2f", f.Name, f.Factor, f.Days, want)
		}
	}
	if e.Day > 0.003 || e.Level > 0.004 {
		t.Errorf("day effect %.4f and level %.4f where there are none", e.Day, e.Level)
	}
	if math.Abs(e.PerDay/(24*6)-1) > 0.25 { // January's swing and February's lie in it
		t.Errorf("%.1f calls a day, want about %d", e.PerDay, 24*6)
	}
}

// TestDispersionRecovered: days and weeks that vary by known variances, of which forecasts cannot know.
func TestDispersionRecovered(t *testing.T) {
	c := london(t)
	w := newWorld(c, 10)
	rng := rand.New(rand.NewPCG(5, 5))
	var byDay [800]float64
	for d := range byDay {
		byDay[d] = math.Exp(math.Sqrt(0.02)*rng.NormFloat64() - 0.01)
	}
	span := calls.Span{From: midnight(c, 2024, 1, 1), To: midnight(c, 2025, 6, 2)}
	h := simulate(span, 5, func(at calls.Hour) float64 { return w.rate(at) * byDay[(at-span.From)/24] })
	e := fit(t, c, h, Settings{}).Explain()
	if e.Day < 0.014 || e.Day > 0.028 || e.Level > 0.004 {
		t.Errorf("day effect %.4f, want 0.02; level %.4f, want nearly none", e.Day, e.Level)
	}
}

// TestAnnualSwingNeedsTwoYears.
func TestAnnualSwingNeedsTwoYears(t *testing.T) {
	c := london(t)
	w := newWorld(c, 6)
	w.swing = 0.2
	m := fit(t, c, simulate(calls.Span{From: midnight(c, 2024, 1, 1), To: midnight(c, 2025, 12, 1)}, 1, w.rate), Settings{})
	if m.season.annual != [annualTerms]float64{} {
		t.Errorf("a time of year %v from 23 months", m.season.annual)
	}
}

// TestMissingMonth: a month of which nothing is known is not a month without calls.
func TestMissingMonth(t *testing.T) {
	c := london(t)
	w := newWorld(c, 6)
	w.swing = 0.2
	span := calls.Span{From: midnight(c, 2023, 1, 1), To: midnight(c, 2025, 3, 1)}
	whole := simulate(span, 2, w.rate)
	for _, gap := range []calls.Span{
		{From: midnight(c, 2024, 7, 1), To: midnight(c, 2024, 8, 1)},
		{From: midnight(c, 2025, 2, 1), To: midnight(c, 2025, 3, 1)},
	} {
		holed := *whole
		holed.Gaps = []calls.Span{gap}
		holed.Hour, holed.Cell, holed.Kind = nil, nil, nil
		for i, at := range whole.Hour {
			if !gap.Holds(at) {
				holed.Hour, holed.Cell, holed.Kind = append(holed.Hour, at), append(holed.Cell, whole.Cell[i]), append(holed.Kind, 0)
			}
		}
		m := fit(t, c, &holed, Settings{})
		if got, want := m.Explain().KnownHours, float64(span.Hours()-gap.Hours()); got != want {
			t.Errorf("%v hours known, want %v", got, want)
		}
		if off := apart(m, calls.Span{From: span.To, To: span.To + 14*24}, w.rate); off > 0.08 {
			t.Errorf("without %v the next fortnight is off by %.3f of its calls", gap.From.Time(), off)
		}
	}
}

// TestPartialDays: a history that starts and ends in mid-day is not short of calls on those days.
func TestPartialDays(t *testing.T) {
	c := london(t)
	w := newWorld(c, 20)
	span := calls.Span{From: midnight(c, 2026, 5, 4) + 17, To: midnight(c, 2026, 6, 1) + 9}
	m := fit(t, c, simulate(span, 1, w.rate), Settings{})
	if off := apart(m, calls.Span{From: span.To, To: span.To + 7*24}, w.rate); off > 0.08 {
		t.Errorf("the next week is off by %.3f of its calls", off)
	}
}

// TestLeapDay: 29 February is a day like its neighbours, in what is learnt and in what is forecast.
func TestLeapDay(t *testing.T) {
	c := london(t)
	w := newWorld(c, 10)
	m := fit(t, c, simulate(calls.Span{From: midnight(c, 2024, 2, 5), To: midnight(c, 2024, 3, 4)}, 1, w.rate), Settings{})
	span := calls.Span{From: midnight(c, 2028, 2, 28), To: midnight(c, 2028, 3, 2)}
	if span.Hours() != 3*24 {
		t.Fatalf("%d hours from 28 February to 1 March", span.Hours())
	}
	if off := apart(m, span, w.rate); off > 0.12 {
		t.Errorf("29 February 2028 and its neighbours are off by %.3f of their calls", off)
	}
}

func priorWeek(rate float64) *[week]float64 {
	var p [week]float64
	w := world{base: 1}
	for h := range p {
		p[h] = rate * w.hour(h)
	}
	return &p
}

// TestLittleIsKnown: nothing, an hour, a day, three calls, a month without any.
func TestLittleIsKnown(t *testing.T) {
	c := london(t)
	start := midnight(c, 2026, 5, 4)
	spread := func(hours, every int) *calls.History {
		h := &calls.History{Cells: 1, Span: calls.Span{From: start, To: start + calls.Hour(hours)}, Kinds: []calls.Kind{{}}}
		for i := every - 1; every > 0 && i < hours; i += every {
			h.Hour, h.Cell, h.Kind = append(h.Hour, start+calls.Hour(i)), append(h.Cell, 0), append(h.Kind, 0)
		}
		return h
	}
	prior := priorWeek(10)
	for name, tc := range map[string]struct {
		h        *calls.History
		s        Settings
		low, top float64 // calls an hour
	}{
		"nothing, but a prior":       {spread(0, 0), Settings{PriorWeek: prior}, 9.999, 10.001},
		"one silent hour":            {spread(1, 0), Settings{}, 0.01, 1},
		"one silent hour, a prior":   {spread(1, 0), Settings{PriorWeek: prior}, 1, 8},
		"a day of 24 calls":          {spread(24, 1), Settings{}, 0.9, 1.1},
		"three calls in a year":      {spread(3*120*24, 120*24), Settings{}, 2e-4, 8e-4},
		"a month without calls":      {spread(30*24, 0), Settings{}, 1e-5, 2e-3},
		"a month, a prior far above": {spread(30*24, 1), Settings{PriorWeek: prior}, 0.95, 1.1},
	} {
		m := fit(t, c, tc.h, tc.s)
		rates := m.Rates(calls.Span{From: tc.h.Span.To, To: tc.h.Span.To + week}, nil)
		var mean float64
		for _, x := range rates {
			mean += x / week
			if !(x > 0) || math.IsInf(x, 1) {
				t.Fatalf("%s: rate %v", name, x)
			}
		}
		if mean < tc.low || mean > tc.top {
			t.Errorf("%s: %v calls an hour, want %v to %v", name, mean, tc.low, tc.top)
		}
		if d := m.Dispersion(7); !(d.Level > 0) || math.IsInf(d.Level, 1) || !(d.Day > 0) {
			t.Errorf("%s: dispersion %+v", name, d)
		}
	}
	nothing := fit(t, c, spread(0, 0), Settings{PriorWeek: prior})
	for h, x := range nothing.Week() {
		if math.Abs(x/prior[h]-1) > 1e-3 {
			t.Errorf("%v: %v, the prior has %v", demand.HourOfWeek(h), x, prior[h])
		}
	}
	if part := nothing.Explain().PriorPart; part != 1 {
		t.Errorf("the prior's part is %v, want all", part)
	}
	if _, err := Fit(c, spread(0, 0), Settings{}); !errors.Is(err, ErrNothingKnown) {
		t.Errorf("from nothing: %v", err)
	}
}

// TestPriorGivesWay: the more is known, the nearer to what is so, from a prior of another shape and level.
func TestPriorGivesWay(t *testing.T) {
	c := london(t)
	w := newWorld(c, 4)
	last := math.Inf(1)
	start := midnight(c, 2026, 1, 5)
	upsideDown := priorWeek(8)
	for h := range upsideDown {
		upsideDown[h] = 16 - upsideDown[h]
	}
	for _, days := range []int{1, 7, 70} {
		h := simulate(calls.Span{From: start, To: start + calls.Hour(24*days)}, 9, w.rate)
		m := fit(t, c, h, Settings{PriorWeek: upsideDown})
		off := apart(m, calls.Span{From: h.Span.To, To: h.Span.To + week}, w.rate)
		t.Logf("%d days: off by %.3f, the prior's part %.4f", days, off, m.Explain().PriorPart)
		if off > last {
			t.Errorf("%d days: off by %.3f, by %.3f with fewer", days, off, last)
		}
		last = off
	}
	if last > 0.12 {
		t.Errorf("ten weeks are off by %.3f of their calls", last)
	}
}

// TestPriorWithoutCallsInAnHour: calls may come all the same.
func TestPriorWithoutCallsInAnHour(t *testing.T) {
	c := london(t)
	prior := priorWeek(4)
	for h := 0; h < week; h += 24 {
		clear(prior[h : h+6])
	}
	start := midnight(c, 2026, 1, 5)
	h := simulate(calls.Span{From: start, To: start + 70*24}, 3, newWorld(c, 4).rate)
	m := fit(t, c, h, Settings{PriorWeek: prior})
	for at, x := range m.Week() {
		if !(x > 0) {
			t.Errorf("%v has the rate %v", demand.HourOfWeek(at), x)
		}
	}
	if off := apart(m, calls.Span{From: h.Span.To, To: h.Span.To + week}, newWorld(c, 4).rate); off > 0.15 {
		t.Errorf("ten weeks against such a prior are off by %.3f of their calls", off)
	}
}

// TestPriorHolidays: a factor given is used until the day was seen.
func TestPriorHolidays(t *testing.T) {
	c := london(t)
	h := simulate(calls.Span{From: midnight(c, 2026, 5, 4), To: midnight(c, 2026, 6, 1)}, 1, newWorld(c, 4).rate)
	s := Settings{PriorHolidays: []demand.Holiday{{Month: 12, Day: 26, Factor: 1.23}}}
	for _, f := range fit(t, c, h, s).Explain().Holidays {
		want := 1.0
		if f.Name == "26 December" {
			want = 1.23
		}
		if f.Name != "other bank holiday" && f.Factor != want {
			t.Errorf("%s has the factor %v, want %v", f.Name, f.Factor, want)
		}
	}
}

// TestNeverPeeks: what is forecast at an origin does not change with what came after it, neither in the
// rolling origins that tune a fit nor in a fit of what was known before.
func TestNeverPeeks(t *testing.T) {
	c := london(t)
	w := newWorld(c, 6)
	span := calls.Span{From: midnight(c, 2025, 10, 6), To: midnight(c, 2026, 3, 2)}
	h := simulate(span, 1, w.rate)
	cut := midnight(c, 2026, 2, 2)
	other := simulate(calls.Span{From: cut, To: span.To}, 2, func(calls.Hour) float64 { return 40 })
	past := h.Before(cut)
	changed := &calls.History{Cells: 1, Span: span, Kinds: h.Kinds,
		Hour: slices.Concat(past.Hour, other.Hour), Cell: slices.Concat(past.Cell, other.Cell), Kind: slices.Concat(past.Kind, other.Kind)}
	a, b := fit(t, c, h.Before(cut), Settings{}), fit(t, c, changed.Before(cut), Settings{})
	if !reflect.DeepEqual(a, b) {
		t.Error("a fit of the past changed with the future")
	}
	ra, rb := read(h, c.Zone, c.Holidays), read(changed, c.Zone, c.Holidays)
	day := int(ra.day[cut-span.From])
	sa, sb := ra.learn(day, day+56, &Settings{}, usualSmoothing), rb.learn(day, day+56, &Settings{}, usualSmoothing)
	if !reflect.DeepEqual(sa, sb) {
		t.Error("an origin's state changed with what came after it")
	}
	wa, wb := newRoller(ra, &Settings{}, usualSmoothing), newRoller(rb, &Settings{}, usualSmoothing)
	wb.came = wa.came
	for i, o := range wa.at {
		if ta, tb := wa.trialsAt(i, usual, 0, 7, nil), wb.trialsAt(i, usual, 0, 7, nil); o <= day && !reflect.DeepEqual(ta, tb) {
			t.Errorf("what was forecast before day %d changed with what came after day %d", o, day)
		}
	}
}

// TestTotalsOfDays: the rates of a span do not depend on how it is cut.
func TestTotalsOfDays(t *testing.T) {
	c := zoned(t, "America/Toronto", "")
	m := fit(t, c, simulate(calls.Span{From: midnight(c, 2025, 1, 6), To: midnight(c, 2025, 10, 6)}, 1, newWorld(c, 3).rate), Settings{})
	span := calls.Span{From: midnight(c, 2025, 10, 6) + 5, To: midnight(c, 2026, 1, 20) + 3}
	whole := m.Rates(span, nil)
	var parts []float64
	for at := span.From; at < span.To; at += 31 {
		parts = append(parts, m.Rates(calls.Span{From: at, To: min(at+31, span.To)}, nil)...)
	}
	if !slices.Equal(whole, parts) {
		t.Error("the rates of a span differ from those of its parts")
	}
}

func TestSettingsThatAreWrong(t *testing.T) {
	c := london(t)
	h := &calls.History{Cells: 1, Span: calls.Span{From: 0, To: 24}}
	for name, tc := range map[string]struct {
		change func(*Settings)
		want   string
	}{
		"negative":   {func(s *Settings) { s.PriorWeek[3] = -1 }, "Mon 03:00"},
		"no number":  {func(s *Settings) { s.PriorWeek[30] = math.NaN() }, "Tue 06:00"},
		"no calls":   {func(s *Settings) { *s.PriorWeek = [week]float64{} }, "no calls at all"},
		"no holiday": {func(s *Settings) { s.PriorHolidays = []demand.Holiday{{Month: 12, Day: 25}} }, "12-25"},
	} {
		s := Settings{PriorWeek: priorWeek(1)}
		tc.change(&s)
		if _, err := Fit(c, h, s); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want one that names %s", name, err, tc.want)
		}
	}
}

// TestLevelDriftRecovered: a level that walks at random, a step a week. The variance given for a week ahead
// is about that of what cannot be known, and grows with the days ahead.
func TestLevelDriftRecovered(t *testing.T) {
	c := london(t)
	w := newWorld(c, 20)
	rng := rand.New(rand.NewPCG(7, 7))
	var byWeek [120]float64
	for i, x := 0, 0.0; i < len(byWeek); i++ {
		x += 0.1 * rng.NormFloat64()
		byWeek[i] = math.Exp(x)
	}
	span := calls.Span{From: midnight(c, 2024, 1, 1), To: midnight(c, 2025, 6, 2)}
	h := simulate(span, 7, func(at calls.Hour) float64 { return w.rate(at) * byWeek[(at-span.From)/week] })
	m := fit(t, c, h, Settings{})
	near, far := m.Dispersion(7), m.Dispersion(35)
	// One step of variance 0.01 lies before the week; what is known of the last one is a week's calls.
	if near.Level < 0.006 || near.Level > 0.025 {
		t.Errorf("level variance %.4f a week ahead, want a little above 0.01", near.Level)
	}
	if far.Level < near.Level+0.01 {
		t.Errorf("level variance %.4f five weeks ahead, %.4f one; want four steps of 0.01 more", far.Level, near.Level)
	}
}
