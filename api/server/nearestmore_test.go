package server

import (
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo"
)

// put puts a car on the map at noon.
func put(s *Settings, name string, lon float64) {
	s.Fleet.Report(noon, []fleet.Report{{Car: name, Point: orb.Point{lon, 51.51}, Fixed: noon}})
}

func TestBusyCarsRankByWhenTheyCanBeThere(t *testing.T) {
	s := smallSettings(t)
	put(&s, "cars/far", -0.158)
	put(&s, "cars/clearing", -0.1)
	put(&s, "cars/conveys", -0.158)
	s.Fleet.Keep(noon, []fleet.Kept{
		{Car: "cars/clearing", Revision: 1, Status: dispatch.Clearing, Since: noon.Add(-8 * time.Minute), Home: geo.Sectors},
		{Car: "cars/conveys", Revision: 2, Status: dispatch.Conveying, Since: noon.Add(-44 * time.Minute), Destination: "East ED", Home: geo.Sectors},
	})
	c := start(t, s)
	ask := &pb.FindNearestCarsRequest{Location: at(51.51, -0.1), IncludeExcluded: true}
	out, err := c.FindNearestCars(background(t), ask)
	if err != nil || len(out.Candidates) != 1 || len(out.Exclusions) != 2 || out.Candidates[0].ClearsIn != nil {
		t.Fatalf("free cars only: %v, %v", out, err)
	}
	first := out.Candidates[0]
	if by90 := first.ArrivalTime_90.AsDuration(); by90 != time.Minute+first.TravelTime.AsDuration()*3/2 {
		t.Errorf("9 in 10 within %v of %v by road", by90, first.TravelTime.AsDuration())
	}
	if e := out.Exclusions[0]; e.Car != "cars/clearing" || e.Reason != "clearing for 8 min" {
		t.Errorf("left out: %v", out.Exclusions)
	}
	ask.IncludeBusy = true
	if out, err = c.FindNearestCars(background(t), ask); err != nil || len(out.Candidates) != 3 || len(out.Exclusions) != 0 {
		t.Fatalf("with busy cars: %v, %v", out, err)
	}
	var order []string
	for _, cand := range out.Candidates {
		order = append(order, cand.Car.Name)
	}
	near, conveys := out.Candidates[0], out.Candidates[1]
	if got := strings.Join(order, " "); got != "cars/clearing cars/conveys cars/far" || near.ClearsIn.AsDuration() != 5*time.Minute || near.ArrivalTime.AsDuration() != near.ClearsIn.AsDuration()+near.TravelTime.AsDuration() {
		t.Errorf("order %s; %v", got, near)
	}
	if got := strings.Join(conveys.Reasons, "; "); !strings.Contains(got, "by road from East ED, where it takes its patient") || conveys.TravelTime.AsDuration() > first.TravelTime.AsDuration()/2 {
		t.Errorf("conveying: %v", conveys)
	}
}

// TestAskingAhead: at 17:00 other speeds hold, a closure that ends before has ended, and shifts are those of
// then; positions are still those of now.
func TestAskingAhead(t *testing.T) {
	s := smallSettings(t)
	put(&s, "cars/goes", -0.15)
	put(&s, "cars/comes", -0.14)
	s.Fleet.Keep(noon, []fleet.Kept{
		{Car: "cars/goes", Revision: 1, Status: dispatch.Available, Home: geo.Sectors, ShiftStart: noon.Add(-time.Hour), ShiftEnd: noon.Add(time.Hour)},
		{Car: "cars/comes", Revision: 2, Status: dispatch.OffShift, Home: geo.Sectors, ShiftStart: noon.Add(2 * time.Hour), ShiftEnd: noon.Add(10 * time.Hour)},
	})
	c := start(t, s)
	closed, err := c.CloseRoad(background(t), &pb.CloseRoadRequest{Where: strip(-0.126, -0.124), Expiration: &pb.CloseRoadRequest_ExpireTime{ExpireTime: timestamppb.New(noon.Add(3 * time.Hour))}})
	if err != nil {
		t.Fatal(closed, err)
	}
	ask := func(ahead time.Duration) *pb.FindNearestCarsResponse {
		t.Helper()
		out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{
			Location: at(51.51, -0.1), AsOf: timestamppb.New(noon.Add(ahead)), IncludeExcluded: true, IncludeCoverage: true, Category: "crisis",
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	now, blocked, later := ask(0), ask(150*time.Minute), ask(5*time.Hour)
	if len(now.Candidates) != 1 || now.Candidates[0].Car.Name != "cars/goes" || !now.Candidates[0].Degraded {
		t.Errorf("now, behind the closure: %v", now.Candidates)
	}
	if len(blocked.Candidates) != 1 || blocked.Candidates[0].Car.Name != "cars/comes" || !blocked.Candidates[0].Degraded || blocked.Basis.RoadChanges != 1 {
		t.Errorf("before the closure ends: %v", blocked)
	}
	cand := later.Candidates[0]
	if len(later.Candidates) != 1 || cand.Car.Name != "cars/comes" || cand.Degraded || later.Basis.RoadChanges != 0 || later.Basis.Period == now.Basis.Period || !later.AsOf.AsTime().Equal(noon.Add(5*time.Hour)) {
		t.Fatalf("later: %v", later)
	}
	if cand.Car.Stale || cand.Car.PositionAge.AsDuration() != 5*time.Hour || !strings.Contains(strings.Join(cand.Reasons, "; "), "asked for 5 h 0 min ahead") {
		t.Errorf("later: %v", cand)
	}
	if e := later.Exclusions[0]; e.Reason != "shift ended 4 h 0 min ago" {
		t.Errorf("left out: %v", later.Exclusions)
	}
	if l := cand.CoverageLeft; l.GetBefore() <= 0 || l.GetAfter() != 0 || l.Within.AsDuration() != 15*time.Minute {
		t.Errorf("the only free car leaves %v", l)
	}
	if again := ask(0); again.Basis.Period != now.Basis.Period || again.Basis.RoadChanges != 1 {
		t.Errorf("the present after looking ahead: %v", again.Basis)
	}
	if now.Assessment.GetHelp() != pb.Help_HELP_JOINT_RESPONSE_CAR || blocked.Assessment.GetHelp() != pb.Help_HELP_JOINT_RESPONSE_CAR {
		t.Errorf("assessed %v, %v", now.Assessment, blocked.Assessment)
	}
}

func TestWhatIsAskedBeyondTheUsualIsChecked(t *testing.T) {
	c := start(t, smallSettings(t))
	for field, in := range map[string]*pb.FindNearestCarsRequest{
		"category": {Category: strings.Repeat("x", 201)}, "channel": {Channel: strings.Repeat("x", 201)},
		"as_of": {AsOf: timestamppb.New(noon.Add(25 * time.Hour))},
	} {
		in.Location = at(51.51, -0.1)
		_, err := c.FindNearestCars(background(t), in)
		wantRefusal(t, err, codes.InvalidArgument, field, field)
	}
	for _, bad := range []*timestamppb.Timestamp{timestamppb.New(noon.Add(-2 * time.Minute)), {Nanos: -1}} {
		_, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.1), AsOf: bad})
		wantRefusal(t, err, codes.InvalidArgument, "as_of", "as_of")
	}
	out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.1), AsOf: timestamppb.New(noon.Add(-30 * time.Second))})
	if err != nil || !out.AsOf.AsTime().Equal(noon) {
		t.Errorf("a clock that is a little slow means now: %v, %v", out, err)
	}
}

// TestCoverageIsLeftOutUnderStrain: the answer comes all the same, and says so.
func TestCoverageIsLeftOutUnderStrain(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 3)
	c := start(t, s)
	c.server.overload.level.Store(int32(ordinary))
	out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.1), IncludeCoverage: true})
	if err != nil || len(out.Candidates) != 3 || out.Candidates[0].CoverageLeft != nil || len(out.Basis.Degradations) != 1 || out.Basis.Degradations[0].Kind != pb.DegradationKind_DEGRADATION_KIND_OVERLOAD {
		t.Errorf("%v, %v", out, err)
	}
}

// TestAnswersAreKeptAsAdvice: who names an incident is told under which name, and an assignment can follow it.
func TestAnswersAreKeptAsAdvice(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 30)
	c := start(t, s)
	ask := &pb.FindNearestCarsRequest{Location: at(51.51, -0.12), Incident: "incidents/7", K: 25}
	out, err := c.FindNearestCars(background(t), ask)
	if err != nil || out.Advice == "" || !out.AdviceExpireTime.AsTime().Equal(noon.Add(10*time.Minute)) {
		t.Fatalf("%v, %v", out, err)
	}
	kept, end, err := c.server.Live.Advised(background(t), out.Advice)
	if err != nil || end != nil || kept.Incident != "incidents/7" || len(kept.Candidates) != 20 || kept.Candidates[0] != out.Candidates[0].Car.Name {
		t.Errorf("kept %+v, %v, %v", kept, end, err)
	}
	if out, err = c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.12)}); err != nil || out.Advice != "" || out.AdviceExpireTime != nil {
		t.Errorf("without an incident: %v, %v", out, err)
	}
	ask.Incident = "incidents/Jane Doe"
	_, err = c.FindNearestCars(background(t), ask)
	wantRefusal(t, err, codes.InvalidArgument, "incident", "want incidents/ID")
	if strings.Contains(err.Error(), "Jane") {
		t.Errorf("the refusal repeats what may be a name: %v", err)
	}
}
