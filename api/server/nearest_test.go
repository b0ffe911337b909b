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
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
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
	s.Live = live.New(ledger.NewMemory(s.Now), s.Fleet, s.Now)
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

// TestPlaceThatTheNetworkLeavesOut: the place is London's, so the request is not at fault. Cars are
// offered by how far away they are, and nothing else can be.
func TestPlaceThatTheNetworkLeavesOut(t *testing.T) {
	s := smallSettings(t)
	n := cellNetwork(s.City.Grid)
	n.Snapper = unjoined{}
	s.Network = n
	c := start(t, s)
	s.Fleet.Report(noon, []fleet.Report{{Car: "cars/far", Point: orb.Point{-0.15, 51.5}}, {Car: "cars/near", Point: orb.Point{-0.11, 51.5}}})
	out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.5, -0.1)})
	if err != nil {
		t.Fatal(err)
	}
	wantStraight(t, out.Candidates, "cars/near", "cars/far")
	if !out.Basis.Degraded || !strings.Contains(out.Basis.DegradedReason, "small city") || out.Borough != "East" {
		t.Errorf("basis %v", out.Basis)
	}
	_, err = c.FindNearestPlaces(background(t), &pb.FindNearestPlacesRequest{Location: at(51.5, -0.1)})
	wantRefusal(t, err, codes.FailedPrecondition, "NO_ROAD", "small city")
}

// wantStraight fails unless candidates are these cars by straight line, with no invented time.
func wantStraight(t *testing.T, list []*pb.Candidate, names ...string) {
	t.Helper()
	var before float64
	for i, c := range list {
		if i >= len(names) || c.Car.Name != names[i] || !c.Degraded || c.TravelTime != nil || c.ArrivalTime != nil || c.StraightLineMetres <= before || len(c.Reasons) < 2 {
			t.Errorf("candidate %d: %v, want %v", i, c, names)
		}
		before = c.StraightLineMetres
	}
	if len(list) != len(names) {
		t.Errorf("%d candidates, want %v", len(list), names)
	}
}

// TestClosureCutsBoroughOff: the cars beyond it follow those that can get there.
func TestClosureCutsBoroughOff(t *testing.T) {
	s := smallSettings(t)
	report := func(name string, lon float64) fleet.Report {
		return fleet.Report{Car: name, Point: orb.Point{lon, 51.51}, Fixed: noon}
	}
	s.Fleet.Report(noon, []fleet.Report{report("cars/w2", -0.15), report("cars/e1", -0.1), report("cars/w1", -0.14)})
	c := start(t, s)
	if _, err := c.CloseRoad(background(t), &pb.CloseRoadRequest{Where: strip(-0.126, -0.124)}); err != nil {
		t.Fatal(err)
	}
	out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.095), IncludeExcluded: true})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Candidates) != 3 || out.Candidates[0].Car.Name != "cars/e1" || out.Candidates[0].Degraded || out.Candidates[0].TravelTime == nil {
		t.Fatalf("got %v", out.Candidates)
	}
	wantStraight(t, out.Candidates[1:], "cars/w1", "cars/w2")
	if !out.Basis.Degraded || !strings.Contains(out.Basis.DegradedReason, "no road") || out.Basis.RoadChanges != 1 || len(out.Exclusions) != 0 {
		t.Errorf("basis %v, exclusions %v", out.Basis, out.Exclusions)
	}
	if out, err = c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.095), K: 1}); err != nil || len(out.Candidates) != 1 || out.Basis.Degraded {
		t.Errorf("one car is enough: %v, %v", out, err)
	}
}

func TestSectorsAndShifts(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	_, err := c.ReportPositions(background(t), &pb.ReportPositionsRequest{Reports: []*pb.PositionReport{
		{Car: "cars/west", Location: at(51.51, -0.15), Heading: proto.Float64(270)},
		{Car: "cars/east", Location: at(51.51, -0.1), ShiftEnd: timestamppb.New(noon.Add(time.Hour))},
		{Car: "cars/home", Location: at(51.51, -0.1), ShiftEnd: timestamppb.New(noon)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for sector, want := range map[string]string{"NWL": "cars/west", "NEL": "cars/east"} {
		out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.125), Sectors: []string{sector}, IncludeExcluded: true})
		if err != nil || len(out.Candidates) != 1 || out.Candidates[0].Car.Name != want || len(out.Exclusions) != 2 {
			t.Errorf("%s: %v, %v; want %s", sector, out, err, want)
		}
	}
	_, err = c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.125), Sectors: []string{"NWL", "SW"}})
	wantRefusal(t, err, codes.InvalidArgument, "sectors[1]", "NCL, NEL, NWL, SEL or SWL")
	cars, err := c.ListCars(background(t), &pb.ListCarsRequest{})
	if err != nil || len(cars.Cars) != 3 {
		t.Fatal(cars, err)
	}
	if east, west := cars.Cars[0], cars.Cars[2]; east.ShiftEnd.AsTime() != noon.Add(time.Hour) || east.Heading != nil || west.GetHeading() != 270 || west.ShiftEnd != nil || west.OffRoad {
		t.Errorf("listed %v", cars.Cars)
	}
}

// TestMobilisationAgrees: the live service and the planner assume the same delay.
func TestMobilisationAgrees(t *testing.T) {
	if live := dispatch.DefaultSettings().Mobilisation.Seconds(); live != planning.MobilisationSeconds {
		t.Errorf("dispatch assumes %v s, planning %v s", live, planning.MobilisationSeconds)
	}
}
