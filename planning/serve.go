package planning

import (
	"math"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// service is how a set of cars serves every cell in every period: per period and cell, the times of
// its nearest cars, soonest first, in the places that share says.
type service struct {
	st     *study
	levels int
	share  []float64   // per level, the share of calls that its car serves
	time   [][]float64 // per period, Cells × levels, seconds by road
}

// serve works out how the cars at the given sites serve, busy a share q of the time each.
func (st *study) serve(sites []int, q float64) *service {
	v := &service{st: st, levels: levelsFor(st.scenario.Objective, len(sites))}
	for k := range v.levels {
		reach := math.Pow(q, float64(k))
		if k < v.levels-1 {
			reach *= 1 - q
		}
		v.share = append(v.share, reach)
	}
	for _, layer := range st.car.Layers {
		v.time = append(v.time, nearest(layer, sites, v.levels))
	}
	return v
}

// nearest returns, for every cell, the times from the nearest levels of the sites, ascending.
func nearest(layer optimiser.Layer, sites []int, levels int) []float64 {
	cells := layer.Time.Cells
	out := make([]float64, cells*levels)
	for i := range out {
		out[i] = math.Inf(1)
	}
	for _, s := range sites {
		for i, t := range layer.Time.Row(s) {
			seconds := capped(t)
			best := out[i*levels : (i+1)*levels]
			for k := range best { // insertion; levels is at most three
				if seconds < best[k] {
					seconds, best[k] = best[k], seconds
				}
			}
		}
	}
	return out
}

// capped returns a time in seconds, cut at the optimiser's longest, as in its objective.
func capped(t road.Millis) float64 { return min(t, optimiser.Cap).Seconds() }

// value returns the objective: the mean road time of a call in seconds.
func (v *service) value() float64 {
	var sum float64
	for l, p := range v.st.periods {
		for i, w := range p.weight {
			for k, share := range v.share {
				sum += w * share * v.time[l][i*v.levels+k]
			}
		}
	}
	return sum / v.st.calls
}

// area returns the statistics over the cells that in picks.
func (v *service) area(name string, in func(cell int) bool) Area {
	var all, first []wait
	var calls float64
	for l, p := range v.st.periods {
		for i, w := range p.weight {
			if w == 0 || !in(i) {
				continue
			}
			calls += w
			times := v.time[l][i*v.levels : (i+1)*v.levels]
			first = append(first, wait{MobilisationSeconds + times[0], w})
			for k, share := range v.share {
				all = append(all, wait{MobilisationSeconds + times[k], w * share})
			}
		}
	}
	return Area{
		Name: name, CallsPerHour: round(calls/float64(len(v.st.scenario.Hours)), 6),
		Response: summarise(all), Nearest: summarise(first),
	}
}

func (v *service) london() Area { return v.area("London", func(int) bool { return true }) }

func (v *service) sector(s geo.Sector) Area {
	g := v.st.city.Grid
	return v.area(s.String(), func(cell int) bool { return g.Sector(grid.Index(cell)) == s })
}

// boroughs returns the areas of the boroughs that expect calls, in the city's order.
func (v *service) boroughs() []Area {
	g, out := v.st.city.Grid, []Area{}
	for b := range v.st.city.Boroughs {
		borough := &v.st.city.Boroughs[b]
		a := v.area(borough.Name, func(cell int) bool { return g.Borough(grid.Index(cell)) == b })
		if a.CallsPerHour > 0 {
			a.Code, a.Sector = borough.Code, borough.Sector.String()
			out = append(out, a)
		}
	}
	return out
}
