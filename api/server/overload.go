package server

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

// urgency is how long a call can wait when there is more to do than can be done.
type urgency uint8

// From the first that is shed to the one that goes on longest.
const (
	// deferrable calls are planning, coverage, forecasts, exports: nobody is waiting in the street.
	deferrable urgency = iota
	// ordinary calls are all others: lists, routes, watches, centres.
	ordinary
	// urgent calls find, assign and update cars and say where they are. They are never shed for being
	// slow, but only where so many wait that memory would run out.
	urgent
	urgencies
)

var urgencyNames = [urgencies]string{"deferrable", "ordinary", "urgent"}

// urgencyOf gives the urgency of each method that is not ordinary.
var urgencyOf = map[string]urgency{
	"FindNearestCars": urgent, "StreamNearestCars": urgent, "AssignCar": urgent, "UpdateCarStatus": urgent, "ReleaseCar": urgent,
	"ReportPositions": urgent, "StreamPositions": urgent, "FindCentre": urgent, "AssessCall": urgent,
	"CreatePlan": deferrable, "GetForecast": deferrable, "ExplainForecast": deferrable, "GetCoverage": deferrable,
	"GetReach": deferrable, "ListCoverage": deferrable, "ExportDecisions": deferrable,
}

// exempt are the services that say how the server does.
var exempt = []string{"/grpc.health.v1.Health/", "/grpc.reflection."}

const (
	// retryAfter is when a call that was shed may be made again.
	retryAfter = 2 * time.Second
	// patienceForTurn is how long a deferrable call waits for its turn.
	patienceForTurn = 2 * time.Second
	// turnsWaiting is how many deferrable calls may wait for each that is answered.
	turnsWaiting = 8
	// manyCalls and manyStreams bound what is answered at once of each urgency, for memory's sake.
	manyCalls   = 1024
	manyStreams = 20_000
)

// overload sheds the least urgent calls first when there is more to do than can be done.
//
// Deferrable calls have half of the processors at most and take turns, since some of them take as long as
// thousands of urgent ones. Where goroutines that could run wait for a processor all the same, for longer
// than an urgent call may, the level rises (strain), and what lies below it is shed at once.
type overload struct {
	level   atomic.Int32 // calls of an urgency below it are shed
	calls   [urgencies]atomic.Int32
	streams [urgencies]atomic.Int32
	shed    [urgencies]atomic.Uint64
	turns   chan struct{} // holds a token for each deferrable call that is answered
	methods map[string]urgency
}

func newOverload() *overload {
	return &overload{turns: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)), methods: map[string]urgency{}}
}

// learn notes the methods of a server, before the first serves.
func (o *overload) learn(services map[string]grpc.ServiceInfo) {
	if len(o.methods) > 0 {
		return // they are the same
	}
	for service, info := range services {
		for _, m := range info.Methods {
			full := "/" + service + "/" + m.Name
			if slices.ContainsFunc(exempt, func(p string) bool { return strings.HasPrefix(full, p) }) {
				continue
			}
			u, ok := urgencyOf[m.Name]
			if !ok {
				u = ordinary
			}
			o.methods[full] = u
		}
	}
}

// unary is the interceptor of calls with one answer.
func (o *overload) unary(ctx context.Context, in any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	u, counts := o.methods[info.FullMethod]
	if !counts {
		return next(ctx, in)
	}
	most := int32(manyCalls)
	if u == deferrable {
		most = int32(cap(o.turns) * (1 + turnsWaiting))
	}
	if err := o.enter(u, &o.calls[u], most); err != nil {
		return nil, err
	}
	defer o.calls[u].Add(-1)
	if u == deferrable {
		if err := o.turn(ctx); err != nil {
			return nil, err
		}
		defer func() { <-o.turns }()
	}
	return next(ctx, in)
}

// stream is the interceptor of streams. They take no turns, as most of them wait most of the time.
func (o *overload) stream(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	u, counts := o.methods[info.FullMethod]
	if !counts {
		return next(srv, stream)
	}
	if err := o.enter(u, &o.streams[u], manyStreams); err != nil {
		return err
	}
	defer o.streams[u].Add(-1)
	return next(srv, stream)
}

// enter counts a call among those that are being answered, or says why it is not one.
func (o *overload) enter(u urgency, active *atomic.Int32, most int32) error {
	if int32(u) < o.level.Load() {
		o.shed[u].Add(1)
		return overloaded("the server has more to do than it can: %s calls are left out until it has caught up", urgencyNames[u])
	}
	if active.Add(1) > most {
		active.Add(-1)
		o.shed[u].Add(1)
		return overloaded("%d %s calls are being answered or wait, as many as may", most, urgencyNames[u])
	}
	return nil
}

// turn waits for a deferrable call's turn.
func (o *overload) turn(ctx context.Context) error {
	select {
	case o.turns <- struct{}{}:
		return nil
	default:
	}
	over := time.NewTimer(patienceForTurn)
	defer over.Stop()
	select {
	case o.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	case <-over.C:
		o.shed[deferrable].Add(1)
		return overloaded("no turn came for a deferrable call within %s", patienceForTurn)
	}
}

// overloaded is RESOURCE_EXHAUSTED, with when to ask again.
func overloaded(format string, args ...any) error {
	st := status.Convert(refused(codes.ResourceExhausted, "OVERLOAD", format, args...))
	told, err := st.WithDetails(&errdetails.RetryInfo{RetryDelay: durationpb.New(retryAfter)})
	if err != nil {
		return st.Err()
	}
	return told.Err()
}
