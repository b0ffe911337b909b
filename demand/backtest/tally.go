package backtest

import (
	"math"
	"math/rand/v2"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

// tally is what a day adds to each score. Every score is a sum over days divided by another, so that days
// and weeks can be drawn again.
type tally struct {
	day          int32
	calls        float64
	log          float64 // Σ log λ over calls − Σ λ
	deviance     float64
	hits         [2][len(tops)]float64 // by cells and by land
	days, scaled float64               // known days, and their absolute errors over that of the seasonal naive forecast
	totals       [levels]totals
}

// tops are the shares of the cells, or of the land, that hit rates are given for.
var tops = [...]float64{0.02, 0.05, 0.10}

// What is totalled.
const (
	districtHour = iota
	districtDay
	cityHour
	cityDay
	levels
)

const bins = 10

// coverage levels of central intervals.
var central = [...]float64{0.80, 0.95}

// totals are the scores of the totals of an area and a period.
type totals struct {
	n, crps  float64
	covered  [len(central)]float64 // without chance: see count.PIT.Covered
	interval [len(central)]float64 // whole numbers from quantile to quantile
	stated   [len(central)]float64 // what the forecast gave those intervals
	pit      [bins]float64         // without chance
	random   [bins]float64         // randomised
}

func (t *totals) add(expected float64, came int, d count.Dispersion, u float64) {
	n := count.New([]float64{expected}, d)
	t.n++
	t.crps += n.CRPS(came)
	p := n.PIT(came)
	for i, level := range central {
		t.covered[i] += p.Covered(level)
		low, high := n.Quantile((1-level)/2), n.Quantile((1+level)/2)
		if low <= came && came <= high {
			t.interval[i]++
		}
		t.stated[i] += n.CDF(high) - n.CDF(low-1)
	}
	for b := range bins {
		t.pit[b] += p.Within(float64(b)/bins, float64(b+1)/bins)
	}
	t.random[min(bins-1, int(bins*(p.Low+u*(p.High-p.Low))))]++
}

// plus adds another tally.
func (t *tally) plus(o *tally) {
	t.calls, t.log, t.deviance = t.calls+o.calls, t.log+o.log, t.deviance+o.deviance
	t.days, t.scaled = t.days+o.days, t.scaled+o.scaled
	for i := range t.hits {
		for k := range tops {
			t.hits[i][k] += o.hits[i][k]
		}
	}
	for l := range t.totals {
		a, b := &t.totals[l], &o.totals[l]
		a.n, a.crps = a.n+b.n, a.crps+b.crps
		for i := range central {
			a.covered[i] += b.covered[i]
			a.interval[i] += b.interval[i]
			a.stated[i] += b.stated[i]
		}
		for i := range bins {
			a.pit[i] += b.pit[i]
			a.random[i] += b.random[i]
		}
	}
}

// leastRate is what a rate of 0 is scored as where a call came: a score stays finite.
const leastRate = 1e-12

// score compares a forecast with what came. impossible counts the calls that had no chance.
func (r *run) score(f *Forecast, past *calls.History, span calls.Span) (days []tally, impossible int) {
	came := r.history.Between(span)
	n, areas := r.city.Len(), len(r.city.Districts)
	naive := seasonalNaive(r.clock, past)
	random := rand.New(rand.NewPCG(r.seed, uint64(span.From))) // the same for all forecasters
	type total struct {
		expected float64
		came     int
	}
	var day []total // of each area; the last is the city
	whole := 0      // known hours of the day
	hour := make([]total, areas+1)
	end := func() {
		if whole == 0 {
			return
		}
		d := &days[len(days)-1]
		for a, t := range day {
			level := districtDay
			if a == areas {
				level = cityDay
			}
			d.totals[level].add(t.expected, t.came, f.Dispersion, random.Float64())
		}
		if naive > 0 {
			median := count.New([]float64{day[areas].expected}, f.Dispersion).Quantile(0.5)
			d.days, d.scaled = 1, math.Abs(float64(day[areas].came-median))/naive
		}
	}
	next := 0
	known(came, func(t calls.Hour) {
		if local := r.clock.dayOf(t); len(days) == 0 || days[len(days)-1].day != local {
			end()
			days, day, whole = append(days, tally{day: local}), make([]total, areas+1), 0
		}
		whole++
		d := &days[len(days)-1]
		clear(hour)
		rate := f.Rate[int(t-span.From)*n:][:n]
		for c, x := range rate {
			hour[r.city.District[c]].expected += float64(x)
		}
		first := next
		for ; next < came.Len() && came.Hour[next] == t; next++ {
			hour[r.city.District[came.Cell[next]]].came++
		}
		impossible += r.calls(d, rate, came.Cell[first:next])
		for a := range areas {
			hour[areas].expected += hour[a].expected
			hour[areas].came += hour[a].came
		}
		d.log -= hour[areas].expected
		d.deviance += 2 * hour[areas].expected
		for a, x := range hour {
			level := districtHour
			if a == areas {
				level = cityHour
			}
			d.totals[level].add(x.expected, x.came, f.Dispersion, random.Float64())
			day[a].expected += x.expected
			day[a].came += x.came
		}
	})
	end()
	return days, impossible
}

// calls scores the calls of one hour, ascending by cell.
func (r *run) calls(d *tally, rate []float32, cells []int32) (impossible int) {
	for i := 0; i < len(cells); {
		c, same := cells[i], 1
		for i+same < len(cells) && cells[i+same] == c {
			same++
		}
		y := float64(same)
		if rate[c] == 0 {
			impossible += same
		}
		log := math.Log(max(float64(rate[c]), leastRate))
		d.calls += y
		d.log += y * log
		d.deviance += 2 * (y*math.Log(y) - y - y*log)
		for k, h := range r.hit(rate, c) {
			for top := range h {
				d.hits[k][top] += y * h[top]
			}
		}
		i += same
	}
	return impossible
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
