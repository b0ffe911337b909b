package server

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/planning"
)

func TestFindNearestCars(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 8)
	busy := dispatch.Busy
	s.Fleet.Report(noon, []fleet.Report{
		{Car: "cars/busy", Point: s.City.Places[0].Point, Status: &busy},
		{Car: "cars/stale", Point: s.City.Places[0].Point, Fixed: noon.Add(-time.Hour)},
	})
	c := start(t, s)
	out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{
		Location: at(51.5, -0.15), K: 3, Skills: []pb.Skill{pb.Skill_SKILL_PARAMEDIC}, IncludeExcluded: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Candidates) != 3 || len(out.Exclusions) != 7 {
		t.Fatalf("%d candidates and %d exclusions, want 3 and 7: %v", len(out.Candidates), len(out.Exclusions), out)
	}
	var before time.Duration
	for _, cand := range out.Candidates {
		if d := cand.TravelTime.AsDuration(); d < before {
			t.Errorf("%s is not in order: %v after %v", cand.Car.Name, d, before)
		} else {
			before = d
		}
		if got := cand.ArrivalTime.AsDuration() - cand.TravelTime.AsDuration(); got != time.Minute {
			t.Errorf("mobilisation takes %v, want 1m", got)
		}
		if cand.Car.PositionAge.AsDuration() != 4*time.Second || cand.Car.Borough == "" || len(cand.Reasons) < 3 {
			t.Errorf("candidate says too little: %v", cand)
		}
	}
	for _, e := range out.Exclusions {
		if e.Car == "cars/busy" && e.Reason != "busy" || e.Car == "cars/stale" && !strings.Contains(e.Reason, "60 min") && !strings.Contains(e.Reason, "1 h") {
			t.Errorf("%s: %s", e.Car, e.Reason)
		}
	}
	b := out.Basis
	if b.Network != "small city" || b.Period == "" || !b.Demo || b.Degraded || b.Driving != pb.Driving_DRIVING_NORMAL {
		t.Errorf("basis %v", b)
	}
	if out.Borough != "West" || out.AsOf.AsTime() != noon {
		t.Errorf("borough %q, as of %v", out.Borough, out.AsOf.AsTime())
	}
}

// TestWaysOfSayingWhere asks for the same place in each of the three ways.
func TestWaysOfSayingWhere(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 5)
	c := start(t, s)
	var first *pb.FindNearestCarsResponse
	for _, l := range []*pb.Location{
		at(51.50740, -0.12780),
		{Kind: &pb.Location_EastingNorthing{EastingNorthing: &pb.EastingNorthing{Easting: 530027, Northing: 180380}}},
		{Kind: &pb.Location_GridRef{GridRef: "TQ 30027 80380"}},
	} {
		out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: l})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = out
		}
		if out.Cell != first.Cell || out.Candidates[0].Car.Name != first.Candidates[0].Car.Name {
			t.Errorf("%v: cell %s, first car %s", l, out.Cell, out.Candidates[0].Car.Name)
		}
	}
}

func TestFindNearestCarsRefuses(t *testing.T) {
	c := start(t, smallSettings(t))
	grid := func(e, n float64) *pb.Location {
		return &pb.Location{Kind: &pb.Location_EastingNorthing{EastingNorthing: &pb.EastingNorthing{Easting: e, Northing: n}}}
	}
	for name, r := range map[string]struct {
		in          *pb.FindNearestCarsRequest
		field, want string
	}{
		"no place":       {&pb.FindNearestCarsRequest{}, "location", "missing"},
		"outside London": {&pb.FindNearestCarsRequest{Location: at(53.4, -2.2)}, "location.lat_lng.latitude", "Greater London"},
		"east of London": {&pb.FindNearestCarsRequest{Location: at(51.5, 1.2)}, "location.lat_lng.longitude", "Greater London"},
		"swapped":        {&pb.FindNearestCarsRequest{Location: at(-0.1, 51.5)}, "location.lat_lng.latitude", "swapped"},
		"not a number":   {&pb.FindNearestCarsRequest{Location: at(math.NaN(), -0.1)}, "location.lat_lng.latitude", "not a number"},
		"infinite":       {&pb.FindNearestCarsRequest{Location: at(51.5, math.Inf(-1))}, "location.lat_lng.longitude", "not a number"},
		"no road":        {&pb.FindNearestCarsRequest{Location: at(51.6, 0.1)}, "location", "outside London"},
		"off the grid":   {&pb.FindNearestCarsRequest{Location: grid(1, 2)}, "location.easting_northing", ""},
		"grid NaN":       {&pb.FindNearestCarsRequest{Location: grid(math.NaN(), 180000)}, "location.easting_northing", ""},
		"bad reference":  {&pb.FindNearestCarsRequest{Location: &pb.Location{Kind: &pb.Location_GridRef{GridRef: "rubbish"}}}, "location.grid_ref", ""},
		"k too large":    {&pb.FindNearestCarsRequest{Location: at(51.5, -0.1), K: 101}, "k", "1 to 100"},
		"k negative":     {&pb.FindNearestCarsRequest{Location: at(51.5, -0.1), K: -1}, "k", "1 to 100"},
		"driving":        {&pb.FindNearestCarsRequest{Location: at(51.5, -0.1), Driving: 9}, "driving", "unknown"},
		"skill":          {&pb.FindNearestCarsRequest{Location: at(51.5, -0.1), Skills: []pb.Skill{0}}, "skills", "unknown"},
		"negative skill": {&pb.FindNearestCarsRequest{Location: at(51.5, -0.1), Skills: []pb.Skill{-3}}, "skills", "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.FindNearestCars(background(t), r.in)
			wantRefusal(t, err, codes.InvalidArgument, r.field, r.want)
		})
	}
}

func TestFindNearestPlaces(t *testing.T) {
	c := start(t, smallSettings(t))
	out, err := c.FindNearestPlaces(background(t), &pb.FindNearestPlacesRequest{Location: at(51.52, -0.1)})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Places) != 2 || out.Places[0].Place.Name != "East ED" || out.Places[1].Place.Name != "West ED" || !out.Basis.Modelled {
		t.Errorf("got %v, want the two departments, East first, and a modelled basis", out)
	}
	ward := []pb.PlaceKind{pb.PlaceKind_PLACE_KIND_INPATIENT}
	out, err = c.FindNearestPlaces(background(t), &pb.FindNearestPlacesRequest{Location: at(51.52, -0.1), Kinds: ward})
	if err != nil || len(out.Places) != 1 || out.Places[0].Place.Verified {
		t.Errorf("got %v, %v; want the unverified ward", out, err)
	}
	_, err = c.FindNearestPlaces(background(t), &pb.FindNearestPlacesRequest{Location: at(51.52, -0.1), K: 21})
	wantRefusal(t, err, codes.InvalidArgument, "k", "1 to 20")
	_, err = c.FindNearestPlaces(background(t), &pb.FindNearestPlacesRequest{Location: at(51.52, -0.1), Kinds: []pb.PlaceKind{77}})
	wantRefusal(t, err, codes.InvalidArgument, "kinds", "unknown")
}

// TestPanicIsContained lets the clock panic: one answer fails, the server lives.
func TestPanicIsContained(t *testing.T) {
	s := smallSettings(t)
	broken := false
	s.Now = func() time.Time {
		if broken {
			panic("clock")
		}
		return noon
	}
	c := start(t, s)
	broken = true
	_, err := c.ListCars(background(t), &pb.ListCarsRequest{})
	if status.Code(err) != codes.Internal || strings.Contains(err.Error(), "clock") {
		t.Errorf("got %v, want INTERNAL without the cause", err)
	}
	if code, _ := c.call(t, "GET", "/v1/cars", ""); code != 500 {
		t.Errorf("HTTP %d, want 500", code)
	}
	health, err := grpc_health_v1.NewHealthClient(c.conn).Check(background(t), &grpc_health_v1.HealthCheckRequest{})
	if err != nil || health.Status != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Errorf("health %v, %v", health, err)
	}
}

// TestHealthOfEachService: checkers of a load balancer ask by the service's name.
func TestHealthOfEachService(t *testing.T) {
	health := grpc_health_v1.NewHealthClient(start(t, smallSettings(t)).conn)
	for _, name := range []string{pb.DispatchService_ServiceDesc.ServiceName, pb.PlanningService_ServiceDesc.ServiceName, "google.longrunning.Operations"} {
		out, err := health.Check(background(t), &grpc_health_v1.HealthCheckRequest{Service: name})
		if err != nil || out.Status != grpc_health_v1.HealthCheckResponse_SERVING {
			t.Errorf("%s: %v, %v", name, out, err)
		}
	}
}

// unjoined is a network without any road near.
type unjoined struct{}

func (unjoined) Snap(orb.Point) (road.Spot, bool) { return road.Spot{}, false }

// TestPlaceThatTheNetworkLeavesOut: the place is London's, so the request is not at fault.
func TestPlaceThatTheNetworkLeavesOut(t *testing.T) {
	s := smallSettings(t)
	n := cellNetwork(s.City.Grid)
	n.Snapper = unjoined{}
	s.Network = n
	c := start(t, s)
	_, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.5, -0.1)})
	wantRefusal(t, err, codes.FailedPrecondition, "NO_ROAD", "small city")
}

// TestMobilisationAgrees: the live service and the planner assume the same delay.
func TestMobilisationAgrees(t *testing.T) {
	if live := dispatch.DefaultSettings().Mobilisation.Seconds(); live != planning.MobilisationSeconds {
		t.Errorf("dispatch assumes %v s, planning %v s", live, planning.MobilisationSeconds)
	}
}
