package demand

import (
	"fmt"
	"slices"
	"time"
)

// BankHoliday is a public holiday of England and Wales.
type BankHoliday struct {
	Month time.Month
	Day   int
	Name  string
}

// The years for which BankHolidays knows the rules. Before, some fell on other days; after, the dates
// are too far off to be relied on.
const (
	FirstBankHolidays = 1990
	LastBankHolidays  = 2100
)

// oneOff lists the days that were proclaimed for one year, and the spring and early May holidays that
// were moved (https://www.gov.uk/bank-holidays and, before it, the London Gazette).
var oneOff = map[int]struct {
	earlyMay, spring *BankHoliday // where moved to
	extra            []BankHoliday
}{
	1995: {earlyMay: &BankHoliday{time.May, 8, "Early May bank holiday (VE day)"}},
	1999: {extra: []BankHoliday{{time.December, 31, "Millennium Eve"}}},
	2002: {spring: &BankHoliday{time.June, 4, "Spring bank holiday"}, extra: []BankHoliday{{time.June, 3, "Queen's Golden Jubilee"}}},
	2011: {extra: []BankHoliday{{time.April, 29, "Royal Wedding"}}},
	2012: {spring: &BankHoliday{time.June, 4, "Spring bank holiday"}, extra: []BankHoliday{{time.June, 5, "Queen's Diamond Jubilee"}}},
	2020: {earlyMay: &BankHoliday{time.May, 8, "Early May bank holiday (VE day)"}},
	2022: {
		spring: &BankHoliday{time.June, 2, "Spring bank holiday"},
		extra:  []BankHoliday{{time.June, 3, "Platinum Jubilee bank holiday"}, {time.September, 19, "State Funeral of Queen Elizabeth II"}},
	},
	2023: {extra: []BankHoliday{{time.May, 8, "Coronation of King Charles III"}}},
}

// BankHolidays returns the bank holidays of England and Wales in a year from 1990 to 2100, in order, by
// the rules of the Banking and Financial Dealings Act 1971 and what was proclaimed since. A holiday on a
// weekend has a substitute on the next weekday that is free; both are returned, as the day itself is
// kept too. Days that will be proclaimed in years to come are not known.
func BankHolidays(year int) ([]BankHoliday, error) {
	if year < FirstBankHolidays || year > LastBankHolidays {
		return nil, fmt.Errorf("bank holidays of %d: only those from %d to %d are known", year, FirstBankHolidays, LastBankHolidays)
	}
	special := oneOff[year]
	days := append([]BankHoliday{}, special.extra...)
	add := func(t time.Time, name string) { days = append(days, BankHoliday{t.Month(), t.Day(), name}) }
	orMoved := func(to *BankHoliday, t time.Time, name string) {
		if to != nil {
			days = append(days, *to)
			return
		}
		add(t, name)
	}
	date := func(m time.Month, d int) time.Time { return time.Date(year, m, d, 0, 0, 0, 0, time.UTC) }

	newYear := date(time.January, 1)
	add(newYear, "New Year's Day")
	if t := weekday(newYear); t != newYear {
		add(t, "New Year's Day (substitute day)")
	}
	easter := easter(year)
	add(easter.AddDate(0, 0, -2), "Good Friday")
	add(easter.AddDate(0, 0, 1), "Easter Monday")
	orMoved(special.earlyMay, onOrAfter(time.Monday, date(time.May, 1)), "Early May bank holiday")
	orMoved(special.spring, onOrAfter(time.Monday, date(time.May, 25)), "Spring bank holiday")
	add(onOrAfter(time.Monday, date(time.August, 25)), "Summer bank holiday")
	free := date(time.December, 27)
	for i, name := range []string{"Christmas Day", "Boxing Day"} {
		t := date(time.December, 25+i)
		add(t, name)
		if t != weekday(t) {
			free = weekday(free)
			add(free, name+" (substitute day)")
			free = free.AddDate(0, 0, 1)
		}
	}
	slices.SortFunc(days, func(a, b BankHoliday) int { return (int(a.Month)*32 + a.Day) - (int(b.Month)*32 + b.Day) })
	return days, nil
}

// weekday returns t, or the Monday after a weekend.
func weekday(t time.Time) time.Time {
	switch t.Weekday() {
	case time.Saturday:
		return t.AddDate(0, 0, 2)
	case time.Sunday:
		return t.AddDate(0, 0, 1)
	}
	return t
}

// onOrAfter returns the first such day of the week from t on.
func onOrAfter(w time.Weekday, t time.Time) time.Time {
	return t.AddDate(0, 0, (int(w-t.Weekday())+7)%7)
}

// easter returns Easter Sunday of the Gregorian calendar, by the anonymous algorithm in Meeus,
// Astronomical Algorithms, chapter 8.
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	m := (a + 11*h + 22*l) / 451
	n := h + l - 7*m + 114
	return time.Date(year, time.Month(n/31), n%31+1, 0, 0, 0, 0, time.UTC)
}
