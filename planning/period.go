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
	running    uint16    // the groups of cars that run, a bit for each
	weight     []float64 // per cell, expected calls in these hours of one week
}

// periodsOf groups the scenario's hours by speed and by the groups of cars that run, and sums their
// demand, in ascending order of the first Period. Every speed costs a matrix of travel times, so that
// periods assumed to be alike are one.
func periodsOf(s *Scenario, groups []Group, speeds *road.SpeedTable, week *demand.Intensity) []period {
	var out []period
	for id := range road.Period(speeds.Periods()) {
		in := map[uint16][]demand.HourOfWeek{}
		var sets []uint16 // in the order of their first hours
		for _, h := range s.Hours {
			if speeds.Period(int(h)) != id {
				continue
			}
			set := runningAt(groups, h)
			if in[set] == nil {
				sets = append(sets, set)
			}
			in[set] = append(in[set], h)
		}
		car, conveyance := speeds.Profile(id, s.Driving), speeds.Profile(id, road.Normal)
		s.Times.stretch(&car)
		s.Times.stretch(&conveyance)
		for _, set := range sets {
			at := slices.IndexFunc(out, func(p period) bool {
				return p.car.Factor == car.Factor && p.conveyance.Factor == conveyance.Factor && p.running == set
			})
			if at < 0 {
				at = len(out)
				out = append(out, period{car: car, conveyance: conveyance, running: set, weight: make([]float64, week.Cells)})
			}
			out[at].add(id, in[set], week)
		}
	}
	return out
}

// runningAt returns the groups that run in an hour, a bit for each.
func runningAt(groups []Group, h demand.HourOfWeek) (set uint16) {
	for g := range groups {
		if groups[g].runs(h) {
			set |= 1 << g
		}
	}
	return set
}

// stretch multiplies every time of a profile by the factor.
func (t *TimeFactor) stretch(p *road.Profile) {
	if t.Factor == 0 {
		return
	}
	for c := range p.Factor {
		for z := range p.Factor[c] {
			p.Factor[c][z] *= float32(t.Factor)
		}
	}
}

func (p *period) add(id road.Period, hours []demand.HourOfWeek, week *demand.Intensity) {
	p.ids, p.hours = append(p.ids, id), append(p.hours, len(hours))
	for _, h := range hours {
		for i, rate := range week.At(h) {
			p.weight[i] += float64(rate)
		}
	}
}
