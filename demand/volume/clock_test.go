package volume

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// TestClockAgreesWithTheZone compares with asking the zone for every hour.
func TestClockAgreesWithTheZone(t *testing.T) {
	zones := []string{"Europe/London", "America/Toronto", "America/Los_Angeles", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		from := calls.Hour(rapid.IntRange(-40*8766, 130*8766).Draw(t, "from"))
		span := calls.Span{From: from, To: from + calls.Hour(rapid.IntRange(0, 9000).Draw(t, "hours"))}
		c := clockOf(span, zone)
		if len(c.day) != span.Hours() || len(c.slot) != span.Hours() {
			t.Fatalf("%d hours, want %d", len(c.day), span.Hours())
		}
		for i := range c.day {
			local := (from + calls.Hour(i)).Time().In(zone)
			if want := demand.HourOf(local, zone); demand.HourOfWeek(c.slot[i]) != want {
				t.Fatalf("%v is %v, want %v", local, demand.HourOfWeek(c.slot[i]), want)
			}
			if got := dateOf(c.first + int(c.day[i])); got.Format(time.DateOnly) != local.Format(time.DateOnly) {
				t.Fatalf("%v is on %v", local, got)
			}
		}
	})
}

// TestClockPassesTheLastDayOfLeapYears: after 2037 time.Time.ZoneBounds gives a change that has passed on
// 31 December of leap years, which must not hold the clock there for ever.
func TestClockPassesTheLastDayOfLeapYears(t *testing.T) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	from := calls.HourAt(time.Date(2040, 12, 30, 0, 0, 0, 0, time.UTC))
	c := clockOf(calls.Span{From: from, To: from + 72}, zone)
	for i, slot := range c.slot {
		if want := demand.HourOf((from + calls.Hour(i)).Time(), zone); demand.HourOfWeek(slot) != want || int(c.day[i]) != i/24 {
			t.Errorf("hour %d is %v of day %d, want %v of %d", i, slot, c.day[i], want, i/24)
		}
	}
	if len(c.slot) != 72 {
		t.Errorf("%d hours, want 72", len(c.slot))
	}
}

// TestDaysOfTheClockChange: the hour that is skipped has no exposure, the one that comes twice has two.
func TestDaysOfTheClockChange(t *testing.T) {
	c := london(t)
	for _, tc := range []struct {
		month        time.Month
		day          int
		hours, atOne float64
	}{{time.March, 29, 23, 0}, {time.October, 25, 25, 2}, {time.June, 7, 24, 1}} {
		h := &calls.History{Cells: 1, Span: calls.Span{From: midnight(c, 2026, tc.month, tc.day), To: midnight(c, 2026, tc.month, tc.day+1)}}
		r := read(h, c.Zone, c.Holidays)
		one := counts{}
		if r.days() != 1 || r.exposure(&flat, 1, nil)[0] != tc.hours {
			t.Errorf("%v %d: %d days, %v hours", tc.month, tc.day, r.days(), r.exposure(&flat, 1, nil))
		}
		one = *r.count(1, []float64{1})
		if got := one.expected[6*24+1]; got != tc.atOne {
			t.Errorf("%v %d: 01:00 has %v hours, want %v", tc.month, tc.day, got, tc.atOne)
		}
	}
}

// TestForecastsOfClockChanges: an hour of week has the same rate whenever it comes, so a day of 23 hours
// has less and one of 25 more.
func TestForecastsOfClockChanges(t *testing.T) {
	c := london(t)
	w := newWorld(c, 5)
	m := fit(t, c, simulate(calls.Span{From: midnight(c, 2026, 1, 5), To: midnight(c, 2026, 3, 23)}, 1, w.rate), Settings{})
	sunday := func(month time.Month, day int) (sum float64) {
		for _, x := range m.Rates(calls.Span{From: midnight(c, 2026, month, day), To: midnight(c, 2026, month, day+1)}, nil) {
			sum += x / m.level.at(float64(midnight(c, 2026, month, day)-m.span.To)/24)
		}
		return sum
	}
	usual, one := sunday(time.April, 12), m.shape[6*24+1]
	for _, tc := range []struct {
		name string
		got  float64
		want float64
	}{{"23 hours", sunday(time.March, 29), usual - one}, {"25 hours", sunday(time.October, 25), usual + one}} {
		if d := tc.got/tc.want - 1; d > 0.002 || d < -0.002 {
			t.Errorf("day of %s has %v, want %v", tc.name, tc.got, tc.want)
		}
	}
}

func TestHolidayKinds(t *testing.T) {
	for _, tc := range []struct {
		date, which string
		want        uint8
	}{
		{"2025-12-24", "", christmasEve},
		{"2025-12-25", demand.EnglandAndWales, christmasDay},
		{"2027-12-27", demand.EnglandAndWales, bankHoliday}, // substitute for Christmas Day on a Saturday
		{"2027-12-27", "", ordinary},
		{"2022-09-19", demand.EnglandAndWales, bankHoliday},
		{"1969-12-31", "", newYearsEve},
		{"2016-02-29", demand.EnglandAndWales, ordinary},
		{"1989-05-01", demand.EnglandAndWales, ordinary}, // before the rules that are known
		{"2101-01-01", demand.EnglandAndWales, newYearsDay},
	} {
		at, _ := time.Parse(time.DateOnly, tc.date)
		// Asked for within a year and over the turn of one.
		for _, before := range []int{0, 40, 400} {
			kinds := holidays(floorDiv(int(at.Unix()), 86400)-before, before+1, tc.which)
			if kinds[before] != tc.want {
				t.Errorf("%s %s is %s, want %s", tc.date, tc.which, holidayNames[kinds[before]], holidayNames[tc.want])
			}
		}
	}
}
