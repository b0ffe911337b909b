package server

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// GetForecast returns the expected calls by cell, borough and in all, with their intervals.
func (s *planningService) GetForecast(_ context.Context, r *pb.GetForecastRequest) (*pb.Forecast, error) {
	q, err := s.query(r)
	if err != nil {
		return nil, err
	}
	a, err := forecast.Ask(q.baseline, q.Query)
	if err != nil {
		return nil, invalid("period", "%v", err) // all that else can be wrong has been looked at
	}
	hours := len(a.Columns) * max(1, q.Weeks)
	out := s.forecastProto(a, hours)
	out.Suitable, out.Modified = r.GetSuitable(), q.modified
	out.Notes = append(out.Notes, q.notes...)
	if r.GetPeriod() != nil {
		out.StartTime, out.EndTime = timestamppb.New(q.Span.From.Time()), timestamppb.New(q.Span.To.Time())
	} else {
		for _, c := range a.Columns {
			out.Hours = append(out.Hours, int32(c.HourOfWeek))
		}
	}
	if err := s.fillCells(out, a, hours, r.GetCellValues()); err != nil {
		return nil, err
	}
	if r.GetIncludeHourTable() {
		out.HourTable = hourTable(a)
		out.HourTable.StartTime = out.StartTime
	}
	return out, nil
}

// forecastProto is an answer of so many hours without its cells.
func (s *Server) forecastProto(a *forecast.Answer, hours int) *pb.Forecast {
	out := &pb.Forecast{
		Source: a.About.Name, Prior: !a.About.Learnt, Notes: a.About.Notes[:len(a.About.Notes):len(a.About.Notes)],
		HourCount: int32(hours), Total: a.Total.Mean / float64(hours), TotalCalls: intervalProto(a.Total),
	}
	for b, band := range a.Districts {
		out.Boroughs = append(out.Boroughs, &pb.BoroughValue{Borough: int32(b), Value: band.Mean / float64(hours)})
		out.BoroughCalls = append(out.BoroughCalls, &pb.BoroughForecast{Borough: int32(b), Calls: intervalProto(band)})
	}
	if a.About.Learnt {
		cutOff := a.About.CutOff().Time()
		out.Fit, out.CutoffTime, out.Age = a.About.Name, timestamppb.New(cutOff), durationpb.New(max(0, s.Now().Sub(cutOff)))
	}
	out.DegradedReason = s.drift.fault()
	out.Degraded = out.DegradedReason != ""
	out.Drift, out.DriftEvidence = s.drift.evidence()
	return out
}

func intervalProto(b forecast.Band) *pb.CallInterval {
	return &pb.CallInterval{Mean: b.Mean, Lower: float64(b.P10), Median: float64(b.P50), Upper: float64(b.P90)}
}

// fillCells gives the values that were asked for; cells outside the area have none.
func (s *Server) fillCells(out *pb.Forecast, a *forecast.Answer, hours int, asked []pb.ForecastValue) error {
	if len(asked) == 0 {
		asked = []pb.ForecastValue{pb.ForecastValue_FORECAST_VALUE_MEAN}
	}
	n := s.City.Grid.Len()
	counts := func(q []int32) []float32 {
		list := make([]float32, n)
		for i, c := range a.Cell {
			list[c] = float32(q[i])
		}
		return list
	}
	for i, v := range asked {
		switch v {
		case pb.ForecastValue_FORECAST_VALUE_MEAN:
			out.Rate = make([]float32, n)
			for i, c := range a.Cell {
				out.Rate[c] = float32(a.Mean[i] / float64(hours))
			}
		case pb.ForecastValue_FORECAST_VALUE_LOWER:
			out.Lower = counts(a.P10)
		case pb.ForecastValue_FORECAST_VALUE_MEDIAN:
			out.Median = counts(a.P50)
		case pb.ForecastValue_FORECAST_VALUE_UPPER:
			out.Upper = counts(a.P90)
		default:
			return invalid(fmt.Sprintf("cell_values[%d]", i), "%d: unknown; want 1 to 4, the values of ForecastValue", v)
		}
	}
	return nil
}

// hourTable gives the calls by hour, of all and of each borough.
func hourTable(a *forecast.Answer) *pb.HourTable {
	n := len(a.Columns)
	out := &pb.HourTable{All: newSeries(n)}
	for _, c := range a.Columns {
		out.Hours = append(out.Hours, int32(c.HourOfWeek))
		appendBand(out.All, c.Total)
	}
	for d := range a.Districts {
		series := newSeries(n)
		for _, band := range a.DistrictHours[d*n : (d+1)*n] {
			appendBand(series, band)
		}
		out.Boroughs = append(out.Boroughs, series)
	}
	return out
}

func newSeries(n int) *pb.HourSeries {
	all := make([]float32, 4*n) // one piece of memory for the four
	return &pb.HourSeries{Mean: all[:0:n], Lower: all[n : n : 2*n], Median: all[2*n : 2*n : 3*n], Upper: all[3*n : 3*n]}
}

func appendBand(s *pb.HourSeries, b forecast.Band) {
	s.Mean, s.Lower = append(s.Mean, float32(b.Mean)), append(s.Lower, float32(b.P10))
	s.Median, s.Upper = append(s.Median, float32(b.P50)), append(s.Upper, float32(b.P90))
}
