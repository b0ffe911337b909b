package calls

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Longest retentions, in years and in weeks.
const (
	MaxYears = 100
	MaxWeeks = 5200
)

// Retention is how long calls are kept: a number of years or of weeks. The zero value keeps them for
// ever.
type Retention struct{ Years, Weeks int }

// Forever keeps every call.
var Forever = Retention{}

// ParseRetention reads "3y", "26w" or "forever".
func ParseRetention(s string) (Retention, error) {
	if s == "forever" {
		return Forever, nil
	}
	if y, ok := numbered(s, "y", MaxYears); ok {
		return Retention{Years: y}, nil
	}
	if w, ok := numbered(s, "w", MaxWeeks); ok {
		return Retention{Weeks: w}, nil
	}
	return Forever, fmt.Errorf("retention %q: want years or weeks such as 3y or 26w (%d years or %d weeks at most), or forever", s, MaxYears, MaxWeeks)
}

// numbered reads a number from 1 to most before a unit.
func numbered(s, unit string, most int) (int, bool) {
	digits, ok := strings.CutSuffix(s, unit)
	n, err := strconv.ParseUint(digits, 10, 16)
	return int(n), ok && err == nil && n >= 1 && int(n) <= most
}

// String returns the retention as ParseRetention reads it.
func (r Retention) String() string {
	switch {
	case r.Years > 0:
		return fmt.Sprintf("%dy", r.Years)
	case r.Weeks > 0:
		return fmt.Sprintf("%dw", r.Weeks)
	default:
		return "forever"
	}
}

// oldest returns the first hour whose calls are kept at a time: the start of the zone's day so long
// before, so that what is kept changes once a day.
func (r Retention) oldest(now time.Time, zone *time.Location) Hour {
	if r == Forever {
		return First
	}
	then := now.In(zone).AddDate(-r.Years, 0, -7*r.Weeks)
	return max(First, startOfDay(HourAt(then), zone))
}
