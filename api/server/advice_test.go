package server

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// advised asks for the nearest cars about an incident and returns the advice's name with the cars.
func advised(t *testing.T, c *client, incident string) (string, []string) {
	t.Helper()
	out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.5, -0.15), Incident: incident})
	if err != nil {
		t.Fatal(err)
	}
	if out.Advice == "" || !out.AdviceExpireTime.AsTime().Equal(out.AsOf.AsTime().Add(adviceFor)) {
		t.Fatalf("advice %q, expires %v", out.Advice, out.AdviceExpireTime.AsTime())
	}
	var names []string
	for _, cand := range out.Candidates {
		names = append(names, cand.Car.Name)
	}
	return out.Advice, names
}

// wantConclusion fails unless advice has a conclusion.
func wantConclusion(t *testing.T, c *client, advice string, want live.Conclusion) {
	t.Helper()
	c.server.concluding.Wait()
	_, end, err := c.server.Live.Advised(background(t), advice)
	if err != nil || end == nil || *end != want {
		t.Errorf("%s: concluded %+v, %v; want %+v", advice, end, err, want)
	}
}

func TestAdviceIsConcludedByAssignment(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 4)
	c := start(t, s)
	ctx := background(t)
	advice, cars := advised(t, c, "incidents/1")
	first := &pb.AssignCarRequest{Name: cars[0], Incident: "incidents/1", RequestId: "1", Advice: advice}
	for range 2 { // the second is a repeat
		if _, err := c.AssignCar(ctx, first); err != nil {
			t.Fatal(err)
		}
	}
	wantConclusion(t, c, advice, live.Conclusion{Outcome: live.Accepted, Car: cars[0]})
	_, err := c.AssignCar(ctx, &pb.AssignCarRequest{Name: cars[1], Incident: "incidents/1", RequestId: "2", Advice: advice, Reason: "a second car"})
	wantRefusal(t, err, codes.FailedPrecondition, "ADVICE_CONCLUDED", "accepted with "+cars[0])

	advice, cars = advised(t, c, "incidents/2")
	other := &pb.AssignCarRequest{Name: cars[1], Incident: "incidents/2", RequestId: "3", Advice: advice}
	_, err = c.AssignCar(ctx, other)
	wantRefusal(t, err, codes.InvalidArgument, "reason", "the advice names "+cars[0]+" first")
	other.Incident, other.Reason = "incidents/3", "knows the patient's street"
	_, err = c.AssignCar(ctx, other)
	wantRefusal(t, err, codes.InvalidArgument, "advice", "it is about incidents/2")
	other.Incident = "incidents/2"
	if _, err = c.AssignCar(ctx, other); err != nil {
		t.Fatal(err)
	}
	wantConclusion(t, c, advice, live.Conclusion{Outcome: live.Overridden, Car: cars[1], Reason: other.Reason})
	_, err = c.AssignCar(ctx, &pb.AssignCarRequest{Name: cars[0], Incident: "incidents/9", RequestId: "4", Advice: "advice/0-999"})
	wantRefusal(t, err, codes.NotFound, "advice", "does not exist")
}

// TestAdviceTimesOut: advice that nobody followed is concluded by the server, and a late assignment is
// recorded all the same.
func TestAdviceTimesOut(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 2)
	var clock atomic.Int64
	s.Now = func() time.Time { return noon.Add(time.Duration(clock.Load())) }
	c := start(t, s)
	advice, cars := advised(t, c, "incidents/1")
	half, _ := advised(t, c, "incidents/2") // recorded by a server that died before it concluded the advice
	if _, err := c.server.Live.Do(background(t), "test", cars[1], "", &unit.Assign{RequestID: "x", Incident: "incidents/2", Advice: half}); err != nil {
		t.Fatal(err)
	}
	clock.Store(int64(adviceFor))
	waitFor(t, "both conclusions", func() bool {
		_, one, _ := c.server.Live.Advised(background(t), advice)
		_, other, _ := c.server.Live.Advised(background(t), half)
		return one != nil && other != nil
	})
	wantConclusion(t, c, advice, live.Conclusion{Outcome: live.TimedOut})
	wantConclusion(t, c, half, live.Conclusion{Outcome: live.TimedOut, Car: cars[1]})
	car, err := c.AssignCar(background(t), &pb.AssignCarRequest{Name: cars[0], Incident: "incidents/1", RequestId: "1", Advice: advice})
	if err != nil || car.Incident != "incidents/1" {
		t.Errorf("%v, %v", car, err)
	}
	wantConclusion(t, c, advice, live.Conclusion{Outcome: live.TimedOut})
}

// TestAdviceWithoutStore: the cars are named all the same, and the answer says that it was not kept.
func TestAdviceWithoutStore(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 2)
	c, store := onFlaky(t, &s)
	store.breakDown()
	c.server.lookAtRecords()
	out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.5, -0.15), Incident: "incidents/1"})
	if err != nil || len(out.Candidates) != 2 || out.Advice != "" || out.AdviceExpireTime != nil {
		t.Fatalf("%v, %v", out, err)
	}
	const kind = pb.DegradationKind_DEGRADATION_KIND_STORE_UNREACHABLE
	wantLacks(t, "FindNearestCars", out.Basis, kind, kind)
	if !strings.Contains(out.Basis.DegradedReason, "not kept as advice") {
		t.Errorf("it says %q", out.Basis.DegradedReason)
	}
}
