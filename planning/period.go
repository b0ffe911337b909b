package planning

import (
	"slices"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/road"
)

// period is the chosen hours of the week that share their road speeds, for the scenario's driving and
// for conveyance.
type period struct {
	ids        []road.Period // ascending; their names and sources differ, their speeds do not
	hours      []int         // of each id, how many
	car        road.Profile
	conveyance road.Profile
	weight     []float64 // per cell, expected calls in these hours of one week
}

// periodsOf groups hours by speed and sums their demand, in ascending order of the first Period. Every
// group costs a matrix of travel times, so that periods assumed to be alike are one.
func periodsOf(hours []demand.HourOfWeek, driving road.Driving, speeds *road.SpeedTable, week *demand.Intensity) []period {
	var out []period
	for id := range road.Period(speeds.Periods()) {
		var in []demand.HourOfWeek
		for _, h := range hours {
			if speeds.Period(int(h)) == id {
				in = append(in, h)
			}
		}
		if len(in) == 0 {
			continue
		}
		car, conveyance := speeds.Profile(id, driving), speeds.Profile(id, road.Normal)
		at := slices.IndexFunc(out, func(p period) bool {
			return p.car.Factor == car.Factor && p.conveyance.Factor == conveyance.Factor
		})
		if at < 0 {
			at = len(out)
			out = append(out, period{car: car, conveyance: conveyance, weight: make([]float64, week.Cells)})
		}
		out[at].add(id, in, week)
	}
	return out
}

func (p *period) add(id road.Period, hours []demand.HourOfWeek, week *demand.Intensity) {
	p.ids, p.hours = append(p.ids, id), append(p.hours, len(hours))
	for _, h := range hours {
		for i, rate := range week.At(h) {
			p.weight[i] += float64(rate)
		}
	}
}
