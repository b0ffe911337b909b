package fakecad_test

import (
	"context"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/nearside-ems/nearside/api/server"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/fakecad"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/planning"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// serve runs London in this process and returns its address and what a run knows of it.
func serve(t *testing.T) (string, fakecad.City) {
	t.Helper()
	london, err := data.Load()
	if err != nil {
		t.Fatal(err)
	}
	prior, err := planning.Prior(london)
	if err != nil {
		t.Fatal(err)
	}
	city, err := fakecad.London(london, london.Network)
	if err != nil {
		t.Fatal(err)
	}
	s := server.DefaultSettings()
	s.City, s.Network, s.Baseline, s.Zone, s.Modelled = london, london.Network, prior, city.Zone, london.Modelled
	s.Fleet = fleet.New(london.Grid, london.Network, fleet.DefaultSettings())
	srv, err := server.New(s)
	if err != nil {
		t.Fatal(err)
	}
	var listeners [2]net.Listener
	for i := range listeners {
		if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ctx, listeners[0], listeners[1]) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return listeners[0].Addr().String(), city
}

// play plays some hours through a lie about answers.
func play(t *testing.T, addr string, city fakecad.City, s fakecad.Settings, lie grpc.UnaryClientInterceptor) *fakecad.Report {
	t.Helper()
	options := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	if lie != nil {
		options = append(options, grpc.WithUnaryInterceptor(lie))
	}
	conn, err := grpc.NewClient(addr, options...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r, err := fakecad.Run(ctx, conn, city, s, func(time.Duration, *fakecad.Report) {})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRun plays against an honest server, and against one whose answers are falsified on their way: each
// lie must be found by the check that is there for it.
func TestRun(t *testing.T) {
	addr, city := serve(t)
	s := fakecad.DefaultSettings()
	s.Speed, s.Day, s.Cars, s.CallsPerHour, s.Check, s.Convey = 0, 4*time.Hour, 12, 20, 1, 1
	s.Prefix = "HONEST"
	r := play(t, addr, city, s, nil)
	if r.Failed() != 0 || r.Assigned < 20 || len(r.Checks) < 16 {
		_ = r.Write(os.Stderr)
		t.Errorf("an honest server: %d checks of %d kinds failed, %d assigned", r.Failed(), len(r.Checks), r.Assigned)
	}
	for _, lie := range lies {
		s.Prefix, s.Day = lie.name, 2*time.Hour
		r := play(t, addr, city, s, lie.tell)
		found := false
		for _, c := range r.Checks {
			found = found || c.Failed > 0 && strings.Contains(c.Name, lie.found)
		}
		if !found {
			_ = r.Write(os.Stderr)
			t.Errorf("%s: not found by %q", lie.name, lie.found)
		}
	}
}

var lies = []struct {
	name, found string
	tell        grpc.UnaryClientInterceptor
}{
	{"LAST-FIRST", "are the nearest", onNearest(func(out *pb.FindNearestCarsResponse) {
		if n := len(out.GetCandidates()); n > 1 {
			out.Candidates[0], out.Candidates[n-1] = out.Candidates[n-1], out.Candidates[0]
		}
	})},
	{"YOUNGER", "ages are true", onNearest(func(out *pb.FindNearestCarsResponse) {
		for _, c := range out.GetCandidates() {
			c.Car.PositionAge = durationpb.New(c.GetCar().GetPositionAge().AsDuration() + time.Second)
		}
	})},
	{"QUICKER", "travel times", onNearest(func(out *pb.FindNearestCarsResponse) {
		for _, c := range out.GetCandidates() {
			c.TravelTime = durationpb.New(c.GetTravelTime().AsDuration() * 9 / 10)
		}
	})},
	{"SILENT", "left out with a reason", onNearest(func(out *pb.FindNearestCarsResponse) {
		out.Exclusions = nil
	})},
	{"TWICE", "one gets it", func(ctx context.Context, method string, in, out any, c *grpc.ClientConn, call grpc.UnaryInvoker, o ...grpc.CallOption) error {
		err := call(ctx, method, in, out, c, o...)
		if assign, ok := in.(*pb.AssignCarRequest); ok && status.Code(err) == codes.Aborted {
			out.(*pb.Car).Incident = assign.GetIncident()
			return nil
		}
		return err
	}},
	{"FORGETS", "holds what was acknowledged", func(ctx context.Context, method string, in, out any, c *grpc.ClientConn, call grpc.UnaryInvoker, o ...grpc.CallOption) error {
		err := call(ctx, method, in, out, c, o...)
		if _, ok := in.(*pb.GetCarRequest); ok && err == nil {
			out.(*pb.Car).Etag = "1"
		}
		return err
	}},
}

// onNearest falsifies answers of FindNearestCars.
func onNearest(change func(*pb.FindNearestCarsResponse)) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, in, out any, c *grpc.ClientConn, call grpc.UnaryInvoker, o ...grpc.CallOption) error {
		err := call(ctx, method, in, out, c, o...)
		if a, ok := out.(*pb.FindNearestCarsResponse); ok && err == nil {
			change(a)
		}
		return err
	}
}

func TestRunRefuses(t *testing.T) {
	conn, err := grpc.NewClient("127.0.0.1:1", grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	s := fakecad.DefaultSettings()
	s.Cars = 0
	_, err = fakecad.Run(context.Background(), conn, fakecad.City{Bases: []orb.Point{{0, 51.5}}}, s, nil)
	if err == nil || !strings.Contains(err.Error(), "0 cars: want 1 to 500") {
		t.Errorf("no cars: %v", err)
	}
}
