package volume

import (
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// clock is when each hour of a span is on the wall: its local date and hour of week. Where clocks go
// forward an hour of week is left out, where they go back one comes twice, as they do.
type clock struct {
	first int     // local date of the first hour, in days since 1 January 1970
	day   []int32 // of each hour, local date less first
	slot  []uint8 // of each hour, hour of week
}

// clockOf reads the zone's offset once for each stretch in which it does not change.
func clockOf(span calls.Span, zone *time.Location) clock {
	c := clock{day: make([]int32, 0, span.Hours()), slot: make([]uint8, 0, span.Hours())}
	for h := span.From; h < span.To; {
		local := h.Time().In(zone)
		_, offset := local.Zone()
		end := span.To
		if _, changes := local.ZoneBounds(); !changes.IsZero() {
			// At the turn of some far years the library gives a change that has passed: that hour stands alone.
			end = min(end, max(h+1, calls.HourAt(changes.Add(time.Hour-1))))
		}
		for ; h < end; h++ {
			hour := floorDiv(int(h)*3600+offset, 3600)
			date := floorDiv(hour, 24)
			if len(c.day) == 0 {
				c.first = date
			}
			c.day = append(c.day, int32(date-c.first))
			c.slot = append(c.slot, uint8(weekdayOf(date)*24+hour-date*24))
		}
	}
	return c
}

// days returns the number of local days that the hours touch.
func (c *clock) days() int {
	if len(c.day) == 0 {
		return 0
	}
	return int(c.day[len(c.day)-1]) + 1
}

// weekdayOf returns 0 for a Monday to 6 for a Sunday; 1 January 1970 was a Thursday.
func weekdayOf(date int) int { return (date%7 + 7 + 3) % 7 }

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// dateOf returns the UTC midnight that stands for a local date.
func dateOf(date int) time.Time { return time.Unix(int64(date)*86400, 0).UTC() }

const week = demand.HoursPerWeek
