package backtest

import (
	"context"
	"fmt"
	"math"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// KDE is the spatio-temporal kernel density estimate: each call of the past spreads over space by a
// Gaussian and over the week by another, and fades with age. What holds for all places, the share of each
// hour, is smoothed by a kernel of its own: the width that is best for the city's hours is far too narrow
// for the few calls round one cell (a kernel estimate of the conditional density; Hyndman, Bashtannyk and
// Grunwald 1996). The bandwidth, the width and mixing of hours, the half-life, what calls are spread over
// and a floor are those that would have forecast the last weeks best.
type KDE struct {
	city    *demand.City
	kernels *kernels
	level   *tuner
	profile *tuner
	density *tuner

	seenAt    map[uint64]*seenBy // the last of each lesson
	densityAt map[densityOf][]float64
}

// seenBy is what seen returned.
type seenBy struct {
	v [3]float64
	m []float64
}

// densityOf is what the densities of a lesson's calls, without floor, follow from.
type densityOf struct {
	key uint64
	v   [5]float64
}

// NewKDE returns the forecaster of a city.
func NewKDE(city *demand.City) *KDE {
	d := &KDE{city: city, kernels: newKernels(city), level: newLevel(), profile: newProfile(), seenAt: map[uint64]*seenBy{}, densityAt: map[densityOf][]float64{}}
	hours := axis{"cells' hours σ", []float64{1, 1.5, 2, 3, 4, 6, 9, 14, 30}, 6}
	days := dayAxis
	days.name = "cells' any day"
	d.density = &tuner{axes: []axis{bandwidthAxis, hours, days, fadeAxis, baseAxis, floorAxis}, score: d.score}
	return d
}

// Name returns "space-time KDE".
func (d *KDE) Name() string { return "space-time KDE" }

// Forecast implements Forecaster.
func (d *KDE) Forecast(ctx context.Context, past *calls.History, span calls.Span) (*Forecast, error) {
	k := clockOf(d.city.Zone, past, span)
	lessons := lessonsOf(d.city, k, past)
	tuned, err := chooseAll(ctx, lessons, d.level, d.profile, d.density)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.Name(), err)
	}
	lv, pv, dv := tuned[0], tuned[1], tuned[2]
	now := &lesson{city: d.city, clock: k, past: past}
	hours, p, n := profile(now, pv), d.densities(now, dv), d.city.Len()
	perHour := level(past, lv[0])
	f := &Forecast{Rate: make([]float32, span.Hours()*n)}
	for t := span.From; t < span.To; t++ {
		row, h := f.Rate[int(t-span.From)*n:], int(k.hourOfWeek(t))
		for c := range n {
			row[c] = float32(perHour * week * hours[h] * p[c*week+h])
		}
	}
	f.Dispersion = dayDispersion(lessons, func(l *lesson) []float64 {
		return hourly(l, level(l.past, lv[0]), profile(l, pv))
	})
	f.Chosen = join(chosen(d.level, lv), chosen(d.profile, pv), chosen(d.density, dv))
	return f, nil
}

// seen returns what was seen before a lesson's week, spread over time but not yet over space: cells ×
// hours of the week, of sum 1 in each hour; or nil where there was nothing.
func (d *KDE) seen(l *lesson, v []float64) []float64 {
	weight := weights(l.clock, l.past, v[3])
	n := make([]float64, d.city.Len()*week)
	for i, c := range l.past.Cell {
		n[int(c)*week+int(l.clock.hourOfWeek(l.past.Hour[i]))] += weight[i]
	}
	kernel := newTimeKernel(v[1], v[2])
	var row, all [week]float64
	for c := 0; c < len(n); c += week {
		kernel.spread(n[c:c+week], row[:])
		copy(n[c:], row[:])
		for h, x := range row {
			all[h] += x
		}
	}
	for h, x := range all {
		if x == 0 { // too few calls for so narrow a kernel
			return nil
		}
		all[h] = 1 / x
	}
	for i := range n {
		n[i] *= all[i%week]
	}
	return n
}

// densities returns the probability of each cell given the hour of the week: cells × hours.
func (d *KDE) densities(l *lesson, v []float64) []float64 {
	m, base := d.seen(l, v), d.kernels.base[int(v[4])]
	p := make([]float64, d.city.Len()*week)
	kernel := d.kernels.of(v[0], v[4])
	for c := range base {
		to := p[c*week : (c+1)*week]
		if m != nil {
			r := kernel.from(c)
			for i, o := range r.cells {
				give := float64(r.give[i])
				for h, x := range m[int(o)*week : (int(o)+1)*week] {
					to[h] += give * x
				}
			}
		}
		for h := range to {
			to[h] = floored(to[h], base[c], m != nil, v[5])
		}
	}
	return p
}

// floored mixes a density with the floor; without any calls there is nothing but the floor.
func floored(p, base float64, any bool, floor float64) float64 {
	if !any {
		return base
	}
	return (1-floor)*p + floor*base
}

// score returns the log probability of the cells of a week's calls, given their hours.
func (d *KDE) score(l *lesson, v []float64) float64 {
	base := d.kernels.base[int(v[4])]
	p := d.densitiesOf(l, v)
	var sum float64
	for i, c := range l.week.Cell {
		sum += math.Log(floored(p[i], base[c], p[i] >= 0, v[5]))
	}
	return sum
}

// densitiesOf returns the density of each call of a lesson's week without a floor, and keeps it; -1 where
// nothing was seen before.
func (d *KDE) densitiesOf(l *lesson, v []float64) []float64 {
	id := densityOf{l.key, [5]float64(v)}
	if known := d.densityAt[id]; known != nil {
		return known
	}
	m := d.recall(l, v)
	kernel := d.kernels.of(v[0], v[4])
	p := make([]float64, len(l.week.Cell))
	for i, c := range l.week.Cell {
		if m == nil {
			p[i] = -1
			continue
		}
		h := int(l.clock.hourOfWeek(l.week.Hour[i]))
		r := kernel.from(int(c))
		for k, o := range r.cells {
			p[i] += float64(r.give[k]) * m[int(o)*week+h]
		}
	}
	d.densityAt[id] = p
	return p
}

// recall returns what seen returns, and keeps the last of each of the lessons.
func (d *KDE) recall(l *lesson, v []float64) []float64 {
	by := [3]float64(v[1:4])
	if known := d.seenAt[l.key]; known != nil && known.v == by {
		return known.m
	}
	if len(d.seenAt) > lessonWeeks {
		clear(d.seenAt)
	}
	m := d.seen(l, v)
	d.seenAt[l.key] = &seenBy{by, m}
	return m
}
