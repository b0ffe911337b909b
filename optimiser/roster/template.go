package roster

import (
	"fmt"
	"slices"
)

// Minutes of a day and of a week.
const (
	Day  = 24 * 60
	Week = 7 * Day
)

// Days is the set of days of the week on which a shift starts: bit 0 is Monday.
type Days uint8

// Daily is every day of the week.
const Daily Days = 1<<7 - 1

// Count returns how many days there are.
func (d Days) Count() int {
	n := 0
	for day := range 7 {
		if d>>day&1 == 1 {
			n++
		}
	}
	return n
}

// Template is a shift that crews can work: one crew works it on each of its days, from the same place.
type Template struct {
	Name   string // told in errors; each template has its own
	Start  int    // minutes after midnight, 0 to 1439
	Length int    // minutes, 1 to 1440; a shift may run past midnight, and past the end of the week
	Days   Days
	// HandOver is how many minutes at the start, and at the end, the car is at its base and not in
	// service: vehicle checks, the way to the place where it stands, the way back.
	HandOver [2]int
	// Breaks are the ways of taking breaks; every crew takes one of them. Empty: no breaks. With one way
	// only, all crews of the template are on their break at the same time.
	Breaks [][]Break
	// Least and Most crews, of all ways together. Equal: exactly so many.
	Least, Most int
}

// Break is a part of a shift in which the car is not in service.
type Break struct {
	After  int // minutes after the start of the shift
	Length int // minutes
}

// CrewHours returns the hours a week that one crew is paid for: from start to end, breaks included, on
// every day.
func (t *Template) CrewHours() float64 {
	return float64(t.Length*t.Days.Count()) / 60
}

// Ways returns how many ways of taking breaks there are, 1 without breaks.
func (t *Template) Ways() int { return max(1, len(t.Breaks)) }

// span is a part of the week in minutes from Monday 00:00, from < until ≤ Week.
type span struct{ from, until int }

// inService returns when a crew that takes its breaks the given way is in service, ascending, for a
// template without faults.
func (t *Template) inService(way int) []span {
	from, until := t.HandOver[0], t.Length-t.HandOver[1]
	var breaks []Break
	if way < len(t.Breaks) {
		breaks = slices.Clone(t.Breaks[way])
		slices.SortFunc(breaks, func(a, b Break) int { return a.After - b.After })
	}
	var week []span
	for day := range 7 {
		if t.Days>>day&1 == 0 {
			continue
		}
		start, at := day*Day+t.Start, from
		for _, b := range breaks {
			week = appendWrapped(week, start+at, start+min(b.After, until))
			at = max(at, b.After+b.Length)
		}
		week = appendWrapped(week, start+at, start+until)
	}
	slices.SortFunc(week, func(a, b span) int { return a.from - b.from })
	return week
}

// appendWrapped adds the part [from, until), whose end may lie in the next week.
func appendWrapped(week []span, from, until int) []span {
	switch {
	case from >= until:
	case from >= Week:
		week = append(week, span{from - Week, until - Week})
	case until > Week:
		week = append(week, span{from, Week}, span{0, until - Week})
	default:
		week = append(week, span{from, until})
	}
	return week
}

// dayNames are the days in errors.
var dayNames = [7]string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}

// clock returns a minute of the week as "Mon 07:30".
func clock(minute int) string {
	return fmt.Sprintf("%s %02d:%02d", dayNames[minute/Day%7], minute%Day/60, minute%60)
}

// until returns the end of a part of the week, with the day only where it is not the start's.
func (s span) String() string {
	if end := s.until - 1; s.from/Day == end/Day {
		return fmt.Sprintf("%s–%02d:%02d", clock(s.from), (end%Day+1)/60, (end+1)%60)
	}
	return clock(s.from) + "–" + clock(s.until%Week)
}
