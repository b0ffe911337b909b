package server

import (
	"strings"
	"testing"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// wantLacks fails unless a basis tells exactly these fallbacks, in its list, its flag and its words.
func wantLacks(t *testing.T, what string, b *pb.Basis, kinds ...pb.DegradationKind) {
	t.Helper()
	if b.GetDegraded() != (len(kinds) > 0) || len(b.GetDegradations()) != len(kinds) {
		t.Errorf("%s: basis %v, want %v", what, b, kinds)
		return
	}
	for i, d := range b.GetDegradations() {
		if d.Kind != kinds[i] || d.Reason == "" || !strings.Contains(b.DegradedReason, d.Reason) {
			t.Errorf("%s: fallback %d is %v, want %v, told in %q", what, i, d, kinds[i], b.DegradedReason)
		}
	}
}

// TestNoRoadNetwork: every answer on roads says that another network stands in for the one imported.
func TestNoRoadNetwork(t *testing.T) {
	const none = pb.DegradationKind_DEGRADATION_KIND_NO_ROAD_NETWORK
	s := smallSettings(t)
	s.NetworkFault = "the imported road network cannot be used"
	addCars(t, &s, 3)
	c := start(t, s)
	ctx := background(t)
	nearest, err := c.FindNearestCars(ctx, &pb.FindNearestCarsRequest{Location: at(51.5, -0.15)})
	if err != nil {
		t.Fatal(err)
	}
	wantLacks(t, "FindNearestCars", nearest.Basis, none)
	if len(nearest.Candidates) != 3 || nearest.Candidates[0].TravelTime == nil {
		t.Errorf("cars are not ranked by the network that stands in: %v", nearest.Candidates)
	}
	places, err := c.FindNearestPlaces(ctx, &pb.FindNearestPlacesRequest{Location: at(51.5, -0.15)})
	if err != nil {
		t.Fatal(err)
	}
	wantLacks(t, "FindNearestPlaces", places.Basis, none)
	reach, err := c.GetReach(ctx, &pb.GetReachRequest{Origin: &pb.GetReachRequest_Location{Location: at(51.5, -0.15)}})
	if err != nil {
		t.Fatal(err)
	}
	wantLacks(t, "GetReach", reach.Basis, none)
	coverage, err := c.GetCoverage(ctx, &pb.GetCoverageRequest{})
	if err != nil {
		t.Fatal(err)
	}
	wantLacks(t, "GetCoverage", coverage.Basis, none)
	city, err := c.GetCity(ctx, &pb.GetCityRequest{})
	if err != nil || !strings.Contains(city.NetworkNote, "cannot be used.") {
		t.Errorf("the city's network note is %q, %v", city.GetNetworkNote(), err)
	}
}

// TestNoForecast: what counts expected calls says that the prior stands in; what does not is not degraded.
func TestNoForecast(t *testing.T) {
	s := smallSettings(t)
	s.BaselineFault = "the learnt forecast cannot be read"
	addCars(t, &s, 3)
	c := start(t, s)
	coverage, err := c.GetCoverage(background(t), &pb.GetCoverageRequest{})
	if err != nil {
		t.Fatal(err)
	}
	wantLacks(t, "GetCoverage", coverage.Basis, pb.DegradationKind_DEGRADATION_KIND_NO_FORECAST)
	nearest, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.5, -0.15)})
	if err != nil {
		t.Fatal(err)
	}
	wantLacks(t, "FindNearestCars", nearest.Basis)
}

// TestRoadChangesLeaveNothingStale: the answer after a closure respects it, before labels are built
// again, and is not degraded: labels make answers fast, not right.
func TestRoadChangesLeaveNothingStale(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 8)
	c := start(t, s)
	for range 3 {
		if _, err := c.CloseRoad(background(t), &pb.CloseRoadRequest{Where: strip(-0.126, -0.125)}); err != nil {
			t.Fatal(err)
		}
		out, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.15), K: 1})
		if err != nil {
			t.Fatal(err)
		}
		wantLacks(t, "after a closure", out.Basis)
		if out.Basis.RoadChanges == 0 {
			t.Error("the closure is not respected")
		}
	}
}
