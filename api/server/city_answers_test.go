package server

import (
	"math"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/grid"
)

func TestGetCity(t *testing.T) {
	s := smallSettings(t)
	for h := range demand.HoursPerWeek {
		s.City.Prior.Rate[h*s.City.Grid.Len()] = float32(h)
	}
	c := start(t, s)
	city, err := c.GetCity(background(t), &pb.GetCityRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if len(city.Cells) != s.City.Grid.Len() || len(city.Boroughs) != 2 || len(city.Places) != 3 || len(city.Provenance) != 2 || !city.Demo {
		t.Errorf("%d cells, %d boroughs, %d places", len(city.Cells), len(city.Boroughs), len(city.Places))
	}
	for i, cell := range city.Cells {
		if cell.Id != s.City.Grid.ID(grid.Index(i)) || cell.Modelled != (cell.Borough == 1) {
			t.Fatalf("cell %d is %v", i, cell)
		}
		if want := s.City.Grid.Area(grid.Index(i)) / 1e6; math.Abs(float64(cell.LandKm2)-want) > 1e-6 {
			t.Fatalf("cell %d has %v km² of land, want %v", i, cell.LandKm2, want)
		}
	}
	if len(city.CallsPerHour) != 168 {
		t.Fatalf("calls of %d hours, want 168", len(city.CallsPerHour))
	}
	for _, h := range []int32{0, 107, 167} {
		f, err := c.GetForecast(background(t), &pb.GetForecastRequest{Hours: []int32{h}})
		if err != nil || math.Abs(city.CallsPerHour[h]-f.Total) > 1e-9 {
			t.Errorf("hour %d: %v calls, the forecast has %v, %v", h, city.CallsPerHour[h], f.GetTotal(), err)
		}
	}
	hours := 0
	for _, p := range city.Periods {
		hours += len(p.Hours)
	}
	if hours != 168 {
		t.Errorf("periods hold %d hours, want 168", hours)
	}
}

// TestDemandNote: the city says what its forecast rests on and what is wrong with it.
func TestDemandNote(t *testing.T) {
	for fault, says := range map[string]string{"": "is in no interval.", "the fit cannot be read; run fit": "is in no interval. The fit cannot be read; run fit."} {
		s := smallSettings(t)
		s.BaselineFault = fault
		city, err := start(t, s).GetCity(background(t), &pb.GetCityRequest{})
		if err != nil || city.Demand != "even" || !strings.HasSuffix(city.DemandNote, says) {
			t.Errorf("%q: %q, %q, %v", fault, city.GetDemand(), city.GetDemandNote(), err)
		}
	}
}

func TestGetForecast(t *testing.T) {
	s := smallSettings(t)
	n := s.City.Grid.Len()
	s.City.Prior.Rate[108*n] = 0.5 // the first cell, at noon on Friday
	c := start(t, s)
	for name, want := range map[string]struct {
		hours []int32
		first float64
	}{
		"now":           {nil, 0.5},
		"one hour":      {[]int32{107}, 0.01},
		"mean of two":   {[]int32{107, 108}, 0.255},
		"repeats count": {[]int32{108, 108}, 0.5},
	} {
		f, err := c.GetForecast(background(t), &pb.GetForecastRequest{Hours: want.hours})
		if err != nil {
			t.Fatal(err)
		}
		total := want.first + 0.01*float64(n-1)
		if math.Abs(float64(f.Rate[0])-want.first) > 1e-6 || math.Abs(f.Total-total) > 1e-4 || len(f.Rate) != n || !f.Prior {
			t.Errorf("%s: first cell %v, total %v; want %v, %v", name, f.Rate[0], f.Total, want.first, total)
		}
		if sum := f.Boroughs[0].Value + f.Boroughs[1].Value; math.Abs(sum-f.Total) > 1e-9 {
			t.Errorf("%s: boroughs sum to %v, total is %v", name, sum, f.Total)
		}
	}
	_, err := c.GetForecast(background(t), &pb.GetForecastRequest{Hours: []int32{5, 168}})
	wantRefusal(t, err, codes.InvalidArgument, "hours[1]", "0 to 167")
}

func TestGetCoverage(t *testing.T) {
	s := smallSettings(t)
	empty := start(t, s)
	out, err := empty.GetCoverage(background(t), &pb.GetCoverageRequest{Hour: 20})
	if err != nil {
		t.Fatal(err)
	}
	if out.Cars != 0 || out.Minutes[0] >= 0 || out.All.Within_15 != 0 || out.All.CallsPerHour == 0 {
		t.Errorf("without cars: %d cars, %v minutes, %v", out.Cars, out.Minutes[0], out.All)
	}
	addCars(t, &s, 1) // in cell 0
	if out, err = empty.GetCoverage(background(t), &pb.GetCoverageRequest{Hour: 20}); err != nil {
		t.Fatal(err)
	}
	checkCoverage(t, empty.server, out, 20)
	_, err = empty.GetCoverage(background(t), &pb.GetCoverageRequest{Hour: 168})
	wantRefusal(t, err, codes.InvalidArgument, "hour", "0 to 167")
	_, err = empty.GetCoverage(background(t), &pb.GetCoverageRequest{Plan: "plans/none"})
	wantRefusal(t, err, codes.NotFound, "plan", "does not exist")
	_, err = empty.GetCoverage(background(t), &pb.GetCoverageRequest{Comparison: 1})
	wantRefusal(t, err, codes.InvalidArgument, "comparison", "plan is empty")
}

// checkCoverage compares with breadth-first search from the car in cell 0: every step is 30 s.
func checkCoverage(t *testing.T, s *Server, out *pb.Coverage, hour int) {
	t.Helper()
	g := s.City.Grid
	steps := map[grid.Index]int{0: 0}
	for queue := []grid.Index{0}; len(queue) > 0; queue = queue[1:] {
		for _, n := range g.Neighbours(queue[0]) {
			if _, seen := steps[n]; !seen {
				steps[n] = steps[queue[0]] + 1
				queue = append(queue, n)
			}
		}
	}
	profile := s.City.Speeds.Profile(s.City.Speeds.Period(hour), 0)
	step := float64(profile.Time(30_000, s.Network.Graph.Class[0], s.Network.Graph.Zone[0])) / 60_000
	var sum float64
	for i, m := range out.Minutes {
		want := step * float64(steps[grid.Index(i)])
		sum += want
		if math.Abs(float64(m)-want) > 1e-4 {
			t.Fatalf("cell %d: %v minutes, want %v", i, m, want)
		}
	}
	if mean := sum / float64(g.Len()); out.Cars != 1 || math.Abs(out.All.MeanMinutes-mean) > 1e-3 || out.All.P90Minutes < mean || !out.Basis.Modelled {
		t.Errorf("%d cars, all %v; want a mean of %v", out.Cars, out.All, mean)
	}
}
