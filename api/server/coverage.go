package server

import (
	"cmp"
	"context"
	"slices"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// noWay stands for a cell that no road leads to.
const noWay = -1

// GetCoverage returns the minutes by road from the nearest car, by cell, for the cars that are free
// now, for those of a plan, or for those that a plan is compared with.
func (s *planningService) GetCoverage(_ context.Context, r *pb.GetCoverageRequest) (*pb.Coverage, error) {
	if err := inRange("hour", r.GetHour(), 0, demand.HoursPerWeek-1); err != nil {
		return nil, err
	}
	cars, planned, err := s.standing(r)
	if err != nil {
		return nil, err
	}
	driving, err := drivingOf(cmp.Or(r.GetDriving(), planned))
	if err != nil {
		return nil, err
	}
	hour := demand.HourOfWeek(r.GetHour())
	lane, basis := s.laneAt(hour, driving)
	basis.Modelled = s.someModelled()
	degrade(basis, s.lacksForecast(nil)...)
	out := &pb.Coverage{Basis: basis, Cars: int32(len(cars)), Minutes: s.minutes(lane, cars)}
	out.Boroughs, out.All = s.summarise(out.Minutes, s.demand.Week.At(hour))
	return out, nil
}

// standing returns where the cars asked for stand, and how a plan has them drive.
func (s *Server) standing(r *pb.GetCoverageRequest) ([]road.Spot, pb.Driving, error) {
	if r.GetPlan() == "" {
		if r.GetComparison() != 0 {
			return nil, 0, invalid("comparison", "%d: only a plan has comparisons, and plan is empty", r.GetComparison())
		}
		return s.free(), 0, nil
	}
	p, _, err := s.plans.get("plan", r.GetPlan())
	if err != nil {
		return nil, 0, err
	}
	if err := inRange("comparison", r.GetComparison(), 0, int32(len(p.GetComparisons()))); err != nil {
		return nil, 0, err
	}
	sites := p.GetCars()
	if k := r.GetComparison(); k > 0 {
		sites = p.GetComparisons()[k-1].GetCars()
	}
	var spots []road.Spot
	for _, c := range sites {
		cell, ok := s.City.Grid.Find(c.GetCell())
		if ok && !s.off[cell] {
			spots = append(spots, s.cells[cell])
		}
	}
	return spots, p.GetBasis().GetDriving(), nil
}

// free returns where the cars stand that could be sent now.
func (s *Server) free() (spots []road.Spot) {
	snap := s.Fleet.Snapshot(s.Now())
	for _, c := range snap.Cars {
		if c.Status == dispatch.Available && c.OnRoad && !snap.Stale(c) {
			spots = append(spots, c.Spot)
		}
	}
	return spots
}

// minutes returns how long the nearest car takes to each cell.
func (s *Server) minutes(l *lane, cars []road.Spot) []float32 {
	out := make([]float32, len(s.cells))
	if len(cars) == 0 {
		for i := range out {
			out[i] = noWay
		}
		return out
	}
	finder := l.finders.Get().(*route.Finder)
	defer l.finders.Put(finder)
	return s.perCell(finder.FromAny(cars, s.cells, make([]road.Millis, len(s.cells))), out)
}

// perCell writes times to or from the cells' centres into out, in minutes.
func (s *Server) perCell(times []road.Millis, out []float32) []float32 {
	for i, t := range times {
		out[i] = float32(t.Seconds() / 60)
		if t == road.Unreachable || s.off[i] {
			out[i] = noWay
		}
	}
	return out
}

// summarise weighs the minutes by the calls expected in each cell, by borough and for all London.
func (s *Server) summarise(minutes, calls []float32) (boroughs []*pb.BoroughCoverage, all *pb.BoroughCoverage) {
	order := make([]int32, len(minutes))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return cmp.Compare(minutes[a], minutes[b]) })
	parts := make([][]int32, len(s.City.Boroughs))
	for _, i := range order {
		b := s.City.Grid.Borough(grid.Index(i))
		parts[b] = append(parts[b], i)
	}
	for b, cells := range parts {
		v := share(cells, minutes, calls)
		v.Borough = int32(b)
		boroughs = append(boroughs, v)
	}
	return boroughs, share(order, minutes, calls)
}

// share sums up cells that are in ascending order of minutes.
func share(cells []int32, minutes, calls []float32) *pb.BoroughCoverage {
	var total, reached, sum, within float64
	for _, i := range cells {
		m, w := float64(minutes[i]), float64(calls[i])
		total += w
		if m < 0 {
			continue
		}
		reached += w
		sum += w * m
		if m <= 15 {
			within += w
		}
	}
	out := &pb.BoroughCoverage{CallsPerHour: total}
	if reached == 0 {
		return out
	}
	out.MeanMinutes, out.Within_15 = sum/reached, within/total
	var below float64
	for _, i := range cells {
		if minutes[i] < 0 {
			continue
		}
		if below += float64(calls[i]); below >= 0.9*reached*(1-1e-12) {
			out.P90Minutes = float64(minutes[i])
			break
		}
	}
	return out
}
