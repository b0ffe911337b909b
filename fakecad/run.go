package fakecad

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// City is what a run knows of the city by itself.
type City struct {
	Grid    *grid.Grid     // in the order of the server's cells
	Network *route.Network // that the server should run on
	Speeds  *road.SpeedTable
	Zone    *time.Location
	Bases   []orb.Point // where cars begin; not empty
}

// London is the city as it ships, on a network of its roads. Cars begin at places where cars can stand.
func London(london *data.London, network *route.Network) (City, error) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return City{}, fmt.Errorf("time zone: %w", err)
	}
	c := City{Grid: london.Grid, Network: network, Speeds: london.Speeds, Zone: zone}
	for i := range london.Places {
		if p := &london.Places[i]; p.Candidate {
			c.Bases = append(c.Bases, p.Point)
		}
	}
	return c, nil
}

// run is a day being played.
type run struct {
	Settings
	city     City
	tally    tally
	report   Report
	random   *rand.Rand
	referee  *referee // nil: the server runs on another network
	dispatch pb.DispatchServiceClient
	fleet    pb.FleetServiceClient
	centres  pb.CentreServiceClient
	planning pb.PlanningServiceClient
	roads    pb.RoadServiceClient

	cars    []*car
	waiting []*incident
	calls   int
	clock   time.Duration // of the simulated day
	begun   time.Time     // real
	start   time.Time     // of the simulated day: the last midnight
	drawn   map[int][]float64
	made    []assignment // acknowledged
	asked   int          // answers of FindNearestCars
	serial  int          // of request identifiers
}

// incident is a call that waits for a car.
type incident struct {
	name  string
	point orb.Point
	since time.Duration
}

// assignment is one that the server acknowledged.
type assignment struct{ car, incident, etag string }

// Run plays a day against the server behind conn. progress is told now and then how far it is. The error
// is that the run could not be played; what the checks found is in the report.
func Run(ctx context.Context, conn grpc.ClientConnInterface, c City, s Settings, progress func(done time.Duration, r *Report)) (*Report, error) {
	if err := s.validate(); err != nil {
		return nil, err
	}
	r := &run{
		Settings: s, city: c, random: rand.New(rand.NewPCG(s.Seed, 6)), drawn: map[int][]float64{}, begun: time.Now(),
		dispatch: pb.NewDispatchServiceClient(conn), fleet: pb.NewFleetServiceClient(conn), centres: pb.NewCentreServiceClient(conn),
		planning: pb.NewPlanningServiceClient(conn), roads: pb.NewRoadServiceClient(conn),
	}
	now := r.begun.In(c.Zone)
	r.start = time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, c.Zone)
	if err := r.meet(ctx); err != nil {
		return nil, err
	}
	if err := r.register(ctx); err != nil {
		return nil, err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	watched := make(chan struct{})
	go func() { defer close(watched); r.watch(watching) }()
	for r.clock < s.Day && ctx.Err() == nil {
		r.step(ctx)
		progress(r.clock, &r.report)
		if err := r.pace(ctx); err != nil {
			break
		}
	}
	stop()
	<-watched
	r.finish(ctx)
	r.report.Simulated, r.report.Took, r.report.Checks = r.clock.String(), time.Since(r.begun).Round(time.Millisecond).String(), r.tally.list()
	return &r.report, nil
}

// pace waits until the next step is due.
func (r *run) pace(ctx context.Context) error {
	if r.Speed == 0 {
		return ctx.Err()
	}
	due := r.begun.Add(time.Duration(float64(r.clock) / r.Speed))
	select {
	case <-time.After(time.Until(due)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// meet asks the server what it runs on.
func (r *run) meet(ctx context.Context) error {
	var city *pb.City
	err := r.ask(ctx, "GetCity", func(ctx context.Context) (err error) {
		city, err = r.planning.GetCity(ctx, &pb.GetCityRequest{}, grpc.MaxCallRecvMsgSize(64<<20))
		return err
	})
	if err != nil {
		return fmt.Errorf("ask the server for its city: %w", err)
	}
	if len(city.GetCells()) != r.city.Grid.Len() {
		return fmt.Errorf("the server's city has %d cells, this program's %d: run the version that the server runs, %s", len(city.GetCells()), r.city.Grid.Len(), city.GetVersion())
	}
	r.report.Server, r.report.Network, r.report.Demand = city.GetVersion(), city.GetNetwork(), city.GetDemand()
	if hash := fmt.Sprintf("%x", r.city.Network.Hash[:]); hash == city.GetNetworkSha256() {
		r.referee = newReferee(r.city.Network, r.city.Speeds)
	} else {
		r.report.note("travel times were not checked: the server runs on %s (%.12s), this program knows %s (%.12s)",
			city.GetNetwork(), city.GetNetworkSha256(), r.city.Network.Name, hash)
	}
	return nil
}

// register puts the cars on the books, at bases drawn at random.
func (r *run) register(ctx context.Context) error {
	for i := range r.Cars {
		c := &car{name: fmt.Sprintf("cars/%s-%03d", r.Prefix, i+1), point: r.base()}
		c.way = way{line: []orb.Point{c.point}}
		out, err := r.fleet.RegisterCar(ctx, &pb.RegisterCarRequest{
			Name: c.name, Skills: []pb.Skill{pb.Skill_SKILL_PARAMEDIC, pb.Skill_SKILL_MENTAL_HEALTH_NURSE}, Base: "made up", RequestId: r.request(),
		})
		if err != nil {
			return fmt.Errorf("register %s: %w", c.name, err)
		}
		if out.GetIncident() != "" {
			return fmt.Errorf("%s has a call already (%s): an earlier run was cut off; choose another prefix", c.name, out.GetIncident())
		}
		c.etag, c.status = out.GetEtag(), out.GetStatus()
		r.cars = append(r.cars, c)
	}
	r.reportPositions(ctx)
	for _, c := range r.cars {
		if c.status != pb.CarStatus_CAR_STATUS_AVAILABLE {
			r.setStatus(ctx, c, pb.CarStatus_CAR_STATUS_AVAILABLE)
		}
	}
	return nil
}

// step plays the next stretch of the day.
func (r *run) step(ctx context.Context) {
	r.clock += r.Step
	for _, c := range r.cars {
		r.drive(ctx, c)
	}
	r.reportPositions(ctx)
	r.receive(ctx)
	r.answer(ctx)
}

// request returns an identifier that no other request has.
func (r *run) request() string {
	r.serial++
	return fmt.Sprintf("%s-%d-%d", r.Prefix, r.begun.UnixNano(), r.serial)
}

// spread draws from half to one and a half times a mean.
func (r *run) spread(mean time.Duration) time.Duration {
	return time.Duration((0.5 + r.random.Float64()) * float64(mean))
}

// ask calls the server within Wait and times it.
func (r *run) ask(ctx context.Context, method string, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, r.Wait)
	defer cancel()
	begun := time.Now()
	err := call(ctx)
	r.report.time(method, time.Since(begun), err)
	return err
}

// answered counts whether the server answered at all, and returns whether it agreed. A run that is being
// ended counts nothing.
func (r *run) answered(ctx context.Context, check string, err error, format string, args ...any) bool {
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return false
	}
	return r.tally.expect(check, err == nil, "%s: %s", fmt.Sprintf(format, args...), status.Convert(err).Message())
}
