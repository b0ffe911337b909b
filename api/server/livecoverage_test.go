package server

import (
	"cmp"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// report puts cars where they stand; a fleet of free cars but for those that are named busy.
func report(t testing.TB, s *Settings, cars map[string]orb.Point, busy ...string) {
	t.Helper()
	available, out := dispatch.Available, dispatch.Busy
	var batch []fleet.Report
	for name, p := range cars {
		r := fleet.Report{Car: name, Point: p, Fixed: s.Now(), Status: &available}
		if slices.Contains(busy, name) {
			r.Status = &out
		}
		batch = append(batch, r)
	}
	slices.SortFunc(batch, func(a, b fleet.Report) int { return cmp.Compare(a.Car, b.Car) })
	if o := s.Fleet.Report(s.Now(), batch); o.Accepted != len(cars) {
		t.Fatalf("%+v", o)
	}
}

// TestListCoverage works every figure out from the times of each car to each cell.
func TestListCoverage(t *testing.T) {
	s := smallSettings(t)
	report(t, &s, map[string]orb.Point{"cars/1": {-0.155, 51.495}, "cars/2": {-0.15, 51.5}, "cars/3": {-0.1, 51.52}, "cars/4": {-0.11, 51.51}}, "cars/4")
	c := start(t, s)
	within := 4 * time.Minute
	got, err := pb.NewRecommendationServiceClient(c.conn).ListCoverage(background(t), &pb.ListCoverageRequest{Within: durationpb.New(within)})
	if err != nil {
		t.Fatal(err)
	}
	snap := s.Fleet.Snapshot(noon)
	lane, _ := c.server.laneNow(noon, road.Normal)
	finder := route.NewFinder(lane.metric)
	var total, covered, expected, minutes float64
	adds := map[string]float64{}
	for i, cell := range c.server.cells {
		near, nearest, only := 0, road.Unreachable, ""
		for _, car := range snap.Cars[:3] {
			arrival := finder.Time(car.Spot, cell).Add(60_000)
			nearest = min(nearest, arrival)
			if time.Duration(arrival)*time.Millisecond <= within {
				near, only = near+1, car.Name
			}
		}
		w := float64(s.City.Prior.At(108)[i])
		total, minutes = total+w, minutes+w*nearest.Seconds()/60
		expected += w * (1 - math.Pow(got.Busy, float64(near)))
		if near > 0 {
			covered += w
		}
		if near == 1 {
			adds[only] += w
		}
	}
	for name, pair := range map[string][2]float64{
		"calls": {got.All.CallsPerHour, total}, "covered": {got.All.Covered, covered / total},
		"expected": {got.All.ExpectedCovered, expected / total}, "minutes": {got.All.MeanMinutes, minutes / total},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-5 {
			t.Errorf("%s %v, want %v", name, pair[0], pair[1])
		}
	}
	if len(got.Cars) != 3 || got.All.FreeCars != 3 || got.Boroughs[0].FreeCars != 2 || got.Boroughs[1].FreeCars != 1 || !got.Basis.Demo {
		t.Errorf("%+v", got)
	}
	for _, car := range got.Cars {
		if math.Abs(car.Adds-adds[car.Car]) > 1e-5 {
			t.Errorf("%s adds %v, want %v", car.Car, car.Adds, adds[car.Car])
		}
	}
	if got.All.Covered <= 0.1 || got.All.Covered >= 1 || got.Busy <= 0 || got.All.ExpectedCovered >= got.All.Covered {
		t.Errorf("a case that tells little: %+v", got.All)
	}
	var parts float64
	for _, b := range got.Boroughs {
		parts += b.CallsPerHour * b.Covered
	}
	if math.Abs(parts-covered) > 1e-5 {
		t.Errorf("boroughs cover %v, all of them %v", parts, covered)
	}
}

// TestListCoverageFollowsTheFleet: what was kept from the answer before is worked out anew for cars
// that have moved or are no longer free.
func TestListCoverageFollowsTheFleet(t *testing.T) {
	s := smallSettings(t)
	now := noon
	s.Now = func() time.Time { return now }
	report(t, &s, map[string]orb.Point{"cars/1": {-0.155, 51.495}, "cars/2": {-0.15, 51.5}})
	srv, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	ask := func() *pb.ListCoverageResponse {
		t.Helper()
		r, err := (&recommendationService{Server: srv}).ListCoverage(t.Context(), &pb.ListCoverageRequest{Within: durationpb.New(3 * time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	before := ask()
	now = now.Add(time.Second)
	report(t, &s, map[string]orb.Point{"cars/1": {-0.1, 51.52}, "cars/2": {-0.15, 51.5}}, "cars/2")
	after := ask()
	east, _ := s.City.Grid.At(orb.Point{-0.1, 51.52})
	if before.Boroughs[1].Covered >= after.Boroughs[1].Covered || len(after.Cars) != 1 || after.Boroughs[s.City.Grid.Borough(east)].FreeCars != 1 {
		t.Errorf("before %+v, after %+v", before, after)
	}
	now = now.Add(time.Hour)
	if silent := ask(); silent.All.FreeCars != 0 || silent.All.Covered != 0 || silent.All.MeanMinutes != 0 {
		t.Errorf("cars that have been silent for an hour cover %+v", silent.All)
	}
}

func TestListCoverageRefuses(t *testing.T) {
	c := start(t, smallSettings(t))
	client := pb.NewRecommendationServiceClient(c.conn)
	for _, within := range []time.Duration{-time.Second, time.Second, 3 * time.Hour} {
		_, err := client.ListCoverage(background(t), &pb.ListCoverageRequest{Within: durationpb.New(within)})
		wantRefusal(t, err, codes.InvalidArgument, "within", "want 1m0s to 2h0m0s")
	}
	_, err := client.ListCoverage(background(t), &pb.ListCoverageRequest{Driving: 7})
	wantRefusal(t, err, codes.InvalidArgument, "driving", "unknown")
}
