package server

import (
	"math"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand/count"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/geo/grid"
)

func TestForecastOfAPeriod(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	f, err := c.GetForecast(background(t), &pb.GetForecastRequest{
		Period: &pb.Period{Hours: 48}, IncludeHourTable: true,
		CellValues: []pb.ForecastValue{pb.ForecastValue_FORECAST_VALUE_LOWER, pb.ForecastValue_FORECAST_VALUE_MEDIAN, pb.ForecastValue_FORECAST_VALUE_UPPER},
	})
	if err != nil {
		t.Fatal(err)
	}
	n := s.City.Grid.Len()
	mean := 0.01 * float64(n)
	if f.HourCount != 48 || len(f.Hours) != 0 || !f.StartTime.AsTime().Equal(noon) || f.EndTime.AsTime().Sub(noon).Hours() != 48 {
		t.Errorf("%d hours %v from %v to %v", f.HourCount, f.Hours, f.StartTime.AsTime(), f.EndTime.AsTime())
	}
	if math.Abs(f.Total-mean) > 1e-4 || len(f.Rate) != 0 || len(f.Lower) != n || len(f.Median) != n || len(f.Upper) != n {
		t.Errorf("total %v, want %v; %d rates, %d, %d, %d quantiles", f.Total, mean, len(f.Rate), len(f.Lower), len(f.Median), len(f.Upper))
	}
	want := count.New([]float64{12 * mean, 24 * mean, 12 * mean}, count.Dispersion{Day: forecast.PriorDay}) // three local days
	if got := f.TotalCalls; math.Abs(got.Mean-48*mean) > 1e-3 || got.Lower != float64(want.Quantile(0.1)) || got.Upper != float64(want.Quantile(0.9)) {
		t.Errorf("total %v, want %v, %d to %d", got, 48*mean, want.Quantile(0.1), want.Quantile(0.9))
	}
	table := f.HourTable
	if len(table.Hours) != 48 || table.Hours[0] != 108 || len(table.All.Mean) != 48 || len(table.Boroughs) != 2 || len(table.Boroughs[1].Upper) != 48 {
		t.Fatalf("table %v", table)
	}
	var all float64
	for i, m := range table.All.Mean {
		all += float64(m)
		if sum := table.Boroughs[0].Mean[i] + table.Boroughs[1].Mean[i]; math.Abs(float64(sum-m)) > 1e-4 || table.All.Upper[i] < m || table.All.Lower[i] > table.All.Median[i] {
			t.Fatalf("hour %d: %v of all, boroughs sum to %v", i, m, sum)
		}
	}
	if math.Abs(all-48*mean) > 1e-2 || !f.Prior || f.Fit != "" || f.CutoffTime != nil || f.Degraded || len(f.Notes) == 0 {
		t.Errorf("hours sum to %v, want %v; %v", all, 48*mean, f.Notes)
	}
}

func TestForecastOfSeveralWeeks(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	n := float64(s.City.Grid.Len())
	f, err := c.GetForecast(background(t), &pb.GetForecastRequest{Hours: []int32{5, 6}, Weeks: 13, IncludeHourTable: true,
		CellValues: []pb.ForecastValue{pb.ForecastValue_FORECAST_VALUE_MEAN, pb.ForecastValue_FORECAST_VALUE_UPPER}})
	if err != nil {
		t.Fatal(err)
	}
	if f.HourCount != 26 || math.Abs(f.Total/(0.01*n)-1) > 1e-5 || math.Abs(f.TotalCalls.Mean/(0.26*n)-1) > 1e-5 || math.Abs(float64(f.Rate[3])-0.01) > 1e-6 || f.Upper[3] != 1 {
		t.Errorf("%d hours, %v an hour, %v calls, cell %v, at most %v", f.HourCount, f.Total, f.TotalCalls, f.Rate[3], f.Upper[3])
	}
	if got := float64(f.HourTable.All.Mean[1]); math.Abs(got/(0.01*n)-1) > 1e-5 || len(f.HourTable.Hours) != 2 {
		t.Errorf("%v calls in an hour of the table", got)
	}
}

func TestForecastOfAnArea(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	g := s.City.Grid
	inEast := 0
	for i := range grid.Index(g.Len()) {
		inEast += g.Borough(i)
	}
	middle := g.Centre(5)
	around := &pb.Area{}
	for _, d := range [][2]float64{{-1, -1}, {-1, 1}, {1, 1}, {1, -1}} {
		around.Vertices = append(around.Vertices, &pb.LatLng{Latitude: middle.Lat() + 0.001*d[0], Longitude: middle.Lon() + 0.001*d[1]})
	}
	for name, want := range map[string]struct {
		area  *pb.ForecastArea
		cells int
	}{
		"borough by name":          {&pb.ForecastArea{Boroughs: []string{"east"}}, inEast},
		"borough by code":          {&pb.ForecastArea{Boroughs: []string{"E09000001"}}, g.Len() - inEast},
		"two cells, one twice":     {&pb.ForecastArea{Cells: []string{g.ID(3), g.ID(5), g.ID(3)}}, 2},
		"polygon":                  {&pb.ForecastArea{Polygon: around}, 1},
		"polygon and a cell of it": {&pb.ForecastArea{Polygon: around, Cells: []string{g.ID(5), g.ID(6)}}, 2},
	} {
		f, err := c.GetForecast(background(t), &pb.GetForecastRequest{Area: want.area, Hours: []int32{3, 4}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		inside := 0
		for _, r := range f.Rate {
			if r > 0 {
				inside++
			}
		}
		if inside != want.cells || math.Abs(f.Total-0.01*float64(want.cells)) > 1e-5 || math.Abs(f.TotalCalls.Mean-0.02*float64(want.cells)) > 1e-5 {
			t.Errorf("%s: %d cells, total %v; want %d", name, inside, f.Total, want.cells)
		}
	}
}

func TestForecastRefusals(t *testing.T) {
	c := start(t, smallSettings(t))
	for want, r := range map[string]struct {
		request *pb.GetForecastRequest
		field   string
	}{
		"want 1 to 1344":         {&pb.GetForecastRequest{Period: &pb.Period{Hours: 1345}}, "period.hours"},
		"want hours of the week": {&pb.GetForecastRequest{Period: &pb.Period{Hours: 1}, Hours: []int32{1}}, "period"},
		"want 1 to 13":           {&pb.GetForecastRequest{Hours: []int32{1}, Weeks: 14}, "weeks"},
		"want them with hours":   {&pb.GetForecastRequest{Period: &pb.Period{Hours: 1}, Weeks: 2}, "weeks"},
		"a time of 1990":         {&pb.GetForecastRequest{Period: &pb.Period{Hours: 1, StartTime: &timestamppb.Timestamp{Seconds: -1}}}, "period.start_time"},
		"empty: want cells":      {&pb.GetForecastRequest{Area: &pb.ForecastArea{}}, "area"},
		"a cell of London":       {&pb.GetForecastRequest{Area: &pb.ForecastArea{Cells: []string{"8928308280fffff"}}}, "area.cells[0]"},
		"the GSS code":           {&pb.GetForecastRequest{Area: &pb.ForecastArea{Boroughs: []string{"East", "Paris"}}}, "area.boroughs[1]"},
		"want 3 to 1000":         {&pb.GetForecastRequest{Area: &pb.ForecastArea{Polygon: &pb.Area{}}}, "area.polygon.vertices"},
		"no cell": {&pb.GetForecastRequest{Area: &pb.ForecastArea{Polygon: &pb.Area{Vertices: []*pb.LatLng{
			{Latitude: 51.3, Longitude: 0}, {Latitude: 51.31, Longitude: 0}, {Latitude: 51.31, Longitude: 0.1}}}}}, "area.polygon"},
		"the values of ForecastValue": {&pb.GetForecastRequest{CellValues: []pb.ForecastValue{1, 9}}, "cell_values[1]"},
	} {
		_, err := c.GetForecast(background(t), r.request)
		wantRefusal(t, err, codes.InvalidArgument, r.field, want)
	}
	_, err := c.GetForecast(background(t), &pb.GetForecastRequest{Categories: []string{"crisis"}})
	wantRefusal(t, err, codes.FailedPrecondition, "NO_KINDS", "cannot tell kinds")
}

// BenchmarkForecastWeek is a typical week by hour and borough, without the wire.
func BenchmarkForecastWeek(b *testing.B) {
	srv, err := New(smallSettings(b))
	if err != nil {
		b.Fatal(err)
	}
	s := &planningService{Server: srv}
	r := &pb.GetForecastRequest{IncludeHourTable: true}
	for h := range int32(168) {
		r.Hours = append(r.Hours, h)
	}
	for b.Loop() {
		if _, err := s.GetForecast(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
}
