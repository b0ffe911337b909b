package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fakecad"
)

// step is the simulated time between two reports of a car.
const step = 10 * time.Second

// day is what happens in a control room.
type day struct {
	hours float64
	cars  int
	calls float64 // a day
	asks  int     // in a step, beside those for calls
}

// room is what goes on beside the cars and calls that fakecad plays.
type room struct {
	day
	pb.DispatchServiceClient
	fleet   pb.FleetServiceClient
	roads   pb.RoadServiceClient
	plans   pb.PlanningServiceClient
	advise  pb.RecommendationServiceClient
	rand    *rand.Rand
	watched []context.CancelFunc
	read    int64 // the last revision of the log that was exported
}

// run makes the day happen at a server and calls after each simulated step with how far it is.
func (d day) run(ctx context.Context, addr string, city fakecad.City, after func(done time.Duration) error) (*fakecad.Report, error) {
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	r := &room{day: d, DispatchServiceClient: pb.NewDispatchServiceClient(conn), fleet: pb.NewFleetServiceClient(conn),
		roads: pb.NewRoadServiceClient(conn), plans: pb.NewPlanningServiceClient(conn), advise: pb.NewRecommendationServiceClient(conn),
		rand: rand.New(rand.NewPCG(1, 2))}
	s := fakecad.DefaultSettings()
	s.Cars, s.Day, s.Step, s.Speed, s.CallsPerHour = d.cars, time.Duration(d.hours*float64(time.Hour)), step, 0, d.calls/24
	s.Prefix, s.Patrol, s.Wait = "SOAK", true, time.Minute
	report, err := fakecad.Run(ctx, conn, city, s, func(done time.Duration, _ *fakecad.Report) {
		if err := errors.Join(r.step(ctx, int(done/step)-1), after(done)); err != nil {
			end(fmt.Errorf("after %s: %w", done, err))
		}
	})
	if err == nil {
		err = context.Cause(ctx)
	}
	return report, err
}

// hourly is how many steps an hour has.
const hourly = int(time.Hour / step)

// roadHours is how many hours lie between two road changes.
const roadHours = 6

// step does what comes beside the i-th step of cars and calls.
func (r *room) step(ctx context.Context, i int) error {
	for range r.asks {
		if _, err := r.FindNearestCars(ctx, &pb.FindNearestCarsRequest{Location: r.place()}); err != nil {
			return fmt.Errorf("nearest: %w", err)
		}
	}
	for range watchesAt(i) {
		if err := r.watch(ctx); err != nil {
			return fmt.Errorf("watch: %w", err)
		}
	}
	if i%hourly != 0 {
		return nil
	}
	if err := r.look(ctx); err != nil || i%(roadHours*hourly) != 0 {
		return err
	}
	return r.change(ctx)
}

// place is somewhere in inner London.
func (r *room) place() *pb.Location {
	return &pb.Location{Kind: &pb.Location_LatLng{LatLng: &pb.LatLng{Latitude: 51.44 + 0.12*r.rand.Float64(), Longitude: -0.25 + 0.27*r.rand.Float64()}}}
}

// watches is how many watch the cars at a time.
const watches = 10

// watchesAt is how many begin to in a step: all at first, then ten an hour.
func watchesAt(i int) int {
	switch {
	case i == 0:
		return watches
	case i%(hourly/10) == 0:
		return 1
	}
	return 0
}

// watch begins to watch cars, and gives up the oldest watch where there are enough.
func (r *room) watch(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	r.watched = append(r.watched, stop)
	stream, err := r.fleet.WatchCars(ctx, &pb.WatchCarsRequest{})
	if err != nil {
		return err
	}
	if _, err := stream.Recv(); err != nil {
		return err
	}
	go func() {
		for {
			if _, err := stream.Recv(); err != nil {
				return
			}
		}
	}()
	if len(r.watched) > watches {
		r.watched[0]()
		r.watched = r.watched[1:]
	}
	return nil
}

// look is what planners and supervisors do. That they are told to come back later is fine.
func (r *room) look(ctx context.Context) error {
	_, err := r.plans.GetCoverage(ctx, &pb.GetCoverageRequest{})
	_, live := r.advise.ListCoverage(ctx, &pb.ListCoverageRequest{})
	_, list := r.ListCars(ctx, &pb.ListCarsRequest{})
	return errors.Join(later(err), later(live), list, r.export(ctx))
}

// change closes a road, at the first of some places that has one, and opens it again: labels are made anew
// each time.
func (r *room) change(ctx context.Context) (err error) {
	for range 20 {
		at := &pb.RoadPlace{Kind: &pb.RoadPlace_At{At: &pb.NearestRoad{Location: r.place()}}}
		var closed *pb.RoadChange
		closed, err = r.roads.CloseRoad(ctx, &pb.CloseRoadRequest{Where: at, Note: "soak"})
		if err == nil {
			_, err = r.roads.ReopenRoad(ctx, &pb.ReopenRoadRequest{Name: closed.GetName()})
			return err
		}
		if status.Code(err) != codes.FailedPrecondition {
			return err
		}
	}
	return err
}

// export reads what the log of decisions has that was not read yet. fakecad reads all of it in the end.
func (r *room) export(ctx context.Context) error {
	log, err := r.fleet.ExportDecisions(ctx, &pb.ExportDecisionsRequest{FromRevision: r.read + 1})
	for err == nil {
		var d *pb.Decision
		if d, err = log.Recv(); err == nil {
			r.read = d.GetRevision()
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return later(err)
}

// later is nil where a call was left out for there being too much to do, which the server may.
func later(err error) error {
	if status.Code(err) == codes.ResourceExhausted {
		return nil
	}
	return err
}
