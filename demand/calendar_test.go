package demand

import (
	"math"
	"testing"
	"time"
	_ "time/tzdata" // the same zone on every machine

	"pgregory.net/rapid"
)

func newCalendar(t testing.TB) *Calendar {
	t.Helper()
	c, err := NewCalendar(testProfile())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// day returns the exposure of one London day with all factors taken out.
func day(t *testing.T, c *Calendar, year int, month time.Month, d int) (e *Exposure, hours float64) {
	t.Helper()
	from := time.Date(year, month, d, 0, 0, 0, 0, c.Zone)
	to := time.Date(year, month, d+1, 0, 0, 0, 0, c.Zone)
	e, err := c.Exposure(from, to)
	if err != nil {
		t.Fatal(err)
	}
	for h := range e {
		e[h] /= c.Factor(from)
		hours += e[h]
	}
	return e, hours
}

func TestDaysOfTheClockChange(t *testing.T) {
	c := newCalendar(t)
	const sundayOne = 6*24 + 1 // 01:00 is the hour that is skipped in March and repeated in October
	for _, tc := range []struct {
		name   string
		y      int
		m      time.Month
		d      int
		hours  float64
		atOne  float64
		nextTo float64
	}{
		{"spring forward", 2026, time.March, 29, 23, 0, 1},
		{"fall back", 2026, time.October, 25, 25, 2, 1},
		{"ordinary Sunday", 2026, time.June, 7, 24, 1, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e, hours := day(t, c, tc.y, tc.m, tc.d)
			if math.Abs(hours-tc.hours) > 1e-9 {
				t.Errorf("the day has %v hours, want %v", hours, tc.hours)
			}
			if math.Abs(e[sundayOne]-tc.atOne) > 1e-9 || math.Abs(e[sundayOne+1]-tc.nextTo) > 1e-9 {
				t.Errorf("01:00 has %v hours and 02:00 %v, want %v and %v", e[sundayOne], e[sundayOne+1], tc.atOne, tc.nextTo)
			}
		})
	}
}

func TestHourOfInSummerAndWinter(t *testing.T) {
	c := newCalendar(t)
	for _, tc := range []struct {
		utc  string
		want string
	}{
		{"2026-01-05T00:00:00Z", "Mon 00:00"},
		{"2026-07-05T23:00:00Z", "Mon 00:00"}, // BST is an hour ahead
		{"2026-03-29T00:59:59Z", "Sun 00:00"},
		{"2026-03-29T01:00:00Z", "Sun 02:00"}, // 01:00 is skipped
		{"2026-10-25T00:30:00Z", "Sun 01:00"}, // first 01:30, BST
		{"2026-10-25T01:30:00Z", "Sun 01:00"}, // second 01:30, GMT
		{"2028-02-29T12:00:00Z", "Tue 12:00"}, // leap day
	} {
		at, err := time.Parse(time.RFC3339, tc.utc)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.HourOf(at).String(); got != tc.want {
			t.Errorf("%s is %s, want %s", tc.utc, got, tc.want)
		}
	}
}

func TestHolidaysByLondonDate(t *testing.T) {
	c := newCalendar(t)
	ordinary := c.Factor(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
	newYear := c.Factor(time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC))
	if got := newYear / ordinary; math.Abs(got-1.06) > 1e-12 {
		t.Errorf("31 December is %v times an ordinary day, want 1.06", got)
	}
	if got := c.Factor(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) / ordinary; math.Abs(got-1.26) > 1e-12 {
		t.Errorf("1 January is %v times an ordinary day, want 1.26", got)
	}
	if ordinary >= 1 || ordinary < 0.99 {
		t.Errorf("ordinary days have factor %v, want just under 1: the holidays' surplus is taken from them", ordinary)
	}
}

// TestGregorianCycle: 28 years hold every weekday and leap year alike, so real time sums to the
// yearly volume, holidays and clock changes included.
func TestGregorianCycle(t *testing.T) {
	c := newCalendar(t)
	v := testPrior(t)
	e, err := c.Exposure(time.Date(2001, 1, 1, 0, 0, 0, 0, c.Zone), time.Date(2029, 1, 1, 0, 0, 0, 0, c.Zone))
	if err != nil {
		t.Fatal(err)
	}
	want := testProfile().Yearly.Calls * 28 * 365.25 / 365.2425
	if got := v.Total(e); math.Abs(got/want-1) > 2e-5 {
		t.Errorf("28 years have %v calls, want %v", got, want)
	}
}

// TestExposureAddsUp: cutting a time span anywhere changes nothing, and without holidays the
// exposure is the time elapsed, clock changes or not.
func TestExposureAddsUp(t *testing.T) {
	p := testProfile()
	p.Holidays.Days = nil
	c, err := NewCalendar(p)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		cut := rapid.SliceOfN(rapid.Int64Range(0, int64(300*24*time.Hour)), 3, 3).Draw(t, "cuts")
		a, b, z := min(cut[0], cut[1], cut[2]), cut[0]+cut[1]+cut[2]-min(cut[0], cut[1], cut[2])-max(cut[0], cut[1], cut[2]), max(cut[0], cut[1], cut[2])
		at := func(n int64) time.Time { return start.Add(time.Duration(n)) }
		whole, err := c.Exposure(at(a), at(z))
		if err != nil {
			t.Fatal(err)
		}
		first, _ := c.Exposure(at(a), at(b))
		second, _ := c.Exposure(at(b), at(z))
		var hours float64
		for h := range whole {
			hours += whole[h]
			if math.Abs(whole[h]-first[h]-second[h]) > 1e-6 {
				t.Fatalf("hour %d: %v, but %v + %v in two parts", h, whole[h], first[h], second[h])
			}
		}
		if want := time.Duration(z - a).Hours(); math.Abs(hours-want) > 1e-6 {
			t.Fatalf("%v hours, want %v", hours, want)
		}
	})
}

func TestExposureBackwards(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, err := newCalendar(t).Exposure(now, now.Add(-time.Second)); err == nil {
		t.Error("a span that ends before it starts was accepted")
	}
}

func TestPerCellSumsToTotal(t *testing.T) {
	c := newCalendar(t)
	v := testPrior(t)
	e, err := c.Exposure(time.Date(2026, 3, 27, 11, 20, 0, 0, c.Zone), time.Date(2026, 4, 2, 7, 0, 0, 0, c.Zone))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := sum(v.PerCell(e)), v.Total(e); math.Abs(got/want-1) > 1e-12 {
		t.Errorf("cells sum to %v, total is %v", got, want)
	}
}
