package planning

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/demand"
)

func TestParseHours(t *testing.T) {
	for _, c := range []struct {
		hours, days string
		want        []demand.HourOfWeek
		words       string
	}{
		{"11-13", "mon-tue", []demand.HourOfWeek{11, 12, 35, 36}, "11:00 to 13:00, Mon, Tue"},
		{"3", "sun", []demand.HourOfWeek{147}, "03:00 to 04:00, Sun"},
		{"23-1", "sun", []demand.HourOfWeek{0, 167}, "2 hours of the week"}, // after midnight it is Monday
		{"0-24", "sat", hoursFrom(120, 144), "00:00 to 24:00, Sat"},
		{"9-10", "fri-mon", []demand.HourOfWeek{9, 105, 129, 153}, "09:00 to 10:00, Mon, Fri, Sat, Sun"},
		{"9-10", "Wed, mon", []demand.HourOfWeek{9, 57}, "09:00 to 10:00, Mon, Wed"},
		{"9-10", "mon,mon-tue", []demand.HourOfWeek{9, 33}, "09:00 to 10:00, Mon, Tue"},
		{"9-10", "tue-fri", []demand.HourOfWeek{33, 57, 81, 105}, "09:00 to 10:00, Tue to Fri"},
	} {
		got, err := ParseHours(c.hours, c.days)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s %s: %v, %v; want %v", c.hours, c.days, got, err, c.want)
		}
		if words := HoursInWords(got); words != c.words {
			t.Errorf("%s %s: %q, want %q", c.hours, c.days, words, c.words)
		}
	}
}

func hoursFrom(from, until int) (out []demand.HourOfWeek) {
	for h := from; h < until; h++ {
		out = append(out, demand.HourOfWeek(h))
	}
	return out
}

func TestParseHoursRefuses(t *testing.T) {
	for _, c := range [][3]string{
		{"25", "mon", "hours"}, {"24", "mon", "hours"}, {"11-25", "mon", "hours"}, {"11-11", "mon", "hours"}, {"", "mon", "hours"},
		{"-1", "mon", "hours"}, {"eleven", "mon", "hours"}, {"11-23", "", "days"}, {"11-23", "mon-", "days"}, {"11-23", "monday", "days"},
	} {
		_, err := ParseHours(c[0], c[1])
		var field *FieldError
		if !errors.As(err, &field) || field.Field != c[2] {
			t.Errorf("%q %q: error %v, want one about %s", c[0], c[1], err, c[2])
		}
	}
}

func TestParseHoursAscendingAndOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9]{1,2}(-[0-9]{1,2})?`).Draw(t, "hours")
		days := rapid.StringMatching(`(mon|thu|sun)(-(tue|sat))?(,(fri|mon))?`).Draw(t, "days")
		hours, err := ParseHours(text, days)
		if err != nil {
			return
		}
		for i, h := range hours {
			if h >= demand.HoursPerWeek || i > 0 && h <= hours[i-1] {
				t.Fatalf("%s %s: %v", text, days, hours)
			}
		}
	})
}
