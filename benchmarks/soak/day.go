package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// step is the simulated time between two reports of a car.
const step = 10 * time.Second

// day is what happens in a control room.
type day struct {
	hours       float64
	cars, calls int // calls a day that are given a car
	asks        int // in a step
}

// tally is what has been done.
type tally struct {
	positions, asked, decisions, conflicts, watches int
}

func (t tally) String() string {
	return fmt.Sprintf("%d positions, %d questions, %d decisions (%d conflicts), %d watches", t.positions, t.asked, t.decisions, t.conflicts, t.watches)
}

// room is a day under way.
type room struct {
	day
	pb.DispatchServiceClient
	fleet   pb.FleetServiceClient
	roads   pb.RoadServiceClient
	plans   pb.PlanningServiceClient
	advise  pb.RecommendationServiceClient
	rand    *rand.Rand
	at      [][2]float64 // of cars: latitude, longitude
	busy    []*mission
	done    tally
	watched []context.CancelFunc
}

// mission is a car on a call, on its way through the statuses.
type mission struct {
	car  string
	next int
}

// course is what a car does on a call, and how likely it goes on in a step.
var course = []pb.CarStatus{
	pb.CarStatus_CAR_STATUS_MOBILISING, pb.CarStatus_CAR_STATUS_EN_ROUTE, pb.CarStatus_CAR_STATUS_ON_SCENE,
	pb.CarStatus_CAR_STATUS_CLEARING, pb.CarStatus_CAR_STATUS_AVAILABLE,
}

// run makes the day happen at a server.
func (d day) run(ctx context.Context, addr string) (tally, error) {
	conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return tally{}, err
	}
	defer func() { _ = conn.Close() }()
	r := &room{day: d, DispatchServiceClient: pb.NewDispatchServiceClient(conn), fleet: pb.NewFleetServiceClient(conn),
		roads: pb.NewRoadServiceClient(conn), plans: pb.NewPlanningServiceClient(conn), advise: pb.NewRecommendationServiceClient(conn),
		rand: rand.New(rand.NewPCG(1, 2))}
	for range d.cars {
		r.at = append(r.at, r.place())
	}
	steps := int(d.hours * float64(time.Hour/step))
	for i := range steps {
		if err := r.step(ctx, i); err != nil {
			return r.done, fmt.Errorf("step %d of %d: %w", i, steps, err)
		}
	}
	for _, stop := range r.watched {
		stop()
	}
	return r.done, nil
}

// place is somewhere in inner London.
func (r *room) place() [2]float64 {
	return [2]float64{51.44 + 0.12*r.rand.Float64(), -0.25 + 0.27*r.rand.Float64()}
}

func (r *room) step(ctx context.Context, i int) error {
	if err := r.report(ctx); err != nil {
		return fmt.Errorf("positions: %w", err)
	}
	for range r.asks {
		if _, err := r.FindNearestCars(ctx, &pb.FindNearestCarsRequest{Location: location(r.place())}); err != nil {
			return fmt.Errorf("nearest: %w", err)
		}
		r.done.asked++
	}
	if r.rand.Float64() < float64(r.calls)*step.Hours()/24 {
		if err := r.assign(ctx, i); err != nil {
			return fmt.Errorf("assign: %w", err)
		}
	}
	if err := r.goOn(ctx, i); err != nil {
		return fmt.Errorf("status: %w", err)
	}
	for range watchesAt(i) {
		if err := r.watch(ctx); err != nil {
			return fmt.Errorf("watch: %w", err)
		}
	}
	if i%360 == 0 { // each hour
		if err := r.look(ctx); err != nil {
			return fmt.Errorf("look: %w", err)
		}
	}
	if i%2160 == 0 {
		if err := r.change(ctx); err != nil {
			return fmt.Errorf("roads: %w", err)
		}
	}
	return ctx.Err()
}

// watches is how many watch the cars at a time.
const watches = 10

// watchesAt is how many begin to in a step: all at first, then one each 6 simulated minutes.
func watchesAt(i int) int {
	switch {
	case i == 0:
		return watches
	case i%36 == 0:
		return 1
	}
	return 0
}

// report moves every car a little.
func (r *room) report(ctx context.Context) error {
	in := &pb.ReportPositionsRequest{}
	for i := range r.at {
		at := &r.at[i]
		at[0] = min(51.56, max(51.44, at[0]+0.002*(r.rand.Float64()-0.5)))
		at[1] = min(0.02, max(-0.25, at[1]+0.003*(r.rand.Float64()-0.5)))
		in.Reports = append(in.Reports, &pb.PositionReport{Car: "cars/S-" + strconv.Itoa(i), Location: location(*at)})
	}
	out, err := r.ReportPositions(ctx, in)
	if err == nil && len(out.GetErrors()) > 0 {
		err = fmt.Errorf("%d refused, the first: %v", len(out.GetErrors()), out.GetErrors()[0])
	}
	r.done.positions += len(in.Reports)
	return err
}

// assign gives the nearest car a call.
func (r *room) assign(ctx context.Context, i int) error {
	incident := "incidents/" + strconv.Itoa(i)
	found, err := r.FindNearestCars(ctx, &pb.FindNearestCarsRequest{Location: location(r.place()), Incident: incident})
	if err != nil || len(found.GetCandidates()) == 0 {
		return err
	}
	car := found.GetCandidates()[0].GetCar()
	_, err = r.fleet.AssignCar(ctx, &pb.AssignCarRequest{Name: car.GetName(), Incident: incident, Etag: car.GetEtag(), RequestId: incident, Advice: found.GetAdvice()})
	if status.Code(err) == codes.Aborted {
		r.done.conflicts++
		return nil
	}
	if err == nil {
		r.done.decisions++
		r.busy = append(r.busy, &mission{car: car.GetName()})
	}
	return err
}

// goOn takes some of the cars on calls a status farther.
func (r *room) goOn(ctx context.Context, i int) error {
	left := r.busy[:0]
	for _, m := range r.busy {
		if r.rand.Float64() < 0.1 {
			_, err := r.fleet.UpdateCarStatus(ctx, &pb.UpdateCarStatusRequest{Name: m.car, Status: course[m.next], RequestId: fmt.Sprintf("%d-%d", i, m.next)})
			if err != nil {
				return err
			}
			m.next++
			r.done.decisions++
		}
		if m.next < len(course) {
			left = append(left, m)
		}
	}
	r.busy = left
	return nil
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
	r.done.watches++
	if len(r.watched) > watches {
		r.watched[0]()
		r.watched = r.watched[1:]
	}
	return nil
}

// look is what planners and supervisors do once an hour. That they are told to come back later is fine.
func (r *room) look(ctx context.Context) error {
	_, err := r.plans.GetCoverage(ctx, &pb.GetCoverageRequest{})
	_, live := r.advise.ListCoverage(ctx, &pb.ListCoverageRequest{})
	_, list := r.ListCars(ctx, &pb.ListCarsRequest{})
	return errors.Join(later(err), later(live), list, r.export(ctx))
}

// change closes a road and opens it again, a few times a day: labels are made anew each time, and memory
// rises and falls with them.
func (r *room) change(ctx context.Context) error {
	closed, err := r.roads.CloseRoad(ctx, &pb.CloseRoadRequest{Where: &pb.RoadPlace{Kind: &pb.RoadPlace_At{At: &pb.NearestRoad{Location: location(r.place())}}}, Note: "soak"})
	if err != nil {
		return err
	}
	_, err = r.roads.ReopenRoad(ctx, &pb.ReopenRoadRequest{Name: closed.GetName()})
	return err
}

// export reads the log of decisions from its beginning.
func (r *room) export(ctx context.Context) error {
	log, err := r.fleet.ExportDecisions(ctx, &pb.ExportDecisionsRequest{})
	for err == nil {
		_, err = log.Recv()
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

func location(at [2]float64) *pb.Location {
	return &pb.Location{Kind: &pb.Location_LatLng{LatLng: &pb.LatLng{Latitude: at[0], Longitude: at[1]}}}
}
