package forecast

import (
	"math"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// sums gathers expected calls of a query: by cell, by district and local day, by district and hour.
type sums struct {
	city      *demand.City
	cells     []int32
	districts int
	factor    []float32 // of each district and hour of day, the part of calls that counts; nil: all

	columns      []Column
	total        []float64 // of each column
	districtHour []float64 // columns × districts
	cell         []float64 // of each of cells
	days         []day     // local days, in order
	district     []float64 // days × districts
}

// day is a local date, or a day of a typical week.
type day struct {
	year, yearDay int
}

func newSums(b Baseline, q *Query, weights []float64) *sums {
	city := b.City()
	s := &sums{city: city, cells: q.cells(city), districts: len(city.Districts)}
	s.cell = make([]float64, len(s.cells))
	if weights != nil {
		s.factor = parts(b.Mix(), s.districts, weights)
	}
	return s
}

// parts returns the part of the calls of each district and hour of day that the weights of kinds keep.
func parts(m *Mix, districts int, weights []float64) []float32 {
	out := make([]float32, districts*hoursPerDay)
	for i := range out {
		if m == nil {
			out[i] = float32(weights[0])
			continue
		}
		sum := 0.0
		for k, p := range m.Share[i*len(m.Kinds) : (i+1)*len(m.Kinds)] {
			sum += weights[k] * float64(p)
		}
		out[i] = float32(sum)
	}
	return out
}

// real adds the hours of a span, a day's worth at a time to keep them in the cache.
func (s *sums) real(b Baseline, span calls.Span) {
	var rates []float32
	for from := span.From; from < span.To; from += hoursPerDay {
		part := calls.Span{From: from, To: min(from+hoursPerDay, span.To)}
		rates = b.Rates(part, rates)
		for k := range part.Hours() {
			h := part.From + calls.Hour(k)
			t := h.Time().In(s.city.Zone)
			c := Column{Hour: h, HourOfWeek: demand.HourOf(t, s.city.Zone)}
			s.add(c, day{t.Year(), t.YearDay()}, rates[k*s.city.Len():(k+1)*s.city.Len()])
		}
	}
}

// typical adds hours of a typical week.
func (s *sums) typical(week *demand.Intensity, hours []demand.HourOfWeek) {
	for _, h := range hoursOf(hours) {
		s.add(Column{HourOfWeek: h}, day{0, int(h) / hoursPerDay}, week.At(h))
	}
}

// repeat counts the days so many times, each time with effects of their own.
func (s *sums) repeat(times int) {
	for i := range s.cell {
		s.cell[i] *= float64(times)
	}
	once := s.days
	s.district = slices.Repeat(s.district, times)
	for k := 1; k < times; k++ {
		for _, d := range once {
			s.days = append(s.days, day{k, d.yearDay})
		}
	}
}

// add adds one hour's rates of all cells.
func (s *sums) add(c Column, d day, rates []float32) {
	if n := len(s.days); n == 0 || s.days[n-1] != d {
		s.days = append(s.days, d)
		s.district = append(s.district, make([]float64, s.districts)...)
	}
	from := len(s.districtHour)
	s.districtHour = append(s.districtHour, make([]float64, s.districts)...)
	here := s.districtHour[from:]
	factor := make([]float32, s.districts)
	for k := range factor {
		factor[k] = 1
		if s.factor != nil {
			factor[k] = s.factor[k*hoursPerDay+int(c.HourOfWeek)%hoursPerDay]
		}
	}
	for i, cell := range s.cells {
		k := s.city.District[cell]
		r := float64(rates[cell] * factor[k])
		s.cell[i] += r
		here[k] += r
	}
	s.columns, s.total = append(s.columns, c), append(s.total, sum(here))
	for k, r := range here {
		s.district[len(s.district)-s.districts+k] += r
	}
}

// daysAhead returns how many days after the cut-off the middle of the expected calls lies.
func (s *sums) daysAhead(cutOff calls.Hour) int {
	half, before := sum(s.total)/2, 0.0
	for i, v := range s.total {
		if before += v; before >= half {
			ahead := time.Duration(s.columns[i].Hour-cutOff+1) * time.Hour
			return int(math.Ceil(ahead.Hours() / hoursPerDay))
		}
	}
	return 1
}
