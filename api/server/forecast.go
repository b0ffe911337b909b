package server

import (
	"context"
	"fmt"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/grid"
)

// hoursOf checks hours of the week and drops repeats, or takes the present hour where there are none.
func (s *Server) hoursOf(asked []int32) ([]demand.HourOfWeek, error) {
	if len(asked) == 0 {
		return []demand.HourOfWeek{s.hourNow()}, nil
	}
	var seen [demand.HoursPerWeek]bool
	var hours []demand.HourOfWeek
	for i, h := range asked {
		if err := inRange(fmt.Sprintf("hours[%d]", i), h, 0, demand.HoursPerWeek-1); err != nil {
			return nil, err
		}
		if !seen[h] {
			seen[h] = true
			hours = append(hours, demand.HourOfWeek(h))
		}
	}
	return hours, nil
}

// GetForecast returns the expected calls per hour by cell, as a mean over the hours asked for.
func (s *planningService) GetForecast(_ context.Context, r *pb.GetForecastRequest) (*pb.Forecast, error) {
	hours, err := s.hoursOf(r.GetHours())
	if err != nil {
		return nil, err
	}
	week, g := s.demand.Week, s.City.Grid
	sum := make([]float64, g.Len())
	out := &pb.Forecast{Source: week.Source, Prior: !s.Baseline.About().Learnt, Rate: make([]float32, g.Len())}
	for _, h := range hours {
		out.Hours = append(out.Hours, int32(h))
		for i, rate := range week.At(h) {
			sum[i] += float64(rate)
		}
	}
	boroughs := make([]float64, len(s.City.Boroughs))
	for i, v := range sum {
		mean := v / float64(len(hours))
		out.Rate[i] = float32(mean)
		out.Total += mean
		boroughs[g.Borough(grid.Index(i))] += mean
	}
	for b, v := range boroughs {
		out.Boroughs = append(out.Boroughs, &pb.BoroughValue{Borough: int32(b), Value: v})
	}
	return out, nil
}
