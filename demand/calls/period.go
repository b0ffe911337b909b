package calls

import (
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/demand"
)

// Period is a part of time that calls are counted by.
type Period uint8

// Periods, in the city's own time.
const (
	Always     Period = iota // the whole span
	HourOfWeek               // such as "Mon 14:00"
	Month                    // such as "2026-03"
	Day                      // such as "2026-03-29"
)

// of returns the number of the period that holds an hour.
func (p Period) of(h Hour, zone *time.Location) int32 {
	switch p {
	case HourOfWeek:
		return int32(demand.HourOf(h.Time(), zone))
	case Month:
		year, month, _ := h.Time().In(zone).Date()
		return int32(year*12 + int(month) - 1)
	case Day:
		year, month, day := h.Time().In(zone).Date()
		return int32(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	default:
		return 0
	}
}

// label returns the name of a numbered period.
func (p Period) label(n int32) string {
	switch p {
	case HourOfWeek:
		return demand.HourOfWeek(n).String()
	case Month:
		return fmt.Sprintf("%04d-%02d", n/12, n%12+1)
	case Day:
		return time.Unix(int64(n)*86400, 0).UTC().Format(time.DateOnly)
	default:
		return ""
	}
}
