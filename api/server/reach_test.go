package server

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet"
)

// TestGetReach compares with the coverage of one car, which is measured in another way.
func TestGetReach(t *testing.T) {
	s := smallSettings(t)
	westCar(t, &s)
	c := start(t, s)
	if _, err := c.SetSpeed(background(t), &pb.SetSpeedRequest{Where: strip(-0.13, -0.12), SpeedKmh: 5}); err != nil {
		t.Fatal(err)
	}
	hour := int32(20)
	coverage, err := c.GetCoverage(background(t), &pb.GetCoverageRequest{Hour: hour})
	if err != nil {
		t.Fatal(err)
	}
	for name, in := range map[string]*pb.GetReachRequest{
		"car":     {Origin: &pb.GetReachRequest_Car{Car: "cars/west"}, Hour: &hour},
		"place":   {Origin: &pb.GetReachRequest_Location{Location: at(51.51, -0.155)}, Hour: &hour},
		"inbound": {Origin: &pb.GetReachRequest_Location{Location: at(51.51, -0.155)}, Hour: &hour, Inbound: true},
	} {
		out, err := c.GetReach(background(t), in)
		if err != nil || len(out.Minutes) != len(coverage.Minutes) || out.Basis.Period != coverage.Basis.Period || !out.Basis.Modelled || out.Basis.RoadChanges != 1 {
			t.Fatalf("%s: %v, %v", name, out.GetBasis(), err)
		}
		for i, m := range out.Minutes {
			if math.Abs(float64(m-coverage.Minutes[i])) > 1e-6 { // the small city's roads are as fast either way
				t.Fatalf("%s: cell %d in %v min, want %v", name, i, m, coverage.Minutes[i])
			}
		}
	}
	now, err := c.GetReach(background(t), &pb.GetReachRequest{Origin: &pb.GetReachRequest_Car{Car: "cars/west"}})
	if err != nil || now.Basis.Period != s.City.Speeds.Name(s.City.Speeds.Period(108)) {
		t.Errorf("now: %v, %v", now.GetBasis(), err)
	}
}

func TestGetReachRefuses(t *testing.T) {
	s := smallSettings(t)
	s.Fleet.Report(noon, []fleet.Report{{Car: "cars/lost", Point: orb.Point{0.1, 51.6}}})
	c := start(t, s)
	hour := int32(168)
	for name, r := range map[string]struct {
		in           *pb.GetReachRequest
		code         codes.Code
		detail, want string
	}{
		"nothing":  {&pb.GetReachRequest{}, codes.InvalidArgument, "location", "missing"},
		"hour":     {&pb.GetReachRequest{Hour: &hour}, codes.InvalidArgument, "hour", "0 to 167"},
		"driving":  {&pb.GetReachRequest{Driving: 7}, codes.InvalidArgument, "driving", "unknown"},
		"outside":  {&pb.GetReachRequest{Origin: &pb.GetReachRequest_Location{Location: at(51.6, 0.1)}}, codes.InvalidArgument, "location", "outside London"},
		"name":     {&pb.GetReachRequest{Origin: &pb.GetReachRequest_Car{Car: "JRC-1"}}, codes.InvalidArgument, "car", "want cars/ID"},
		"no car":   {&pb.GetReachRequest{Origin: &pb.GetReachRequest_Car{Car: "cars/JRC-1"}}, codes.NotFound, "car", "does not exist"},
		"off road": {&pb.GetReachRequest{Origin: &pb.GetReachRequest_Car{Car: "cars/lost"}}, codes.FailedPrecondition, "NO_ROAD", "no road near"},
	} {
		_, err := c.GetReach(background(t), r.in)
		t.Run(name, func(t *testing.T) { wantRefusal(t, err, r.code, r.detail, r.want) })
	}
}
