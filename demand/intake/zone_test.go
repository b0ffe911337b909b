package intake

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// zones change their clocks by an hour, by half an hour, hardly ever, or in other ways worth a test.
var zones = []string{"UTC", "Europe/London", "America/Toronto", "America/Los_Angeles", "Australia/Lord_Howe", "Asia/Kolkata", "Asia/Kathmandu", "America/Caracas", "Pacific/Apia", "Africa/Casablanca", "Asia/Pyongyang"}

// TestWallClockAgreesWithTime compares with package time: a local time that is there once has one
// reading; one that is skipped has none, and one that is repeated two.
func TestWallClockAgreesWithTime(t *testing.T) {
	clocks := map[string]*wallClock{}
	locations := map[string]*time.Location{}
	for _, name := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		locations[name], clocks[name] = zone, newWallClock(zone, present)
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(zones).Draw(t, "zone")
		local := rapid.Int64Range(daysBefore(1990, 1, 1)*perDay, present.Unix()-perDay).Draw(t, "local")
		if rapid.Bool().Draw(t, "near a change") {
			changes := clocks[name].stretches
			s := changes[rapid.IntRange(0, len(changes)-1).Draw(t, "change")]
			if s.from > 0 {
				local = s.from + rapid.Int64Range(-2*perHour, 2*perHour).Draw(t, "from the change")
			}
		}
		var readings []int64
		for utc := local - 16*perHour; utc <= local+16*perHour; utc += 15 * 60 {
			if _, offset := time.Unix(utc, 0).In(locations[name]).Zone(); utc+int64(offset) == local {
				readings = append(readings, utc)
			}
		}
		s := clocks[name].at(local)
		switch {
		case len(readings) == 0 && s.kind != skipped,
			len(readings) == 1 && (s.kind != steady || local-s.offset != readings[0]),
			len(readings) == 2 && (s.kind != repeated || local-s.offset != readings[0] || local-s.second != readings[1]),
			len(readings) > 2:
			t.Fatalf("%s shows %v at %v, but got %+v", name, time.Unix(local, 0).UTC(), readings, *s)
		}
	})
}

func TestDaysBeforeAgreesWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.Int64Range(-354285, 2932896).Draw(t, "days") // the years 1000 to 9999
		year, month, day := time.Unix(days*perDay, 0).UTC().Date()
		if got := daysBefore(int64(year), int64(month), int64(day)); got != days || !exists(int64(year), int64(month), int64(day)) {
			t.Fatalf("%d-%02d-%02d is day %d, got %d", year, month, day, days, got)
		}
	})
}

func TestExists(t *testing.T) {
	for _, d := range [][3]int64{{2014, 2, 29}, {2100, 2, 29}, {2014, 2, 30}, {2014, 4, 31}, {2014, 0, 1}, {2014, 13, 1}, {2014, 1, 0}, {2014, 1, 32}} {
		if exists(d[0], d[1], d[2]) {
			t.Errorf("%v exists", d)
		}
	}
	for _, d := range [][3]int64{{2012, 2, 29}, {2000, 2, 29}, {2014, 12, 31}} {
		if !exists(d[0], d[1], d[2]) {
			t.Errorf("%v does not exist", d)
		}
	}
}
