package fakecad

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// receive draws the calls of the step: a Poisson number, each in the middle of a cell that is drawn with
// the forecast's chances.
func (r *run) receive(ctx context.Context) {
	hour := int(demand.HourOf(r.start.Add(r.clock), r.city.Zone))
	rates, ok := r.drawn[hour]
	if !ok {
		if rates = r.forecast(ctx, hour); rates == nil {
			return
		}
		r.drawn[hour] = rates
	}
	total := rates[len(rates)-1]
	expected := total
	if r.CallsPerHour > 0 {
		expected = r.CallsPerHour
	}
	for left := r.random.ExpFloat64(); left < expected*r.Step.Hours(); left += r.random.ExpFloat64() {
		cell, _ := slices.BinarySearch(rates, r.random.Float64()*total)
		r.calls++
		r.report.Calls++
		r.waiting = append(r.waiting, &incident{fmt.Sprintf("incidents/%s-%d-%d", r.Prefix, r.begun.UnixNano(), r.calls), r.city.Grid.Centre(grid.Index(cell)), r.clock})
	}
}

// forecast returns the running sums of the rates of the cells in an hour of the week; nil: not answered.
func (r *run) forecast(ctx context.Context, hour int) []float64 {
	var out *pb.Forecast
	err := r.ask(ctx, "GetForecast", func(ctx context.Context) (err error) {
		out, err = r.planning.GetForecast(ctx, &pb.GetForecastRequest{Hours: []int32{int32(hour)}})
		return err
	})
	if !r.answered(ctx, checkAlive, err, "GetForecast") || len(out.GetRate()) != r.city.Grid.Len() {
		return nil
	}
	sums, sum := make([]float64, len(out.GetRate())), 0.0
	for i, v := range out.GetRate() {
		sum += float64(v)
		sums[i] = sum
	}
	return sums
}

// answer gives each call that waits a car, first come first served, while any is free.
func (r *run) answer(ctx context.Context) {
	var still []*incident
	for _, in := range r.waiting {
		switch {
		case ctx.Err() != nil:
			return
		case r.clock-in.since > r.GiveUp:
			r.report.GivenUp++
		case !r.anyFree() || !r.dispatchTo(ctx, in):
			still = append(still, in)
		}
	}
	r.waiting = still
}

func (r *run) anyFree() bool {
	return slices.ContainsFunc(r.cars, func(c *car) bool { return c.status == pb.CarStatus_CAR_STATUS_AVAILABLE })
}

// dispatchTo asks who is nearest and gives the first the call.
func (r *run) dispatchTo(ctx context.Context, in *incident) bool {
	r.asked++
	sampled := r.Check > 0 && r.asked%r.Check == 0
	var out *pb.FindNearestCarsResponse
	err := r.ask(ctx, "FindNearestCars", func(ctx context.Context) (err error) {
		out, err = r.dispatch.FindNearestCars(ctx, &pb.FindNearestCarsRequest{Location: location(in.point), IncludeExcluded: sampled, Incident: in.name})
		return err
	})
	if !r.answered(ctx, checkAlive, err, "FindNearestCars") {
		return false
	}
	offered := r.own(out.GetCandidates())
	for _, o := range offered {
		r.checkCandidate(out, o)
	}
	if sampled {
		r.checkAll(out)
		r.checkNearest(out, in, offered)
	}
	if len(offered) == 0 {
		return false
	}
	if r.Race > 1 && r.asked%10 == 0 {
		return r.race(ctx, in, offered[0].car)
	}
	return r.assign(ctx, in, offered[0].car, out.GetAdvice(), offered[0].rank > 0)
}

// offer is a candidate that is one of the run's cars.
type offer struct {
	*pb.Candidate
	car  *car
	rank int
}

func (r *run) own(list []*pb.Candidate) (own []offer) {
	for i, c := range list {
		if k := slices.IndexFunc(r.cars, func(o *car) bool { return o.name == c.GetCar().GetName() }); k >= 0 {
			own = append(own, offer{c, r.cars[k], i})
		}
	}
	return own
}

func (r *run) checkCandidate(out *pb.FindNearestCarsResponse, o offer) {
	r.tally.expect(checkOffered, o.car.status == pb.CarStatus_CAR_STATUS_AVAILABLE, "%s is %s", o.car.name, o.car.status)
	p, c := o.GetCar().GetPosition(), o.car
	age := out.GetAsOf().AsTime().Sub(c.reported)
	r.tally.expect(checkAges,
		math.Abs(p.GetLatitude()-c.point.Lat()) < 1e-6 && math.Abs(p.GetLongitude()-c.point.Lon()) < 1e-6 &&
			o.GetCar().GetPositionTime().AsTime().Equal(c.reported.UTC()) &&
			(o.GetCar().GetPositionAge().AsDuration()-max(0, age)).Abs() < time.Millisecond && !o.GetCar().GetStale(),
		"%s: %v at %s, age %s; reported %v at %s, %s before the answer", c.name, p, o.GetCar().GetPositionTime().AsTime(), o.GetCar().GetPositionAge().AsDuration(),
		c.point, c.reported.UTC(), age)
}

// checkAll checks that no car of the run is passed over in silence.
func (r *run) checkAll(out *pb.FindNearestCarsResponse) {
	for _, c := range r.cars {
		n := 0
		for _, o := range out.GetCandidates() {
			if o.GetCar().GetName() == c.name {
				n++
			}
		}
		for _, e := range out.GetExclusions() {
			if e.GetCar() == c.name && e.GetReason() != "" {
				n++
			}
		}
		r.tally.expect(checkAll, n == 1, "%s is named %d times", c.name, n)
	}
}

// checkNearest compares an answer with the run's own search. Closed roads are not known to it.
func (r *run) checkNearest(out *pb.FindNearestCarsResponse, in *incident, offered []offer) {
	if r.referee == nil || out.GetBasis().GetRoadChanges() > 0 {
		return
	}
	var free []*car
	var points []orb.Point
	for _, c := range r.cars {
		if c.status == pb.CarStatus_CAR_STATUS_AVAILABLE {
			free, points = append(free, c), append(points, c.point)
		}
	}
	hour := demand.HourOf(out.GetAsOf().AsTime(), r.city.Zone)
	times, ok := r.referee.toCall(in.point, points, period{r.city.Speeds.Period(int(hour)), road.Normal})
	if !ok || len(times) == 0 || slices.Min(times) == road.Unreachable {
		return
	}
	if !r.tally.expect(checkNearest, len(offered) > 0, "%s: nobody is offered, %s could come", in.name, free[0].name) {
		return
	}
	of := func(c *car) road.Millis { return times[slices.Index(free, c)] }
	if !slices.Contains(free, offered[0].car) {
		return // told by checkOffered
	}
	first := of(offered[0].car)
	r.tally.expect(checkNearest, near(first, slices.Min(times)), "%s: %s comes first in %d ms, by own search the first takes %d ms", in.name, offered[0].car.name, first, slices.Min(times))
	for _, o := range offered {
		if slices.Contains(free, o.car) && o.GetTravelTime() != nil {
			told := road.Millis(o.GetTravelTime().AsDuration().Milliseconds())
			r.tally.expect(checkTimes, near(told, of(o.car)), "%s to %s: told %d ms, own search %d ms", o.car.name, in.name, told, of(o.car))
		}
	}
}

// give sends one AssignCar.
func (r *run) give(ctx context.Context, in *pb.AssignCarRequest) (out *pb.Car, err error) {
	err = r.ask(ctx, "AssignCar", func(ctx context.Context) (err error) {
		out, err = r.fleet.AssignCar(ctx, in)
		return err
	})
	return out, err
}

// assign gives a car a call and sometimes says so twice.
func (r *run) assign(ctx context.Context, in *incident, c *car, advice string, overridden bool) bool {
	req := &pb.AssignCarRequest{Name: c.name, Incident: in.name, Etag: c.etag, RequestId: r.request(), Advice: advice}
	if overridden {
		req.Reason = "not a car of this control room"
	}
	out, err := r.give(ctx, req)
	if !r.answered(ctx, checkStatus, err, "assign %s to %s", c.name, in.name) {
		return false
	}
	r.taken(c, in, out)
	if r.random.IntN(7) == 0 {
		again, err := r.give(ctx, req)
		r.tally.expect(checkRepeat, err == nil && again.GetEtag() == c.etag && again.GetIncident() == in.name, "assign %s: etag %s, then %s (%v)", c.name, c.etag, again.GetEtag(), err)
	}
	return true
}

// taken keeps what the server acknowledged.
func (r *run) taken(c *car, in *incident, out *pb.Car) {
	c.etag, c.status, c.incident, c.call = out.GetEtag(), out.GetStatus(), out.GetIncident(), in.point
	r.made = append(r.made, assignment{c.name, in.name, c.etag})
	r.report.Assigned++
}

// race lets dispatchers with a call each want one car. The call of the one who gets it is the one that
// waited.
func (r *run) race(ctx context.Context, in *incident, c *car) bool {
	type result struct {
		incident string
		car      *pb.Car
		err      error
	}
	results := make([]result, r.Race)
	requests := make([]*pb.AssignCarRequest, r.Race)
	for i := range requests {
		requests[i] = &pb.AssignCarRequest{Name: c.name, Incident: fmt.Sprintf("%s-%d", in.name, i), Etag: c.etag, RequestId: r.request()}
	}
	var all sync.WaitGroup
	for i := range results {
		all.Go(func() {
			out, err := r.give(ctx, requests[i])
			results[i] = result{requests[i].GetIncident(), out, err}
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return false
	}
	winners := slices.DeleteFunc(slices.Clone(results), func(x result) bool { return x.err != nil })
	if !r.tally.expect(checkRace, len(winners) == 1, "%d of %d got %s", len(winners), r.Race, c.name) {
		return false
	}
	won := winners[0]
	for _, x := range results {
		if x.err == nil {
			continue
		}
		now := present(x.err)
		r.tally.expect(checkConflict, status.Code(x.err) == codes.Aborted && now.GetIncident() == won.incident, "%s wanted by %s: %v, car %v", c.name, x.incident, x.err, now)
	}
	r.taken(c, &incident{won.incident, in.point, in.since}, won.car)
	return true
}

// present is the car that a refusal says there is now.
func present(err error) *pb.Car {
	for _, d := range status.Convert(err).Details() {
		if c, ok := d.(*pb.CarConflict); ok {
			return c.GetCar()
		}
	}
	return nil
}
