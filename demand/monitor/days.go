package monitor

import (
	"time"

	"github.com/nearside-ems/nearside/demand"
)

// day is the closed hours of one local day, first to end, end left out.
type day struct {
	first, end int
	ended      bool // no more of its hours will close
}

// days returns the local days of which hours have closed, in order.
func (w *Watch) days() (all []day) {
	for i := range w.hours {
		if i == 0 || w.date(i) != w.date(i-1) {
			if len(all) > 0 {
				all[len(all)-1].ended = true
			}
			all = append(all, day{first: i})
		}
		all[len(all)-1].end = i + 1
	}
	if n := len(w.hours); n > 0 {
		next := (w.hours[n-1] + 1).Time().In(w.city.Zone)
		all[len(all)-1].ended = next.Day() != w.hours[n-1].Time().In(w.city.Zone).Day()
	}
	return all
}

// date returns the local day of hour i as a number that differs between days.
func (w *Watch) date(i int) int {
	t := w.hours[i].Time().In(w.city.Zone)
	return t.Year()*1000 + t.YearDay()
}

// counter returns what was expected and what came in the hour at a position, of all calls or some.
type counter func(i int) (expected float64, came int)

func (w *Watch) all(i int) (expected float64, came int) { return w.total[i], int(w.came[i]) }

// ofDistrict counts the calls of one district.
func (w *Watch) ofDistrict(d int) counter {
	n := len(w.city.Districts)
	return func(i int) (expected float64, came int) { return w.expected[i*n+d], int(w.observed[i*n+d]) }
}

// ofPart counts the calls of one part of the week.
func (w *Watch) ofPart(p int) counter {
	return func(i int) (expected float64, came int) {
		if w.part(i) != p {
			return 0, 0
		}
		return w.all(i)
	}
}

// sum adds up hours first to end, end left out.
func (of counter) sum(first, end int) (expected float64, came int) {
	for i := first; i < end; i++ {
		e, n := of(i)
		expected += e
		came += n
	}
	return expected, came
}

// Parts of the week whose share of their day's calls is watched.
const (
	dayParts  = 4 // of six hours each
	weekParts = 2 * dayParts
)

// part returns which part of the week hour i is in: those of Monday to Friday first.
func (w *Watch) part(i int) int {
	h := int(demand.HourOf(w.hours[i].Time(), w.city.Zone))
	p := h % 24 / (24 / dayParts)
	if h/24 >= 5 {
		p += dayParts
	}
	return p
}

// time and end return when the hour at a position begins and ends.
func (w *Watch) time(i int) time.Time { return w.hours[i].Time() }
func (w *Watch) end(i int) time.Time  { return (w.hours[i] + 1).Time() }
