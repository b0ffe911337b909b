package server

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// TestClockJumps sets the server's clock forward and back by an hour: no car is offered by a position whose
// age the clock cannot tell, nothing is silent about it, and what was decided stands.
func TestClockJumps(t *testing.T) {
	s := smallSettings(t)
	now := new(atomic.Int64)
	set := func(to time.Time) { now.Store(to.UnixNano()) }
	set(noon)
	s.Now = func() time.Time { return time.Unix(0, now.Load()) }
	c := start(t, s)
	const car = "cars/A"
	report := func(fixed *timestamppb.Timestamp) *pb.ReportPositionsResponse {
		t.Helper()
		out, err := c.ReportPositions(background(t), &pb.ReportPositionsRequest{Reports: []*pb.PositionReport{{Car: car, Location: at(51.51, -0.13), Time: fixed}}})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	// found is whether the car is offered, and if not why.
	found := func() (*pb.FindNearestCarsResponse, string) {
		t.Helper()
		out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.13), IncludeExcluded: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Candidates) == 1 && out.Candidates[0].Car.PositionAge.AsDuration() < 0 {
			t.Errorf("a position of %v", out.Candidates[0].Car.PositionAge.AsDuration())
		}
		for _, e := range out.Exclusions {
			return out, e.Reason
		}
		return out, ""
	}
	report(timestamppb.New(noon))
	before, why := found()
	if len(before.Candidates) != 1 {
		t.Fatalf("not offered at first: %s", why)
	}
	fleet := pb.NewFleetServiceClient(c.conn)
	assigned, err := fleet.AssignCar(background(t), &pb.AssignCarRequest{Name: car, Incident: "incidents/1", Etag: "0", RequestId: "1"})
	if err != nil {
		t.Fatal(err)
	}

	set(noon.Add(time.Hour)) // the car's clock is right
	if out, why := found(); len(out.Candidates) != 0 || why == "" {
		t.Errorf("an hour ahead: %v, %q", out.Candidates, why)
	}
	if out := report(timestamppb.New(noon.Add(time.Second))); len(out.Late) != 1 {
		t.Errorf("an hour ahead, a report with the right time: %v", out)
	}
	freed, err := fleet.ReleaseCar(background(t), &pb.ReleaseCarRequest{Name: car, Etag: assigned.Etag, RequestId: "2", Reason: "stood down"})
	if err != nil {
		t.Fatalf("releasing an hour later: %v", err)
	}
	if out, why := found(); len(out.Candidates) != 0 || !strings.Contains(why, "position") {
		t.Errorf("an hour ahead, after a late report: %v, %q", out.Candidates, why)
	}
	report(nil) // by the server's clock
	if out, why := found(); len(out.Candidates) != 1 || out.AsOf.AsTime() != noon.Add(time.Hour) {
		t.Errorf("an hour ahead, after a report: %v, %q", out, why)
	}

	set(noon.Add(2 * time.Second)) // back: the last fix is an hour ahead now
	if out, why := found(); len(out.Candidates) != 0 || why == "" {
		t.Errorf("set back: a position of the future is offered: %v, %q", out.Candidates, why)
	}
	list, err := c.ListCars(background(t), &pb.ListCarsRequest{})
	if err != nil || len(list.Cars) != 1 || !list.Cars[0].Stale {
		t.Errorf("set back: %v, %v; want a stale car", list, err)
	}
	if out := report(timestamppb.New(noon.Add(time.Hour))); len(out.Errors) != 1 || !strings.Contains(out.Errors[0].Message, "ahead of the server's clock") {
		t.Errorf("set back, a report of the future: %v", out)
	}
	if out := report(timestamppb.New(noon.Add(2 * time.Second))); out.Accepted != 1 {
		t.Errorf("set back, a report with the right time: %v", out)
	}
	after, why := found()
	if len(after.Candidates) != 1 || after.Basis.Period != before.Basis.Period {
		t.Errorf("set back, after a report: %v, %q", after, why)
	}
	again, err := fleet.AssignCar(background(t), &pb.AssignCarRequest{Name: car, Incident: "incidents/2", Etag: freed.Etag, RequestId: "3"})
	if err != nil {
		t.Fatalf("assigning after the clock was set back: %v", err)
	}
	_, err = fleet.AssignCar(background(t), &pb.AssignCarRequest{Name: car, Incident: "incidents/3", Etag: freed.Etag, RequestId: "4"})
	if err == nil || again.Incident != "incidents/2" {
		t.Errorf("assigned twice on one etag, %v", again)
	}
	if !slices.IsSorted([]string{assigned.Etag, freed.Etag, again.Etag}) {
		t.Errorf("etags %s, %s, %s", assigned.Etag, freed.Etag, again.Etag)
	}
}
