package planning

import (
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
	share  []float64       // per level, the share of calls that its car serves
	time   [][]road.Millis // per period, Cells × levels, by road
}

// serve works out how the cars at the given sites serve, busy a share q of the time each.
func (st *study) serve(sites []int, q float64) *service {
	return st.serveRows(len(sites), q, func(layer int) [][]road.Millis {
		rows := make([][]road.Millis, len(sites))
		for n, s := range sites {
			rows[n] = st.car.Layers[layer].Time.Row(s)
		}
		return rows
	})
}

// serveRows is serve for cars whose times to the cells rows gives, in each layer.
func (st *study) serveRows(cars int, q float64, rows func(layer int) [][]road.Millis) *service {
	v := &service{st: st, share: optimiser.Shares(q, levelsFor(st.scenario.Objective, cars))}
	v.levels = len(v.share)
	for l, layer := range st.car.Layers {
		v.time = append(v.time, nearest(rows(l), layer.Time.Cells, v.levels))
	}
	return v
}

// nearest returns, for every cell, the times of the nearest levels of the rows, ascending, cut at the
// optimiser's longest as in its objective; a car that is missing is as far as that.
func nearest(rows [][]road.Millis, cells, levels int) []road.Millis {
	out := make([]road.Millis, cells*levels)
	for i := range out {
		out[i] = optimiser.Cap
	}
	for _, row := range rows {
		for i, t := range row {
			best := out[i*levels : (i+1)*levels]
			if t >= best[levels-1] {
				continue
			}
			k := levels - 1
			for ; k > 0 && t < best[k-1]; k-- {
				best[k] = best[k-1]
			}
			best[k] = t
		}
	}
	return out
}

// capped returns a time in seconds, cut at the optimiser's longest, as in its objective.
func capped(t road.Millis) float64 { return min(t, optimiser.Cap).Seconds() }

// value returns the objective: the mean road time of a call in seconds.
func (v *service) value() float64 {
	var sum float64
	v.outcomes(func(_ int, times []road.Millis, calls float64) {
		for k, share := range v.share {
			sum += calls * share * times[k].Seconds()
		}
	})
	return sum / v.st.calls
}

// outcomes gives the times of the nearest cars and the calls of each cell that expects some, by period.
func (v *service) outcomes(each func(cell int, times []road.Millis, calls float64)) {
	for l, p := range v.st.periods {
		for i, w := range p.weight {
			if w > 0 {
				each(i, v.time[l][i*v.levels:(i+1)*v.levels], w)
			}
		}
	}
}

// areas returns the statistics of each part of London, and those of all; part says which one a cell is in.
func (v *service) areas(parts int, part []int) (each []Area, all Area) {
	busy, first := newTally(parts), newTally(parts)
	v.outcomes(func(i int, times []road.Millis, calls float64) {
		first.add(part[i], times[0], calls)
		for k, share := range v.share {
			busy.add(part[i], times[k], calls*share)
		}
	})
	busy.settle()
	first.settle()
	v.outcomes(func(i int, times []road.Millis, calls float64) {
		first.look(part[i], times[0], calls)
		for k, share := range v.share {
			busy.look(part[i], times[k], calls*share)
		}
	})
	for n := range parts + 1 {
		calls := first.total(n) / float64(len(v.st.scenario.Hours))
		each = append(each, Area{CallsPerHour: round(calls, 6), Response: busy.response(n), Nearest: first.response(n)})
	}
	all = each[parts]
	all.Name = "London"
	return each[:parts], all
}

// sectors returns the areas of the sectors, in their order, and of London.
func (v *service) sectors() (each []Area, all Area) {
	g := v.st.city.Grid
	part := make([]int, g.Len())
	for i := range part {
		part[i] = int(g.Sector(grid.Index(i)))
	}
	each, all = v.areas(int(geo.Sectors)+1, part) // a cell may be in none
	for s := range geo.Sectors {
		each[s].Name = s.String()
	}
	return each[:geo.Sectors], all
}

// boroughs returns the areas of the boroughs that expect calls, in the city's order, and of London.
func (v *service) boroughs() (each []Area, all Area) {
	g, boroughs := v.st.city.Grid, v.st.city.Boroughs
	part := make([]int, g.Len())
	for i := range part {
		part[i] = len(boroughs) // none
		if b := g.Borough(grid.Index(i)); b >= 0 && b < len(boroughs) {
			part[i] = b
		}
	}
	found, all := v.areas(len(boroughs)+1, part)
	each = []Area{}
	for b := range boroughs {
		if a := found[b]; a.CallsPerHour > 0 {
			a.Code, a.Name, a.Sector = boroughs[b].Code, boroughs[b].Name, boroughs[b].Sector.String()
			each = append(each, a)
		}
	}
	return each, all
}
