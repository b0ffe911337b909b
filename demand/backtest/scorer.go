package backtest

import (
	"math"
	"math/rand/v2"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

// leastRate is what a rate of 0 is scored as where a call came: a score stays finite.
const leastRate = 1e-12

// score compares a forecast with what came. impossible counts the calls that had no chance.
func (r *run) score(f *Forecast, past *calls.History, span calls.Span) (days []tally, impossible int) {
	came, n := r.history.Between(span), r.city.Len()
	areas := len(r.city.Districts) + 1
	s := &scorer{
		run: r, dispersion: f.Dispersion, naive: seasonalNaive(r.clock, past),
		random: rand.New(rand.NewPCG(r.seed, uint64(span.From))), // the same for all forecasters
		hour:   make([]total, areas), day: make([]total, areas),
	}
	next := 0
	known(came, func(t calls.Hour) {
		s.turnTo(r.clock.dayOf(t))
		first := next
		for next < came.Len() && came.Hour[next] == t {
			next++
		}
		s.add(f.Rate[int(t-span.From)*n:][:n], came.Cell[first:next])
	})
	s.endDay()
	return s.days, s.impossible
}

// total is what was expected of an area and a period, and what came.
type total struct {
	expected float64
	came     int
}

// scorer scores a forecast hour by hour.
type scorer struct {
	*run
	dispersion count.Dispersion
	naive      float64 // mean absolute error of the seasonal naive forecast; 0: none
	random     *rand.Rand

	days       []tally
	hour, day  []total // of each district; the last is the city
	impossible int
}

// turnTo begins a day where it is not the one before.
func (s *scorer) turnTo(day int32) {
	if n := len(s.days); n > 0 && s.days[n-1].day == day {
		return
	}
	s.endDay()
	s.days = append(s.days, tally{day: day})
	clear(s.day)
}

// endDay scores the totals of the day so far, if there is one.
func (s *scorer) endDay() {
	if len(s.days) == 0 {
		return
	}
	d := &s.days[len(s.days)-1]
	s.totals(d, s.day, districtDay, cityDay)
	if city := s.day[len(s.day)-1]; s.naive > 0 {
		median := count.New([]float64{city.expected}, s.dispersion).Quantile(0.5)
		d.days, d.scaled = 1, math.Abs(float64(city.came-median))/s.naive
	}
}

// totals scores the totals of the districts, and that of the city.
func (s *scorer) totals(d *tally, of []total, district, city int) {
	for a, t := range of {
		level := district
		if a == len(of)-1 {
			level = city
		}
		d.totals[level].add(t.expected, t.came, s.dispersion, s.random.Float64())
	}
}

// add scores an hour: its rates and the cells of its calls, ascending.
func (s *scorer) add(rate []float32, cells []int32) {
	d := &s.days[len(s.days)-1]
	clear(s.hour)
	city := &s.hour[len(s.hour)-1]
	for c, x := range rate {
		s.hour[s.city.District[c]].expected += float64(x)
		city.expected += float64(x)
	}
	for _, c := range cells {
		s.hour[s.city.District[c]].came++
		city.came++
	}
	d.log -= city.expected
	d.deviance += 2 * city.expected
	s.calls(d, rate, cells)
	s.totals(d, s.hour, districtHour, cityHour)
	for a, t := range s.hour {
		s.day[a].expected += t.expected
		s.day[a].came += t.came
	}
}

// calls scores the calls of one hour, ascending by cell.
func (s *scorer) calls(d *tally, rate []float32, cells []int32) {
	for i := 0; i < len(cells); {
		c, same := cells[i], 1
		for i+same < len(cells) && cells[i+same] == c {
			same++
		}
		if rate[c] == 0 {
			s.impossible += same
		}
		y, log := float64(same), math.Log(max(float64(rate[c]), leastRate))
		d.calls += y
		d.log += y * log
		d.deviance += 2 * (y*math.Log(y) - y - y*log)
		for k, h := range s.hit(rate, c) {
			for top := range h {
				d.hits[k][top] += y * h[top]
			}
		}
		i += same
	}
}

// hit returns whether a cell is among those of an hour with the highest rates that make up the top shares
// of all cells, and among those with the highest rates per land that make up the top shares of the land.
// Where equal cells share what room is left, each is partly in.
func (r *run) hit(rate []float32, cell int32) (in [2][len(tops)]float64) {
	var above, level, all [2]float64
	x, density := rate[cell], float64(rate[cell])/r.city.Land[cell]
	for c, y := range rate {
		land := r.city.Land[c]
		all[0]++
		all[1] += land
		switch {
		case y > x:
			above[0]++
		case y == x:
			level[0]++
		}
		switch d := float64(y) / land; {
		case d > density:
			above[1] += land
		case d == density:
			level[1] += land
		}
	}
	for k := range in {
		for i, top := range tops {
			in[k][i] = min(1, max(0, top*all[k]-above[k])/level[k])
		}
	}
	return in
}

// seasonalNaive returns the mean absolute error, over the days of a past, of forecasting a day by the same
// day of the week before (Hyndman and Koehler 2006); 0 where there are no two such days. Days with a gap
// are left out.
func seasonalNaive(k *clock, past *calls.History) float64 {
	hours, came := map[int32]int{}, map[int32]int{}
	var days []int32
	known(past, func(t calls.Hour) {
		d := k.dayOf(t)
		if hours[d] == 0 {
			days = append(days, d)
		}
		hours[d]++
	})
	for _, t := range past.Hour {
		came[k.dayOf(t)]++
	}
	sum, n := 0.0, 0.0
	for _, d := range days {
		if hours[d] >= 23 && hours[d-7] >= 23 {
			sum += math.Abs(float64(came[d] - came[d-7]))
			n++
		}
	}
	return sum / max(1, n)
}
