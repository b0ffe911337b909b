package forecast

import (
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

// Band is a count of calls as it is expected, and quantiles of it.
type Band struct {
	Mean          float64
	P10, P50, P90 int
}

// Column is one hour of an answer.
type Column struct {
	Hour       calls.Hour        // 0 in a typical week
	HourOfWeek demand.HourOfWeek // on the wall
	Total      Band
}

// Answer is the calls expected in a query's area and hours together. Bands that it holds are each right
// by themselves; they do not add up, since days are good or bad for all places alike. The bands of the
// total and of districts know each day's own effect. Those of cells and of single hours take the multipliers
// as one gamma variable of the same variance, which at their counts makes no difference that could be seen.
type Answer struct {
	About      About
	Dispersion count.Dispersion // used for all bands
	DaysAhead  int              // from the cut-off to the middle of the calls; 0 where a prior is asked for real hours

	Columns []Column // the hours, in order
	Total   Band
	Totals  *count.Distribution // of the total, for other quantiles

	Districts []Band // of each district of the city; those outside the area have none
	// DistrictHours has for each district the band of each column: District d's are those from
	// d × len(Columns) on.
	DistrictHours []Band

	Cell          []int32   // cells of the area, ascending
	Mean          []float64 // of each of them
	P10, P50, P90 []int32
}

// TypicalDaysAhead is how far ahead of the cut-off a typical week is taken to be, for its uncertainty: a
// plan is made for the coming weeks. Several of them lie half their length ahead where that is more.
const TypicalDaysAhead = 28

// Ask answers a query. The errors say what is wrong with it, joined.
func Ask(b Baseline, q Query) (*Answer, error) {
	city := b.City()
	a := &Answer{About: b.About()}
	if err := q.validate(city, a.About); err != nil {
		return nil, fmt.Errorf("forecast: %w", err)
	}
	weights, err := q.weights(b.Mix())
	if err != nil {
		return nil, fmt.Errorf("forecast: %w", err)
	}
	if t, ok := b.(Thinner); ok && weights != nil {
		b, weights = t.Thin(weights), nil
	}
	s := newSums(b, &q, weights)
	if len(q.Typical) > 0 {
		s.typical(b.Week(), q.Typical)
		s.repeat(max(1, q.Weeks))
		a.DaysAhead = max(TypicalDaysAhead, 7*q.Weeks/2)
	} else {
		s.real(b, q.Span)
		if a.About.Learnt {
			a.DaysAhead = s.daysAhead(a.About.CutOff())
		}
	}
	a.Dispersion = b.Dispersion(a.DaysAhead)
	a.fill(s)
	return a, nil
}

// fill turns sums of means into bands.
func (a *Answer) fill(s *sums) {
	a.Columns, a.Cell, a.Mean = s.columns, s.cells, s.cell
	days := len(s.days)
	var together []float64 // of each day, all calls
	for d := range days {
		together = append(together, sum(s.district[d*s.districts:(d+1)*s.districts]))
	}
	a.Totals = count.New(together, a.Dispersion)
	a.Total = bandOf(a.Totals)
	each := make([]float64, days)
	for d := range s.districts {
		for day := range days {
			each[day] = s.district[day*s.districts+d]
		}
		a.Districts = append(a.Districts, bandOf(count.New(each, a.Dispersion)))
	}
	hour := newBands(a.Dispersion.Day + a.Dispersion.Level + a.Dispersion.Day*a.Dispersion.Level)
	for i := range a.Columns {
		a.Columns[i].Total = hour.of(s.total[i])
	}
	a.DistrictHours = make([]Band, s.districts*len(a.Columns))
	for d := range s.districts {
		for i := range a.Columns {
			a.DistrictHours[d*len(a.Columns)+i] = hour.of(s.districtHour[i*s.districts+d])
		}
	}
	cell := newBands(oneGamma(together, a.Dispersion))
	a.P10, a.P50, a.P90 = make([]int32, len(s.cell)), make([]int32, len(s.cell)), make([]int32, len(s.cell))
	for i, m := range s.cell {
		b := cell.of(m)
		a.P10[i], a.P50[i], a.P90[i] = int32(b.P10), int32(b.P50), int32(b.P90)
	}
}

// oneGamma returns the variance of Σ L·G_d·m_d / Σ m_d: that of one multiplier in the place of all.
func oneGamma(means []float64, d count.Dispersion) float64 {
	total, squares := 0.0, 0.0
	for _, m := range means {
		total, squares = total+m, squares+m*m
	}
	if total == 0 {
		return d.Level
	}
	day := d.Day * squares / (total * total)
	return day + d.Level + day*d.Level
}

func bandOf(n *count.Distribution) Band {
	return Band{n.Mean(), n.Quantile(0.1), n.Quantile(0.5), n.Quantile(0.9)}
}

// bands makes bands of many counts of the same variance of multipliers.
type bands struct{ p10, p50, p90 quantiles }

func newBands(phi float64) *bands {
	return &bands{quantiles{p: 0.1, phi: phi}, quantiles{p: 0.5, phi: phi}, quantiles{p: 0.9, phi: phi}}
}

func (b *bands) of(mean float64) Band {
	return Band{mean, b.p10.of(mean), b.p50.of(mean), b.p90.of(mean)}
}

func sum(xs []float64) float64 {
	var s float64
	for _, x := range xs {
		s += x
	}
	return s
}

// hoursOf returns hours of the week ascending, each once.
func hoursOf(asked []demand.HourOfWeek) []demand.HourOfWeek {
	hours := slices.Clone(asked)
	slices.Sort(hours)
	return slices.Compact(hours)
}
