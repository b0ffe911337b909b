package scenario

import (
	"slices"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// mixNow counts the calls of each kind in a typical week.
func (b *Baseline) mixNow() *forecast.Mix {
	n := len(b.mix.kinds)
	out := &forecast.Mix{Kinds: b.mix.kinds, Share: make([]float32, b.districts*hoursPerDay*n)}
	if m := b.base.Mix(); m != nil {
		out.ByHour, out.ByDistrict, out.ByBoth = m.ByHour, m.ByDistrict, m.ByBoth
	}
	sums := make([]float64, len(out.Share))
	lumped, week := b.lump(b.base.Week())
	rates := make([]float32, len(lumped.district))
	for k := range n {
		lumped.weights = make([]float64, n)
		lumped.weights[k] = b.weights[k]
		for h := range demand.HourOfWeek(demand.HoursPerWeek) {
			copy(rates, week.At(h))
			lumped.change(moment{typical: true, week: h}, rates)
			for i, d := range lumped.district {
				sums[(int(d)*hoursPerDay+int(h)%hoursPerDay)*n+k] += float64(rates[i])
			}
		}
	}
	for g := 0; g < len(sums); g += n {
		divide(out.Share[g:g+n], sums[g:g+n], b.mix.at(g/n/hoursPerDay, g/n%hoursPerDay))
	}
	return out
}

// lump returns the changes, and a typical week, on fewer cells: those that some step touches, and one for
// all others of each district, which no step tells apart.
func (b *changes) lump(week *demand.Intensity) (*changes, *demand.Intensity) {
	var touched []int32
	for _, s := range b.steps {
		touched = append(touched, s.cells()...)
	}
	slices.Sort(touched)
	touched = slices.Compact(touched)
	out := &changes{districts: b.districts, mix: b.mix}
	to := make([]int32, len(b.district)) // of each cell
	for i, d := range b.district {
		to[i] = int32(len(touched)) + d
	}
	for i, c := range touched {
		to[c], out.district = int32(i), append(out.district, b.district[c])
	}
	for d := range b.districts {
		out.district = append(out.district, int32(d))
	}
	for _, s := range b.steps {
		var cells []int32
		for _, c := range s.cells() {
			cells = append(cells, to[c])
		}
		out.steps = append(out.steps, s.moved(cells))
	}
	return out, lumpWeek(week, to, len(out.district))
}

// lumpWeek sums the rates of cells that become one.
func lumpWeek(week *demand.Intensity, to []int32, cells int) *demand.Intensity {
	out := &demand.Intensity{Source: week.Source, Cells: cells, Rate: make([]float32, demand.HoursPerWeek*cells)}
	sums := make([]float64, cells)
	for h := range demand.HourOfWeek(demand.HoursPerWeek) {
		clear(sums)
		for i, r := range week.At(h) {
			sums[to[i]] += float64(r)
		}
		for i, s := range sums {
			out.At(h)[i] = float32(s)
		}
	}
	return out
}

// divide writes shares of sums; where there are no calls, the shares that there were.
func divide(shares []float32, sums []float64, before []float32) {
	var total float64
	for _, s := range sums {
		total += s
	}
	if total == 0 {
		copy(shares, before)
		return
	}
	for k, s := range sums {
		shares[k] = float32(s / total)
	}
}
