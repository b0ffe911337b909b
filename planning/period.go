package planning

import (
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/road"
)

// period is the chosen hours of the week that share their road speeds.
type period struct {
	id     road.Period
	hours  int
	weight []float64 // per cell, expected calls in these hours of one week
}

// periodsOf groups hours by speed and sums their demand, in ascending order of Period.
func periodsOf(hours []demand.HourOfWeek, speeds *road.SpeedTable, prior *demand.Intensity) []period {
	byID := make([]*period, speeds.Periods())
	for _, h := range hours {
		id := speeds.Period(int(h))
		p := byID[id]
		if p == nil {
			p = &period{id: id, weight: make([]float64, prior.Cells)}
			byID[id] = p
		}
		p.hours++
		for i, rate := range prior.At(h) {
			p.weight[i] += float64(rate)
		}
	}
	var out []period
	for _, p := range byID {
		if p != nil {
			out = append(out, *p)
		}
	}
	return out
}
