package server

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/volume"
	"github.com/nearside-ems/nearside/geo/grid"
)

// Where a factor comes from.
const (
	learnt   = "learnt"
	presumed = "presumed"
)

// ExplainForecast says what the forecast is made of and, where a place is asked for, what drives it.
func (s *demandService) ExplainForecast(_ context.Context, r *pb.ExplainForecastRequest) (*pb.ForecastExplanation, error) {
	about := s.Baseline.About()
	out := &pb.ForecastExplanation{Source: about.Name, Prior: !about.Learnt, Calls: int64(about.Calls), Notes: slices.Clone(about.Notes)}
	fit, _ := s.Baseline.(*forecast.Fit)
	if fit != nil {
		out.CutoffTime, out.FirstCallTime = timestamppb.New(about.Span.To.Time()), timestamppb.New(about.Span.From.Time())
		out.Components, out.Factors = components(fit), factors(fit.Volume().Explain())
	}
	if fault := s.drift.fault(); fault != "" {
		out.Notes = append(out.Notes, fault)
	}
	cell, asked, err := s.cellOf(r)
	if err != nil || !asked {
		return out, err
	}
	hours := make([]demand.HourOfWeek, 0, demand.HoursPerWeek)
	if r.Hour != nil {
		if err := inRange("hour", r.GetHour(), 0, demand.HoursPerWeek-1); err != nil {
			return nil, err
		}
		hours = append(hours, demand.HourOfWeek(r.GetHour()))
	} else {
		for h := range demand.HoursPerWeek {
			hours = append(hours, demand.HourOfWeek(h))
		}
	}
	out.Cell = s.explainCell(cell, hours, fit)
	return out, nil
}

// cellOf finds the cell that a request asks for, if any.
func (s *demandService) cellOf(r *pb.ExplainForecastRequest) (cell grid.Index, asked bool, err error) {
	switch k := r.GetPlace().(type) {
	case nil:
		return 0, false, nil
	case *pb.ExplainForecastRequest_Cell:
		cell, ok := s.City.Grid.Find(k.Cell)
		if !ok {
			return 0, true, invalid("cell", "%.20q: want a cell of London, H3 resolution %d", k.Cell, s.City.Grid.Res())
		}
		return cell, true, nil
	default:
		p, err := pointOf("location", r.GetLocation())
		if err != nil {
			return 0, true, err
		}
		cell, ok := s.City.Grid.At(p)
		if !ok {
			return 0, true, invalid("location", "%.5f, %.5f: outside London: want a place in Greater London", p.Lat(), p.Lon())
		}
		return cell, true, nil
	}
}

func (s *Server) explainCell(cell grid.Index, hours []demand.HourOfWeek, fit *forecast.Fit) *pb.CellExplanation {
	var here, all float64
	for _, h := range hours {
		here += float64(s.demand.Week.At(h)[cell])
		all += s.demand.Week.InHour(h)
	}
	n := float64(len(hours))
	out := &pb.CellExplanation{Cell: s.cellID(cell), Borough: s.City.Boroughs[s.City.Grid.Borough(cell)].Name, Rate: here / n}
	if all > 0 {
		out.TimesMean = here / all * float64(s.City.Grid.Len())
	}
	if fit == nil {
		return out
	}
	for _, d := range fit.Drivers([]int32{int32(cell)}, hours) {
		out.Shares = append(out.Shares, &pb.CellShare{Component: d.Component.Name, Rate: d.Calls / n, Share: d.Share})
	}
	slices.SortStableFunc(out.Shares, func(a, b *pb.CellShare) int { return cmp.Compare(b.Share, a.Share) })
	return out
}

// components lists what the places of calls follow from, heaviest first.
func components(fit *forecast.Fit) (list []*pb.ForecastComponent) {
	for _, c := range fit.Mixture().Components() {
		out := &pb.ForecastComponent{Name: c.Name, Weight: c.Weight, BandwidthMetres: c.Bandwidth, Shrinkage: c.Kappa, Calls: c.Calls}
		if c.HalfLife > 0 {
			out.HalfLife = durationpb.New(time.Duration(c.HalfLife * float64(7*24*time.Hour)))
		}
		list = append(list, out)
	}
	slices.SortStableFunc(list, func(a, b *pb.ForecastComponent) int { return cmp.Compare(b.Weight, a.Weight) })
	return list
}

// factors lists what the hours of calls follow from.
func factors(e *volume.Explanation) (list []*pb.ForecastFactor) {
	add := func(name string, value float64, unit, origin string) {
		list = append(list, &pb.ForecastFactor{Name: name, Value: value, Unit: unit, Origin: origin})
	}
	add("calls of a mean day at the cut-off", e.PerDay, "calls a day", learnt)
	add("calls of a mean day in the long run", e.LongRunPerDay, "calls a day", learnt)
	add("part of the long run that is the prior's", e.PriorPart, "0 to 1", learnt)
	add("time after which a day counts half", e.HalfLifeDays, "days", learnt)
	add("growth, if it were not damped", e.TrendPerYear, "a year", learnt)
	for d, f := range e.Weekdays {
		add(time.Weekday((d+1)%7).String(), f, "times a mean day", learnt)
	}
	for m, f := range e.Months {
		add(time.Month(m+1).String(), f, "times a mean month", learnt)
	}
	for _, h := range e.Holidays {
		origin, unit := learnt, fmt.Sprintf("times an ordinary day, from %d of them", h.Days)
		if h.Days == 0 {
			origin, unit = presumed, "times an ordinary day"
		}
		add(h.Name, h.Factor, unit, origin)
	}
	add("smoothing of the week", e.SigmaHours, "hours", learnt)
	add("variance of a day's own factor", e.Day, "", learnt)
	add("variance of the level a week ahead", e.Level, "", learnt)
	return list
}
