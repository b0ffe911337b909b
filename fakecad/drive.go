package fakecad

import (
	"context"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// drive lets a car live through the next step: at most one change of status.
func (r *run) drive(ctx context.Context, c *car) {
	switch c.status {
	case pb.CarStatus_CAR_STATUS_ASSIGNED:
		if r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_MOBILISING) {
			c.left = r.spread(r.Mobilise)
		}
	case pb.CarStatus_CAR_STATUS_MOBILISING:
		if c.left -= r.Step; c.left <= 0 && r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_EN_ROUTE) {
			c.way = r.route(ctx, c.point, c.call)
		}
	case pb.CarStatus_CAR_STATUS_EN_ROUTE:
		if r.arrives(c) && r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_ON_SCENE) {
			c.left = r.spread(r.OnScene)
		}
	case pb.CarStatus_CAR_STATUS_ON_SCENE:
		if c.left -= r.Step; c.left <= 0 {
			r.leaveScene(ctx, c)
		}
	case pb.CarStatus_CAR_STATUS_CONVEYING:
		if r.arrives(c) && r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_AT_CENTRE) {
			c.left = r.spread(r.AtCentre)
		}
	case pb.CarStatus_CAR_STATUS_AT_CENTRE:
		if c.left -= r.Step; c.left <= 0 && r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_CLEARING) {
			c.left = r.spread(r.Clear)
		}
	case pb.CarStatus_CAR_STATUS_CLEARING:
		if c.left -= r.Step; c.left <= 0 {
			r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_AVAILABLE)
		}
	case pb.CarStatus_CAR_STATUS_AVAILABLE:
		if r.random.IntN(200) == 0 {
			r.tryImpossible(ctx, c)
		}
		if r.Patrol && r.arrives(c) {
			c.way = r.route(ctx, c.point, r.base())
		}
	}
}

// base is one of the places where cars begin.
func (r *run) base() orb.Point { return r.city.Bases[r.random.IntN(len(r.city.Bases))] }

func (r *run) arrives(c *car) (arrived bool) {
	c.point, arrived = c.way.after(r.Step)
	return arrived
}

// leaveScene takes the patient to the first centre that the server offers, or nobody anywhere.
func (r *run) leaveScene(ctx context.Context, c *car) {
	c.where = nil
	if r.random.Float64() < r.Convey {
		c.where = r.centre(ctx, c.point)
	}
	if c.where == nil {
		if r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_CLEARING) {
			c.left = r.spread(r.Clear)
		}
		return
	}
	if r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_CONVEYING) {
		c.way = r.route(ctx, c.point, orb.Point{c.where.GetPosition().GetLongitude(), c.where.GetPosition().GetLatitude()})
	}
}

func (r *run) centre(ctx context.Context, from orb.Point) *pb.Place {
	var out *pb.FindCentreResponse
	err := r.ask(ctx, "FindCentre", func(ctx context.Context) (err error) {
		out, err = r.centres.FindCentre(ctx, &pb.FindCentreRequest{Location: location(from), K: 1})
		return err
	})
	if !r.answered(ctx, checkAlive, err, "FindCentre") || len(out.GetCentres()) == 0 {
		return nil
	}
	c := out.GetCentres()[0].GetCentre()
	r.tally.expect(checkCentre, c.GetOpen() && !c.GetDiverted(), "%s: open %v, diverted %v", c.GetPlace().GetName(), c.GetOpen(), c.GetDiverted())
	return c.GetPlace()
}

// route asks for a way to drive. Where there is none by road the car flies, for half an hour.
func (r *run) route(ctx context.Context, from, to orb.Point) way {
	var out *pb.FindRouteResponse
	err := r.ask(ctx, "FindRoute", func(ctx context.Context) (err error) {
		out, err = r.roads.FindRoute(ctx, &pb.FindRouteRequest{From: location(from), To: location(to)})
		return err
	})
	if !r.answered(ctx, checkAlive, err, "FindRoute") || out.GetTravelTime() == nil {
		return way{line: []orb.Point{from, to}, takes: 30 * time.Minute}
	}
	w := way{line: []orb.Point{from}, takes: max(time.Second, out.GetTravelTime().AsDuration())}
	for _, p := range out.GetPoints() {
		w.line = append(w.line, orb.Point{p.GetLongitude(), p.GetLatitude()})
	}
	return w
}

// setStatus tells the server what a car does now, and sometimes tells it twice.
func (r *run) setStatus(ctx context.Context, c *car, to pb.CarStatus) bool {
	in := &pb.UpdateCarStatusRequest{Name: c.name, Status: to, Etag: c.etag, RequestId: r.request()}
	if c.where != nil && (to == pb.CarStatus_CAR_STATUS_CONVEYING || to == pb.CarStatus_CAR_STATUS_AT_CENTRE) {
		in.Destination = c.where.GetName()
	}
	out, err := r.update(ctx, in)
	if !r.answered(ctx, checkStatus, err, "%s from %s to %s", c.name, c.status, to) {
		return false
	}
	c.etag, c.status, c.incident = out.GetEtag(), out.GetStatus(), out.GetIncident()
	if r.random.IntN(10) == 0 {
		again, err := r.update(ctx, in)
		r.tally.expect(checkRepeat, err == nil && again.GetEtag() == c.etag, "%s to %s: etag %s, then %s (%v)", c.name, to, c.etag, again.GetEtag(), err)
	}
	return true
}

func (r *run) update(ctx context.Context, in *pb.UpdateCarStatusRequest) (out *pb.Car, err error) {
	err = r.ask(ctx, "UpdateCarStatus", func(ctx context.Context) (err error) {
		out, err = r.fleet.UpdateCarStatus(ctx, in)
		return err
	})
	return out, err
}

// tryImpossible tells the server that a free car is at a centre.
func (r *run) tryImpossible(ctx context.Context, c *car) {
	_, err := r.update(ctx, &pb.UpdateCarStatusRequest{Name: c.name, Status: pb.CarStatus_CAR_STATUS_AT_CENTRE, Etag: c.etag, RequestId: r.request()})
	if ctx.Err() == nil {
		r.tally.expect(checkRefused, status.Code(err) == codes.FailedPrecondition, "%s from available to at centre: %v", c.name, err)
	}
}

// reportPositions tells the server where the cars are.
func (r *run) reportPositions(ctx context.Context) {
	now := time.Now()
	in := &pb.ReportPositionsRequest{}
	for _, c := range r.cars {
		in.Reports = append(in.Reports, &pb.PositionReport{Car: c.name, Location: location(c.point), Time: timestamppb.New(now)})
	}
	var out *pb.ReportPositionsResponse
	err := r.ask(ctx, "ReportPositions", func(ctx context.Context) (err error) {
		out, err = r.dispatch.ReportPositions(ctx, in)
		return err
	})
	if !r.answered(ctx, checkAlive, err, "ReportPositions") {
		return
	}
	r.report.Positions += len(in.Reports)
	if r.tally.expect(checkReports, int(out.GetAccepted()) == len(r.cars), "%d of %d: %v", out.GetAccepted(), len(r.cars), out.GetErrors()) {
		for _, c := range r.cars {
			c.reported = now
		}
	}
}

func location(p orb.Point) *pb.Location {
	return &pb.Location{Kind: &pb.Location_LatLng{LatLng: &pb.LatLng{Latitude: p.Lat(), Longitude: p.Lon()}}}
}
