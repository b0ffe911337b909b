package planning

import (
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// service is how a set of cars serves every cell in every part.
type service struct {
	st    *study
	parts []partService // as st.parts
}

// partService is a service of one part's calls: per cell, the times of its nearest cars, soonest first.
type partService struct {
	weight []float64
	share  []float64 // of calls that the k-th nearest car serves: busy cars are passed over where the objective counts that
	goal   []float64 // what the k-th nearest car counts for in the objective
	levels int
	time   []road.Millis // Cells × levels, by road
}

// serve works out how the cars at the given posts serve, busy a share q of the time each. The cars of
// anyGroup serve every call at every hour.
func (st *study) serve(cars []post, q float64) *service {
	return st.serveRows(cars, q, func(car, period int) []road.Millis { return st.times[period].Row(cars[car].site) })
}

// serveRows is serve for cars that may stand anywhere: row gives a car's times to the cells.
func (st *study) serveRows(cars []post, q float64, row func(car, period int) []road.Millis) *service {
	v := &service{st: st}
	for i := range st.parts {
		p := &st.parts[i]
		var rows [][]road.Millis
		for n, c := range cars {
			if p.serves(c.group) {
				rows = append(rows, row(n, p.period))
			}
		}
		s := partService{weight: p.weight, share: []float64{1}, goal: st.scenario.shares(q, len(rows))}
		if st.roster != nil { // fewer cars count as far away, not as fewer levels
			s.goal = st.scenario.shares(q, p.cars)
		}
		if st.scenario.Objective.countsBusy() {
			s.share = optimiser.Shares(q, max(1, min(Levels, len(rows))))
		}
		s.levels = max(len(s.share), len(s.goal))
		s.time = nearest(rows, st.city.Grid.Len(), s.levels)
		v.parts = append(v.parts, s)
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

// outcomes gives the times of the nearest cars and the calls of each cell that expects some, part by part.
func (v *service) outcomes(each func(cell int, p *partService, times []road.Millis, calls float64)) {
	for l := range v.parts {
		p := &v.parts[l]
		for i, w := range p.weight {
			if w > 0 {
				each(i, p, p.time[i*p.levels:(i+1)*p.levels], w)
			}
		}
	}
}

// value returns the objective in its own unit; that of FewestCars is the share of calls reached in time.
func (v *service) value() float64 {
	switch v.st.scenario.Objective {
	case WorstResponse:
		return v.worst().Seconds()
	case FewestCars:
		return v.within(v.st.reach())
	}
	var sum, whole float64
	curve := v.st.scenario.curve()
	v.outcomes(func(_ int, p *partService, times []road.Millis, calls float64) {
		for k, share := range p.goal {
			cost := times[k].Seconds()
			if curve != nil {
				cost = float64(curve.At(times[k])) / 1000
			}
			sum += calls * share * cost
			whole += calls * share
		}
	})
	return v.st.scenario.natural(sum, whole, v.st.calls)
}

// worst returns the longest time from the nearest car to a cell with calls.
func (v *service) worst() (longest road.Millis) {
	v.outcomes(func(_ int, _ *partService, times []road.Millis, _ float64) { longest = max(longest, times[0]) })
	return longest
}

// within returns the share of calls whose nearest car is within a time by road.
func (v *service) within(limit road.Millis) (in float64) {
	v.outcomes(func(_ int, _ *partService, times []road.Millis, calls float64) {
		if times[0] <= limit {
			in += calls
		}
	})
	return in / v.st.calls
}

// areas returns the statistics of each part of London, and those of all; part says which one a cell is in.
func (v *service) areas(parts int, part []int) (each []Area, all Area) {
	busy, first := newTally(parts), newTally(parts)
	v.outcomes(func(i int, p *partService, times []road.Millis, calls float64) {
		first.add(part[i], times[0], calls)
		for k, share := range p.share {
			busy.add(part[i], times[k], calls*share)
		}
	})
	busy.settle()
	first.settle()
	v.outcomes(func(i int, p *partService, times []road.Millis, calls float64) {
		first.look(part[i], times[0], calls)
		for k, share := range p.share {
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
