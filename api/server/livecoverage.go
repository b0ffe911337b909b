package server

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/planning"
)

// Bounds of ListCoverageRequest.within.
const leastWithin, mostWithin = time.Minute, 2 * time.Hour

// ListCoverage says what the free cars cover now, by borough, and what each of them adds.
func (s *recommendationService) ListCoverage(_ context.Context, r *pb.ListCoverageRequest) (*pb.ListCoverageResponse, error) {
	driving, err := drivingOf(r.GetDriving())
	if err != nil {
		return nil, err
	}
	within := s.MoveUps.Response
	if d := r.GetWithin(); d != nil {
		if within = d.AsDuration(); d.CheckValid() != nil || within < leastWithin || within > mostWithin {
			return nil, invalid("within", "%v: want %v to %v", within, leastWithin, mostWithin)
		}
	}
	limit, ok := s.Dispatch.DriveWithin(within)
	if !ok {
		return nil, invalid("within", "%v: less than the %v that a car takes to mobilise", within, s.Dispatch.Mobilisation)
	}
	now := s.Now()
	snap := s.Fleet.Snapshot(now)
	free := freeCars(&snap)
	lane, basis := s.laneNow(now, driving)
	degrade(basis, s.lacksForecast(nil)...)
	basis.Modelled = s.someModelled()
	key, posts := coverKey{metric: lane.metric, limit: limit}, []post(nil)
	if within == s.MoveUps.Response && driving == road.Normal { // what move-ups look at: one for both
		key.posts, posts = standby, s.standbyPosts()
	}
	live := s.covers.get(key, func() *liveCover { return s.newCover(lane, limit, posts) })
	out := &pb.ListCoverageResponse{Basis: basis, AsOf: timestamppb.New(now)}
	expected := s.expectedNow(now)
	out.Busy = expected.busy(&snap)
	live.mu.Lock()
	defer live.mu.Unlock()
	live.update(&snap, free)
	live.cover.Reset(expected.calls, out.Busy)
	for _, slot := range free {
		live.cover.Add(live.cars[slot].cells)
	}
	for _, slot := range free {
		out.Cars = append(out.Cars, &pb.CarCoverage{Car: snap.Cars[slot].Name, Adds: live.cover.Only(live.cars[slot].cells)})
	}
	s.byBorough(out, live, &snap, free)
	out.Notes = append(expected.notes(out.Busy), fmt.Sprintf("covered within %s of the call, of which %s to mobilise (assumption); reach is worked out anew when a car has moved %d m",
		sayDuration(within), sayDuration(s.Dispatch.Mobilisation), reachMetres))
	return out, nil
}

// byBorough sums up what is covered. The caller holds the cover, with the free cars counted in.
func (s *Server) byBorough(out *pb.ListCoverageResponse, live *liveCover, snap *dispatch.Snapshot, free []int) {
	spots := make([]road.Spot, len(free))
	sums := make([]coverSum, len(s.City.Boroughs))
	var all coverSum
	for i, slot := range free {
		spots[i] = snap.Cars[slot].Spot
		all.free++
		if b, ok := s.boroughOf(snap.Cars[slot]); ok {
			sums[b].free++
		}
	}
	minutes := s.minutes(live.lane, spots)
	for i, n := range live.cover.Near() {
		w, share := live.cover.At(i)
		for _, sum := range []*coverSum{&sums[s.City.Grid.Borough(grid.Index(i))], &all} {
			sum.calls += w
			sum.expected += w * share
			if n > 0 {
				sum.covered += w
			}
			if minutes[i] != noWay {
				sum.reached += w
				sum.minutes += w * float64(minutes[i])
			}
		}
	}
	for b := range sums {
		v := sums[b].proto(s.Dispatch.Mobilisation)
		v.Borough = int32(b)
		out.Boroughs = append(out.Boroughs, v)
	}
	out.All = all.proto(s.Dispatch.Mobilisation)
}

// coverSum sums up cells by their expected calls.
type coverSum struct {
	calls, covered, expected, reached, minutes float64
	free                                       int32
}

func (c *coverSum) proto(mobilisation time.Duration) *pb.LiveCoverage {
	out := &pb.LiveCoverage{CallsPerHour: c.calls, FreeCars: c.free}
	if c.calls > 0 {
		out.Covered, out.ExpectedCovered = c.covered/c.calls, c.expected/c.calls
	}
	if c.reached > 0 {
		out.MeanMinutes = c.minutes/c.reached + mobilisation.Minutes()
	}
	return out
}

// expectedCalls are the calls expected in the present hour.
type expectedCalls struct {
	calls []float32 // by cell; never written again
	hour  calls.Hour
	total float64
	about string
}

// expectedNow returns the calls expected in the hour of a moment: the forecast's, holidays counted, or
// the prior's.
func (s *Server) expectedNow(now time.Time) *expectedCalls {
	hour := calls.HourAt(now)
	if e := s.expected.Load(); e != nil && e.hour == hour {
		return e
	}
	e := &expectedCalls{hour: hour, calls: s.Baseline.Rates(calls.Span{From: hour, To: hour + 1}, nil)}
	for _, rate := range e.calls {
		e.total += float64(rate)
	}
	e.about = fmt.Sprintf("expected calls of %s, of the %s (%s)", demand.HourOf(now, s.Zone), map[bool]string{true: "forecast", false: "prior"}[s.Baseline.About().Learnt], s.Baseline.About().Name)
	s.expected.Store(e)
	return e
}

// busy estimates how busy each car is that is at work, free or not: Erlang's loss formula for the calls
// of the hour, as a plan does where its scenario gives no busy fraction.
func (e *expectedCalls) busy(snap *dispatch.Snapshot) float64 {
	cars := 0
	for _, c := range snap.Cars {
		if snap.Free(c) || c.Status.OnCall() {
			cars++
		}
	}
	if cars == 0 {
		return 0
	}
	return planning.EstimateLoad(e.total, cars).Busy
}

// notes say what the figures rest on.
func (e *expectedCalls) notes(busy float64) []string {
	return []string{e.about, fmt.Sprintf(
		"busy fraction %.2f: Erlang's loss formula for the cars at work, with %.0f %% of the calls sent a car that is then out for %.2f h (assumptions)",
		busy, 100*planning.SuitableShare, planning.CycleHours)}
}

// sayDuration returns whole seconds or minutes as people say them.
func sayDuration(d time.Duration) string {
	if d%time.Minute == 0 {
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%g s", d.Seconds())
}
