package guard

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// served is a gRPC server behind a guard, which answers who asked.
type served struct {
	pb.UnimplementedDispatchServiceServer
	pb.UnimplementedFleetServiceServer
	t     testing.TB
	guard *Guard
	addr  string
	mu    sync.Mutex
	seen  []Event
	hold  chan struct{} // where not nil, GetCar waits for it
	quiet bool          // events are not kept
}

// GetCar answers who asked, in place of a base.
func (s *served) GetCar(ctx context.Context, r *pb.GetCarRequest) (*pb.Car, error) {
	if s.hold != nil {
		<-s.hold
	}
	return &pb.Car{Name: r.GetName(), Base: Actor(ctx)}, nil
}

func (s *served) ListCars(context.Context, *pb.ListCarsRequest) (*pb.ListCarsResponse, error) {
	return &pb.ListCarsResponse{}, nil
}

func (s *served) FindNearestCars(context.Context, *pb.FindNearestCarsRequest) (*pb.FindNearestCarsResponse, error) {
	return &pb.FindNearestCarsResponse{}, nil
}

func (s *served) StreamPositions(in grpc.ClientStreamingServer[pb.StreamPositionsRequest, pb.StreamPositionsResponse]) error {
	n := int64(0)
	for ; ; n++ {
		if _, err := in.Recv(); err != nil {
			if status.Code(err) != codes.Unknown {
				return err
			}
			return in.SendAndClose(&pb.StreamPositionsResponse{Accepted: n})
		}
	}
}

func (s *served) WatchCars(_ *pb.WatchCarsRequest, out grpc.ServerStreamingServer[pb.WatchCarsResponse]) error {
	if err := out.Send(&pb.WatchCarsResponse{}); err != nil {
		return err
	}
	<-out.Context().Done()
	return nil
}

// serve runs a server behind a guard at noon.
func serve(t testing.TB, settings Settings) *served {
	t.Helper()
	s := &served{t: t}
	if settings.Now == nil {
		settings.Now = func() time.Time { return noon }
	}
	settings.Count = func(e Event) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.quiet {
			s.seen = append(s.seen, e)
		}
	}
	var err error
	if s.guard, err = New(settings); err != nil {
		t.Fatal(err)
	}
	var outside credentials.TransportCredentials
	if c := s.guard.TLS(); c != nil {
		outside = credentials.NewTLS(c)
	}
	g := grpc.NewServer(grpc.Creds(ServerTransport(outside)), grpc.UnaryInterceptor(s.guard.Unary()), grpc.StreamInterceptor(s.guard.Stream()))
	pb.RegisterDispatchServiceServer(g, s)
	pb.RegisterFleetServiceServer(g, s)
	grpc_health_v1.RegisterHealthServer(g, health.NewServer())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	done := make(chan error, 1)
	go func() { done <- g.Serve(l) }()
	t.Cleanup(func() {
		g.Stop()
		if err := <-done; err != nil && !errors.Is(err, grpc.ErrServerStopped) { // before it began
			t.Error(err)
		}
	})
	return s
}

// events returns and forgets what was counted.
func (s *served) events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.seen
	s.seen = nil
	return out
}

// dial connects, in the clear or by TLS, and sends a token where there is one.
func (s *served) dial(c *tls.Config) *grpc.ClientConn {
	s.t.Helper()
	creds := insecure.NewCredentials()
	if c != nil {
		creds = credentials.NewTLS(c)
	}
	conn, err := grpc.NewClient(s.addr, grpc.WithTransportCredentials(creds))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// by is the context of a call with a token.
func by(t testing.TB, token string) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	t.Cleanup(cancel)
	if token == "" {
		return ctx
	}
	return metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
}

// wantRefusal fails unless err has a code and a reason.
func wantRefusal(t testing.TB, err error, code codes.Code, reason Reason) {
	t.Helper()
	st := status.Convert(err)
	if st.Code() != code {
		t.Fatalf("got %v %q, want %v", st.Code(), st.Message(), code)
	}
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && info.Reason == string(reason) && info.Domain == "nearside" {
			return
		}
	}
	t.Fatalf("%q: no reason %s in %v", st.Message(), reason, st.Details())
}
