package server

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

func info(method string) *grpc.UnaryServerInfo { return &grpc.UnaryServerInfo{FullMethod: method} }

// methodsKnown is an overload that knows the server's methods.
func methodsKnown(t testing.TB) *overload {
	t.Helper()
	o := newOverload()
	g := grpc.NewServer()
	(&Server{}).register(g)
	o.learn(g.GetServiceInfo())
	return o
}

// TestOverloadKeepsUrgentCallsFast has many clients ask for coverage without end, with and without shedding.
func TestOverloadKeepsUrgentCallsFast(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 {
		t.Skip("one processor: nothing can be kept for urgent calls")
	}
	if racing {
		t.Skip("it compares times, which the race detector makes up")
	}
	o := methodsKnown(t)
	burn := func(context.Context, any) (any, error) { //nolint:unparam // a handler
		for end := time.Now().Add(15 * time.Millisecond); time.Now().Before(end); {
		}
		return nil, nil
	}
	measure := func(coverage grpc.UnaryServerInterceptor) (worst time.Duration, shed int64) {
		ctx, stop := context.WithCancel(t.Context())
		var clients sync.WaitGroup
		var refusals atomic.Int64
		for range 40 {
			clients.Go(func() {
				for ctx.Err() == nil {
					if _, err := coverage(ctx, nil, info(pb.PlanningService_GetCoverage_FullMethodName), burn); status.Code(err) == codes.ResourceExhausted {
						refusals.Add(1)
						time.Sleep(time.Millisecond)
					}
				}
			})
		}
		var took []time.Duration
		for range 60 {
			due, done := time.Now().Add(2*time.Millisecond), make(chan error)
			time.Sleep(time.Until(due)) // as a call wakes the goroutine that reads its connection
			go func() {                 // as gRPC hands a call to a goroutine
				_, err := o.unary(ctx, nil, info(pb.DispatchService_FindNearestCars_FullMethodName), func(context.Context, any) (any, error) { return nil, nil })
				done <- err
			}()
			if err := <-done; err != nil {
				t.Errorf("an urgent call: %v", err)
			}
			took = append(took, time.Since(due))
		}
		stop()
		clients.Wait()
		slices.Sort(took)
		return took[len(took)*9/10], refusals.Load()
	}
	with, shed := measure(o.unary)
	without, _ := measure(func(ctx context.Context, in any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		return next(ctx, in)
	})
	t.Logf("urgent calls, 90th percentile: %v while %d calls were shed; %v with nothing shed", with, shed, without)
	if shed == 0 || o.shed[urgent].Load() != 0 {
		t.Errorf("%d deferrable and %d urgent calls were shed", shed, o.shed[urgent].Load())
	}
	if with > without/2 {
		t.Errorf("urgent calls take %v with shedding and %v without", with, without)
	}
}

// TestShedCallsSayWhenToAskAgain raises the level by hand.
func TestShedCallsSayWhenToAskAgain(t *testing.T) {
	c := start(t, smallSettings(t))
	o := c.server.overload
	for level, want := range map[urgency][2]bool{deferrable: {false, false}, ordinary: {true, false}, urgent: {true, true}} {
		// The keeper of the level calms it only after some looks.
		o.level.Store(int32(level))
		_, coverage := c.GetCoverage(background(t), &pb.GetCoverageRequest{})
		_, list := c.ListCars(background(t), &pb.ListCarsRequest{})
		shed := func(err error) bool { return status.Code(err) == codes.ResourceExhausted }
		if got := [2]bool{shed(coverage), shed(list)}; got != want {
			t.Errorf("level %d: got %v, want %v", level, got, want)
		}
		if _, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.13)}); err != nil {
			t.Errorf("level %d: an urgent call: %v", level, err)
		}
		if level != deferrable {
			wantRefusal(t, coverage, codes.ResourceExhausted, "OVERLOAD", "deferrable calls are left out")
			details := status.Convert(coverage).Details()
			if !slices.ContainsFunc(details, func(d any) bool {
				r, ok := d.(*errdetails.RetryInfo)
				return ok && r.GetRetryDelay().AsDuration() == retryAfter
			}) {
				t.Errorf("no time to retry in %v", details)
			}
		}
	}
}

func TestManyCallsAreBounded(t *testing.T) {
	o := methodsKnown(t)
	ctx, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	hold := func(context.Context, any) (any, error) { <-ctx.Done(); return nil, nil } //nolint:unparam // a handler
	most := cap(o.turns) * (1 + turnsWaiting)
	for range most {
		waiting.Go(func() { _, _ = o.unary(ctx, nil, info(pb.PlanningService_GetCoverage_FullMethodName), hold) })
	}
	for o.calls[deferrable].Load() < int32(most) {
		time.Sleep(time.Millisecond)
	}
	_, err := o.unary(ctx, nil, info(pb.PlanningService_GetCoverage_FullMethodName), hold)
	wantRefusal(t, err, codes.ResourceExhausted, "OVERLOAD", "as many as may")
	cancel()
	waiting.Wait()
	if n := o.calls[deferrable].Load(); n != 0 || len(o.turns) != 0 {
		t.Errorf("%d calls and %d turns are left", n, len(o.turns))
	}
}

func TestStrainLevels(t *testing.T) {
	g, level := gauge{}, int32(0)
	var got strings.Builder
	for _, waited := range []struct {
		looks int
		time.Duration
	}{{2, strained}, {1, 0}, {3, strained}, {9, strained}, {3, overstrained}, {strainCalms, strained}, {strainCalms - 1, 0}, {1, strained}, {strainCalms, 0}} {
		for range waited.looks {
			level = g.next(level, waited.Duration)
		}
		got.WriteByte('0' + byte(level))
	}
	if got.String() != "001121110" {
		t.Errorf("levels %s", &got)
	}
}

func TestWaited(t *testing.T) {
	bounds := []float64{0, 0.001, 0.01, 0.1, 1}
	for _, c := range []struct {
		counts []uint64
		want   time.Duration
	}{
		{[]uint64{10, 0, 0, 5}, 0},                       // too few
		{[]uint64{1000, 0, 0, 0}, 0},                     // fast
		{[]uint64{990, 0, 10, 0}, 0},                     // 1 %: not more
		{[]uint64{989, 0, 11, 0}, 10 * time.Millisecond}, // more
		{[]uint64{0, 0, 0, 100}, 100 * time.Millisecond}, // all
		{[]uint64{90, 0, 9, 1}, 10 * time.Millisecond},   // the last hundredth is left out
	} {
		if got := waited(c.counts, bounds); got != c.want {
			t.Errorf("%v: %v, want %v", c.counts, got, c.want)
		}
	}
}

// BenchmarkOverload is what shedding costs a call on the hot path.
func BenchmarkOverload(b *testing.B) {
	o := methodsKnown(b)
	i := info(pb.DispatchService_FindNearestCars_FullMethodName)
	nothing := func(context.Context, any) (any, error) { return nil, nil }
	for b.Loop() {
		if _, err := o.unary(b.Context(), nil, i, nothing); err != nil {
			b.Fatal(errors.Unwrap(err))
		}
	}
}

// TestUrgenciesAreOfMethodsThatExist holds the table to the contract.
func TestUrgenciesAreOfMethodsThatExist(t *testing.T) {
	known := map[string]bool{}
	for _, file := range []protoreflect.FileDescriptor{pb.File_nearside_v1_nearside_proto, pb.File_nearside_v1_fleet_proto} {
		for i := range file.Services().Len() {
			methods := file.Services().Get(i).Methods()
			for j := range methods.Len() {
				known[string(methods.Get(j).Name())] = true
			}
		}
	}
	for name := range urgencyOf {
		if !known[name] {
			t.Errorf("no method is called %s", name)
		}
	}
	o := methodsKnown(t)
	if u := o.methods[pb.DispatchService_FindNearestCars_FullMethodName]; u != urgent {
		t.Errorf("FindNearestCars is %s", urgencyNames[u])
	}
	if _, counts := o.methods["/grpc.health.v1.Health/Check"]; counts {
		t.Error("health is shed")
	}
}
