package volume

import (
	"time"

	"github.com/nearside-ems/nearside/demand"
)

// Holidays are told apart by their fixed date; all other bank holidays share one factor.
const (
	ordinary = iota
	christmasEve
	christmasDay
	boxingDay
	newYearsEve
	newYearsDay
	bankHoliday
	holidayKinds
)

// holidayNames are as Explain shows them.
var holidayNames = [holidayKinds]string{"ordinary day", "24 December", "25 December", "26 December", "31 December", "1 January", "other bank holiday"}

// fixedHoliday returns the kind of a date that is a holiday in every year.
func fixedHoliday(m time.Month, day int) uint8 {
	switch {
	case m == time.January && day == 1:
		return newYearsDay
	case m != time.December:
		return ordinary
	case day == 24:
		return christmasEve
	case day == 25:
		return christmasDay
	case day == 26:
		return boxingDay
	case day == 31:
		return newYearsEve
	}
	return ordinary
}

// holidays returns the kind of each of n local dates from the first on. The bank holidays of years for
// which their rules are not known are left out.
func holidays(first, n int, which string) []uint8 {
	kinds := make([]uint8, n)
	known := 0 // the year whose bank holidays are in days
	days := map[[2]int]bool{}
	for i := range kinds {
		year, month, day := dateOf(first + i).Date()
		if which == demand.EnglandAndWales && year != known {
			known = year
			clear(days)
			if list, err := demand.BankHolidays(year); err == nil {
				for _, h := range list {
					days[[2]int{int(h.Month), h.Day}] = true
				}
			}
		}
		if kinds[i] = fixedHoliday(month, day); kinds[i] == ordinary && days[[2]int{int(month), day}] {
			kinds[i] = bankHoliday
		}
	}
	return kinds
}
