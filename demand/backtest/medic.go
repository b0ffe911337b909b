package backtest

import (
	"context"
	"fmt"
	"math"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// MEDIC is the practice of the industry: the calls of a cell in an hour are expected to be the mean of
// those in the same cell and hour of the week in the last four weeks, and in the same weeks of up to five
// earlier years (Setzer, Saydam, Gould 2009, European Journal of Operational Research 196, describe it).
//
// As it stands it gives no chance to most cells and hours, so a part of it is spread over all of them
// alike: the part, and whether cells or land count alike, are those that would have forecast the last weeks
// best.
type MEDIC struct {
	city  *demand.City
	base  [2][]float64
	floor *tuner

	recalled map[uint64]*recollection
}

// MEDIC's weeks and years.
const (
	medicWeeks = 4
	medicYears = 5
)

// NewMEDIC returns the forecaster of a city.
func NewMEDIC(city *demand.City) *MEDIC {
	m := &MEDIC{city: city, base: newKernels(city).base, recalled: map[uint64]*recollection{}}
	part := axis{name: "floor"}
	for f := 0.02; f < 0.9; f += 0.02 {
		part.values = append(part.values, f)
	}
	for f := 0.9; f < 0.99; f += 0.005 {
		part.values = append(part.values, f)
	}
	for f := 0.99; f < 0.9995; f += 0.001 { // where there are more cells and hours than calls
		part.values = append(part.values, f)
	}
	part.start = len(part.values) / 2
	m.floor = &tuner{axes: []axis{part, baseAxis}, score: m.score}
	return m
}

// Name returns "MEDIC".
func (m *MEDIC) Name() string { return "MEDIC" }

// Forecast implements Forecaster.
func (m *MEDIC) Forecast(ctx context.Context, past *calls.History, span calls.Span) (*Forecast, error) {
	k := clockOf(m.city.Zone, past, span)
	lessons := lessonsOf(m.city, k, past)
	v, err := m.floor.choose(ctx, lessons)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.Name(), err)
	}
	now := &lesson{city: m.city, clock: k, past: past}
	mean, perHour := m.mean(now)
	n, base := m.city.Len(), m.base[int(v[1])]
	f := &Forecast{Rate: make([]float32, 0, span.Hours()*n)}
	for t := span.From; t < span.To; t++ {
		for c, x := range mean[int(k.hourOfWeek(t))*n:][:n] {
			f.Rate = append(f.Rate, float32((1-v[0])*x+v[0]*perHour*base[c]))
		}
	}
	f.Dispersion = dayDispersion(lessons, func(l *lesson) []float64 {
		mean, perHour := m.mean(l)
		rates := make([]float64, l.week.Span.Hours())
		for i := range rates {
			for _, x := range mean[int(k.hourOfWeek(l.week.Span.From+calls.Hour(i)))*n:][:n] {
				rates[i] += (1 - v[0]) * x
			}
			rates[i] += v[0] * perHour
		}
		return rates
	})
	f.Chosen = chosen(m.floor, v)
	return f, nil
}

// mean returns the mean calls of each hour of the week and cell in MEDIC's weeks, and of all an hour.
func (m *MEDIC) mean(l *lesson) (mean []float64, perHour float64) {
	n := m.city.Len()
	mean = make([]float64, week*n)
	var seen [week]float64
	hours, total := 0.0, 0.5
	for y := range medicYears + 1 {
		to := l.past.Span.To - calls.Hour(y*52*week)
		part := l.past.Between(calls.Span{From: to - medicWeeks*week, To: to})
		for i, t := range part.Hour {
			mean[int(l.clock.hourOfWeek(t))*n+int(part.Cell[i])]++
			total++
		}
		known(part, func(t calls.Hour) {
			seen[l.clock.hourOfWeek(t)]++
			hours++
		})
	}
	for i, x := range mean {
		if x > 0 {
			mean[i] = x / seen[i/n]
		}
	}
	return mean, total / max(1, hours)
}

// score returns the log likelihood of a week's calls.
func (m *MEDIC) score(l *lesson, v []float64) float64 {
	k := m.recall(l)
	base := m.base[int(v[1])]
	var sum float64
	for i, c := range l.week.Cell {
		sum += math.Log((1-v[0])*k.mean[i] + v[0]*k.perHour*base[c])
	}
	return sum - (1-v[0])*k.total - v[0]*k.perHour*float64(l.week.Known())
}

// recollection is what MEDIC without a floor expected of a lesson's week.
type recollection struct {
	mean    []float64 // of the cell and hour of each call
	total   float64   // of all
	perHour float64
}

// recall returns what was expected, and keeps it.
func (m *MEDIC) recall(l *lesson) *recollection {
	if known := m.recalled[l.key]; known != nil {
		return known
	}
	mean, perHour := m.mean(l)
	k := &recollection{perHour: perHour}
	for i, c := range l.week.Cell {
		k.mean = append(k.mean, mean[int(l.clock.hourOfWeek(l.week.Hour[i]))*m.city.Len()+int(c)])
	}
	for _, x := range mean {
		k.total += x
	}
	m.recalled[l.key] = k
	return k
}
