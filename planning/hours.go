package planning

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nearside-ems/nearside/demand"
)

var dayNames = [...]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// ParseHours returns the hours of week of a shift: hours is "11-23" (from 11:00 until 23:00) or a
// single hour such as "3", and may run past midnight ("19-7": the hours after midnight belong to the
// next day); days is "mon-sun", "fri-mon", "sat" or a list of these with commas. Errors are *FieldError.
func ParseHours(hours, days string) ([]demand.HourOfWeek, error) {
	from, until, err := hourRange(hours)
	if err != nil {
		return nil, err
	}
	on, err := dayList(days)
	if err != nil {
		return nil, err
	}
	var seen [demand.HoursPerWeek]bool
	for _, d := range on {
		for h := from; h < until; h++ {
			seen[(d*24+h)%demand.HoursPerWeek] = true
		}
	}
	var out []demand.HourOfWeek
	for h, ok := range seen {
		if ok {
			out = append(out, demand.HourOfWeek(h))
		}
	}
	return out, nil
}

// hourRange returns the half-open range of hours, until in (from, from+24].
func hourRange(text string) (from, until int, err error) {
	a, b, isRange := strings.Cut(text, "-")
	bad := func() (int, int, error) {
		return 0, 0, refuse("hours", strconv.Quote(text), "FROM-UNTIL in whole hours, such as 11-23 or 19-7 (0 to 24), or one hour (0 to 23)")
	}
	from, err = strconv.Atoi(strings.TrimSpace(a))
	if err != nil || from < 0 || from > 23 {
		return bad()
	}
	if !isRange {
		return from, from + 1, nil
	}
	until, err = strconv.Atoi(strings.TrimSpace(b))
	if err != nil || until < 0 || until > 24 || until == from {
		return bad()
	}
	if until < from {
		until += 24
	}
	return from, until, nil
}

// dayList returns days of the week, 0 = Monday, in the order they were given.
func dayList(text string) ([]int, error) {
	bad := refuse("days", strconv.Quote(text), "days such as mon-sun, sat-sun or mon,wed,fri")
	var out []int
	for _, part := range strings.Split(strings.ToLower(text), ",") {
		a, b, isRange := strings.Cut(strings.TrimSpace(part), "-")
		if !isRange {
			b = a
		}
		from, until := slices.Index(dayNames[:], a), slices.Index(dayNames[:], b)
		if from < 0 || until < 0 {
			return nil, bad
		}
		for d := from; ; d = (d + 1) % 7 {
			out = append(out, d)
			if d == until {
				break
			}
		}
	}
	return out, nil
}

// HoursInWords returns hours of the week the way a planner says them, such as "11:00 to 23:00,
// Mon to Sun"; a set that is not the same every chosen day is counted instead. The hours ascend.
func HoursInWords(hours []demand.HourOfWeek) string {
	byDay := [7][]int{}
	for _, h := range hours {
		byDay[h/24%7] = append(byDay[h/24%7], int(h)%24)
	}
	var days []int
	for d, hs := range byDay {
		if len(hs) == 0 {
			continue
		}
		contiguous := hs[len(hs)-1]-hs[0] == len(hs)-1
		if !contiguous || (len(days) > 0 && !slices.Equal(hs, byDay[days[0]])) {
			return fmt.Sprintf("%d hours of the week", len(hours))
		}
		days = append(days, d)
	}
	if len(days) == 0 {
		return "no hours"
	}
	hs := byDay[days[0]]
	return fmt.Sprintf("%02d:00 to %02d:00, %s", hs[0], hs[len(hs)-1]+1, daysInWords(days))
}

func daysInWords(days []int) string {
	name := func(d int) string { return strings.ToUpper(dayNames[d][:1]) + dayNames[d][1:] }
	first, last := days[0], days[len(days)-1]
	if len(days) > 2 && last-first == len(days)-1 {
		return name(first) + " to " + name(last)
	}
	words := make([]string, len(days))
	for i, d := range days {
		words[i] = name(d)
	}
	return strings.Join(words, ", ")
}
