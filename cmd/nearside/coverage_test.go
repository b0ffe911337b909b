package main

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

func TestWriteCoverage(t *testing.T) {
	city := &pb.City{Boroughs: []*pb.Borough{{Name: "Westminster"}, {Name: "Barnet"}}}
	out := &pb.ListCoverageResponse{
		Boroughs: []*pb.LiveCoverage{{Borough: 0, CallsPerHour: 2, Covered: 0.5, ExpectedCovered: 0.25, MeanMinutes: 9.04, FreeCars: 3}, {Borough: 1, CallsPerHour: 1}},
		All:      &pb.LiveCoverage{CallsPerHour: 3, Covered: 0.333, FreeCars: 3},
		Cars:     []*pb.CarCoverage{{Car: "cars/1", Adds: 0.1}, {Car: "cars/2", Adds: 0.9}},
		Notes:    []string{"assumed"}, Basis: &pb.Basis{Network: "lattice", Period: "night", Demo: true},
	}
	var b strings.Builder
	if err := writeCoverage(&b, out, city); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(b.String()), " ")
	for _, want := range []string{"Barnet 1.00 0 % 0 % no free car 0 Westminster 2.00 50 % 25 % 9.0 3 all 3.00 33 %", "cars/2 0.90 cars/1 0.10", "assumed lattice, night; DEMO"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
}

func TestRecommendationsPrint(t *testing.T) {
	m := &pb.WatchRecommendationsResponse{
		AsOf: timestamppb.New(time.Unix(0, 0)), Notes: []string{"a limit"}, Basis: &pb.Basis{Network: "lattice", Period: "night"},
		Recommendations: []*pb.Recommendation{{Name: "recommendations/1-7", Car: "cars/1", ToPlace: "Mile End", TravelTime: durationpb.New(421 * time.Second), Reasons: []string{"because"}, ExpireTime: timestamppb.New(time.Unix(0, 0))}},
	}
	var b strings.Builder
	c := recommendationsCommand{Format: "table"}
	if err := c.print(&b, m); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 move-up\n", "cars/1 to Mile End, 7:01 by road, answer by ", "(recommendations/1-7)\n  - because\na limit\nlattice, night\n"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q lacks %q", b.String(), want)
		}
	}
	b.Reset()
	m.Heartbeat = true
	if err := c.print(&b, m); err != nil || b.Len() > 0 {
		t.Errorf("a heartbeat was printed: %q, %v", b.String(), err)
	}
	c.Format = "json"
	if err := c.print(&b, m); err != nil || strings.Count(b.String(), "\n") != 1 || !strings.Contains(b.String(), `"heartbeat":true`) {
		t.Errorf("%q, %v", b.String(), err)
	}
}
