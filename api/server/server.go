package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"

	"github.com/nearside-ems/nearside/api/guard"
	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/planning"
	"github.com/nearside-ems/nearside/roadworks"
)

const (
	maxMessage = 8 << 20 // bytes of a request: 10,000 reports take under 2 MiB
	// stopping is how long answers on their way may take after the server was told to stop.
	stopping = 5 * time.Second
)

// Server answers over gRPC and HTTP. Make one with New.
type Server struct {
	Settings
	demand      *planning.Demand // Baseline's typical week
	roads       *roads
	labeller    *labeller
	askers      sync.Pool   // of *asker
	cells       []road.Spot // of the grid's centres; those with offRoad are not joined to the network
	off         []bool
	places      []standing
	centres     map[string]string // the keys of what the staff of places say, by name
	city        *pb.City
	cellFields  cellFields
	plans       *plans
	drift       *drift
	records     records
	concluding  sync.WaitGroup // advice that assignments have followed
	sights      sights
	requests    requests
	covers      covers
	expected    atomic.Pointer[expectedCalls]
	health      *health.Server
	overload    *overload
	leaving     *leaving
	recommender *recommender
}

// standing is a place that is joined to the road network.
type standing struct {
	*data.Place
	spot road.Spot
}

type (
	dispatchService struct {
		pb.UnimplementedDispatchServiceServer
		*Server
	}
	planningService struct {
		pb.UnimplementedPlanningServiceServer
		*Server
	}
	demandService struct {
		pb.UnimplementedDemandServiceServer
		*Server
	}
	recommendationService struct {
		pb.UnimplementedRecommendationServiceServer
		*Server
	}
	roadService struct {
		pb.UnimplementedRoadServiceServer
		*Server
	}
)

// New prepares a server: cells and places are joined to the network, kept plans and road changes are
// found again. It fails where settings are missing or the data directory cannot be used.
func New(settings Settings) (*Server, error) {
	if err := settings.validate(); err != nil {
		return nil, err
	}
	s := &Server{Settings: settings, demand: planning.NewDemand(settings.Baseline, settings.City.Suitability, counted), labeller: newLabeller(),
		health: health.NewServer(), overload: newOverload(), leaving: newLeaving()}
	store, err := roadworks.Open(s.DataDir, s.Network, s.Now())
	if err != nil {
		return nil, err
	}
	if s.records.fresh = s.Live == nil; s.records.fresh {
		s.Live = live.New(ledger.NewMemory(s.Now), s.Fleet, s.Now)
	}
	s.records.since = time.Now()
	s.records.look(s)
	s.sights = sights{server: s, pace: time.Second, beat: heartbeat, patience: slowAfter}
	s.askers.New = func() any { return newAsker(s) }
	s.roads = newRoads(&s.Settings, store)
	g := s.City.Grid
	s.cells, s.off = make([]road.Spot, g.Len()), make([]bool, g.Len())
	for i := range s.cells {
		spot, ok := s.Network.Snap(g.Centre(grid.Index(i)))
		s.cells[i], s.off[i] = spot, !ok
	}
	for i := range s.City.Places {
		if spot, ok := s.Network.Snap(s.City.Places[i].Point); ok {
			s.places = append(s.places, standing{&s.City.Places[i], spot})
		}
	}
	if s.centres, err = centreKeys(s.City.Places); err != nil {
		return nil, err
	}
	s.city = s.describe()
	s.cellFields = s.packCells()
	s.roads.tend(s.Now())
	if s.drift, err = newDrift(&s.Settings); err != nil {
		return nil, err
	}
	s.recommender = newRecommender(s)
	if s.plans, err = newPlans(s); err != nil {
		return nil, err
	}
	if s.Telemetry != nil {
		s.measure(s.Telemetry)
	}
	return s, nil
}

// streamWorkers is how many goroutines answer calls one after the other instead of one each: they need
// not grow their stacks again, a fifth of what an empty call takes. While all are busy, as with streams
// of positions, calls get a goroutine of their own as usual.
func streamWorkers() uint32 { return uint32(2 * runtime.GOMAXPROCS(0)) }

// GRPC returns the gRPC server with every service registered.
func (s *Server) GRPC() *grpc.Server {
	g := grpc.NewServer(append(s.interceptors(),
		grpc.Creds(guard.ServerTransport(s.transport())), grpc.MaxHeaderListSize(maxHeaders),
		grpc.MaxRecvMsgSize(maxMessage), grpc.ForceServerCodecV2(newCodec()), grpc.NumStreamWorkers(streamWorkers()),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: time.Minute, Timeout: 20 * time.Second}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
	)...)
	s.register(s.timed(g))
	for name := range g.GetServiceInfo() {
		s.health.SetServingStatus(name, grpc_health_v1.HealthCheckResponse_SERVING)
	}
	grpc_health_v1.RegisterHealthServer(g, s.health)
	reflection.Register(g)
	s.overload.learn(g.GetServiceInfo())
	return g
}

// interceptors are what each call passes, from the outside in.
func (s *Server) interceptors() (options []grpc.ServerOption) {
	add := func(unary grpc.UnaryServerInterceptor, stream grpc.StreamServerInterceptor) {
		options = append(options, grpc.ChainUnaryInterceptor(unary), grpc.ChainStreamInterceptor(stream))
	}
	if s.Telemetry != nil {
		add(s.Telemetry.Unary(), s.Telemetry.Stream())
	}
	add(s.recoverUnary, s.recoverStream)
	if s.Guard != nil {
		add(s.Guard.Unary(), s.Guard.Stream())
	}
	add(refuseUnknownUnary, refuseUnknownStream)
	add(s.overload.unary, s.overload.stream)
	return append(options, grpc.ChainStreamInterceptor(s.leaving.stream))
}

func (s *Server) timed(g grpc.ServiceRegistrar) grpc.ServiceRegistrar {
	if s.Telemetry == nil {
		return g
	}
	return s.Telemetry.Timed(g)
}

func (s *Server) register(g grpc.ServiceRegistrar) {
	g.RegisterService(dispatchDesc(), &dispatchService{Server: s})
	pb.RegisterPlanningServiceServer(g, &planningService{Server: s})
	pb.RegisterDemandServiceServer(g, &demandService{Server: s})
	pb.RegisterRoadServiceServer(g, &roadService{Server: s})
	pb.RegisterRecommendationServiceServer(g, &recommendationService{Server: s})
	pb.RegisterFleetServiceServer(g, &fleetService{Server: s})
	pb.RegisterCentreServiceServer(g, &centreService{Server: s})
	longrunningpb.RegisterOperationsServer(g, &operationsService{Server: s})
}

// Serve answers on both listeners until ctx ends, then lets answers on their way finish, stops plans
// that are being made, and returns nil; or the error that ended it.
func (s *Server) Serve(ctx context.Context, overGRPC, overHTTP net.Listener) error {
	s.records.since = time.Now()
	g := s.GRPC()
	handler, leaveGateway, err := s.HTTP(g)
	if err != nil {
		return err
	}
	defer leaveGateway()
	h := s.overHTTP(handler)
	failed := make(chan error, 2)
	go func() { failed <- named("gRPC", g.Serve(overGRPC)) }()
	go func() { failed <- named("HTTP", Answer(h, overHTTP)) }()
	running := 2
	keeping, leave := context.WithCancel(context.WithoutCancel(ctx)) // they go on while it drains
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		var keepers sync.WaitGroup
		keepers.Go(func() { s.keepRoads(keeping) })
		keepers.Go(func() { s.keepDrift(keeping) })
		if s.Guard != nil {
			keepers.Go(func() { s.Guard.Run(keeping) })
		}
		keepers.Go(func() { s.keepHealth(keeping) })
		keepers.Go(func() { s.keepStrain(keeping) })
		keepers.Go(func() { s.keepFleet(keeping) })
		keepers.Go(func() { s.keepRecords(keeping) })
		keepers.Go(func() { s.recommender.keep(keeping) })
		keepers.Wait()
	}()
	select {
	case <-ctx.Done():
		s.drainFirst(s.Drain)
	case err = <-failed:
		running--
	}
	s.shutDown(g, h)
	s.concluding.Wait()
	leave()
	<-kept
	for ; running > 0; running-- {
		<-failed
	}
	return err
}

func named(what string, err error) error { return fmt.Errorf("%s: %w", what, err) }

// shutDown ends the plans first, so that those who wait for them are answered.
func (s *Server) shutDown(g *grpc.Server, h *http.Server) {
	s.leaving.draining.Store(true)
	s.health.Shutdown()
	s.plans.close()
	s.leaving.goes()
	ctx, cancel := context.WithTimeout(context.Background(), stopping)
	defer cancel()
	stopped := make(chan struct{})
	go func() { g.GracefulStop(); close(stopped) }()
	if err := h.Shutdown(ctx); err != nil && !errors.Is(err, http.ErrServerClosed) {
		s.Log.Warn("HTTP connections were cut", "error", err)
	}
	select {
	case <-stopped:
	case <-ctx.Done():
		g.Stop()
		<-stopped
	}
}
