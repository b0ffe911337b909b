package demand

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// published are the bank holidays of England and Wales as https://www.gov.uk/bank-holidays lists or
// listed them, weekends that have a substitute left out as they are there.
var published = map[int]string{
	2012: "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26",
	2013: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
	2014: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
	2015: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
	2016: "01-01 03-25 03-28 05-02 05-30 08-29 12-26 12-27",
	2017: "01-02 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
	2018: "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26",
	2019: "01-01 04-19 04-22 05-06 05-27 08-26 12-25 12-26",
	2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
	2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
	2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
	2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
	2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
	2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
	2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
	2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
}

func TestBankHolidaysArePublishedOnes(t *testing.T) {
	for year, want := range published {
		days, err := BankHolidays(year)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range days {
			if w := time.Date(year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Weekday(); w != time.Saturday && w != time.Sunday {
				got = append(got, fmt.Sprintf("%02d-%02d", d.Month, d.Day))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d: %s, want %s", year, strings.Join(got, " "), want)
		}
	}
}

// TestBankHolidaysOfAllYears: eight free weekdays a year, more where some were proclaimed, none twice.
func TestBankHolidaysOfAllYears(t *testing.T) {
	for year := FirstBankHolidays; year <= LastBankHolidays; year++ {
		days, err := BankHolidays(year)
		if err != nil {
			t.Fatal(err)
		}
		free := 0
		for i, d := range days {
			at := time.Date(year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
			if at.Month() != d.Month || d.Name == "" || i > 0 && days[i-1].Month == d.Month && days[i-1].Day >= d.Day {
				t.Errorf("%d: %v after %v", year, d, days[:i])
			}
			if at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
				free++
			}
			substitute := slices.ContainsFunc(days, func(o BankHoliday) bool { return o.Name == d.Name+" (substitute day)" })
			if weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday; weekend != substitute {
				t.Errorf("%d: %s on a weekend %v, has a substitute %v", year, d.Name, weekend, substitute)
			}
		}
		if want := 8 + len(oneOff[year].extra); free != want {
			t.Errorf("%d: %d free weekdays, want %d", year, free, want)
		}
	}
}

func TestEasterSundays(t *testing.T) {
	// Extremes of the calendar and the cases of Meeus, chapter 8.
	for _, want := range []string{"1991-03-31", "1993-04-11", "2000-04-23", "2008-03-23", "2011-04-24", "2038-04-25", "2049-04-18", "2076-04-19"} {
		year, _ := time.Parse(time.DateOnly, want)
		if got := easter(year.Year()).Format(time.DateOnly); got != want {
			t.Errorf("Easter %s, want %s", got, want)
		}
	}
}

func TestBankHolidaysOutsideTheRules(t *testing.T) {
	for _, year := range []int{1989, 2101} {
		if _, err := BankHolidays(year); err == nil || !strings.Contains(err.Error(), fmt.Sprint(year)) {
			t.Errorf("%d: %v", year, err)
		}
	}
}
