package server

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// engineHeavy leaves a test whose time goes to what one goroutine works out, such as a forecast that is
// learnt, to the run without the race detector: the one with it is short.
func engineHeavy(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: little of it is about concurrency, and the race detector makes it ten times as long")
	}
}

// client talks to a server that runs for the length of a test.
type client struct {
	pb.DispatchServiceClient
	pb.PlanningServiceClient
	pb.RoadServiceClient
	pb.DemandServiceClient
	pb.FleetServiceClient
	pb.CentreServiceClient
	longrunningpb.OperationsClient
	conn   *grpc.ClientConn
	url    string
	server *Server
	stop   func() // and waits
}

func start(t testing.TB, s Settings) *client {
	t.Helper()
	srv, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	overGRPC, overHTTP := loopback(t), loopback(t)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ctx, overGRPC, overHTTP) }()
	conn, err := grpc.NewClient(overGRPC.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		http.DefaultClient.CloseIdleConnections()
		_ = conn.Close()
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	}
	t.Cleanup(stop)
	return &client{
		pb.NewDispatchServiceClient(conn), pb.NewPlanningServiceClient(conn), pb.NewRoadServiceClient(conn), pb.NewDemandServiceClient(conn), pb.NewFleetServiceClient(conn), pb.NewCentreServiceClient(conn), longrunningpb.NewOperationsClient(conn),
		conn, "http://" + overHTTP.Addr().String(), srv, stop,
	}
}

func loopback(t testing.TB) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// call sends JSON and returns the status and the decoded answer.
func (c *client) call(t *testing.T, method, path, body string) (int, map[string]any) {
	t.Helper()
	got := c.fetch(t, method, path, http.Header{}, strings.NewReader(body))
	var out map[string]any
	if err := json.Unmarshal(got.text, &out); err != nil {
		t.Fatalf("%s %s: %v in %.200s", method, path, err, got.text)
	}
	return got.code, out
}

// wantRefusal fails unless err has a code, names a field or reason in its details, and says want.
func wantRefusal(t *testing.T, err error, code codes.Code, detail, want string) {
	t.Helper()
	st := status.Convert(err)
	if st.Code() != code || !strings.Contains(st.Message(), want) {
		t.Errorf("got %v %q, want %v with %q", st.Code(), st.Message(), code, want)
	}
	for _, d := range st.Details() {
		switch d := d.(type) {
		case *errdetails.BadRequest:
			for _, v := range d.FieldViolations {
				if v.Field == detail {
					return
				}
			}
		case *errdetails.ErrorInfo:
			if d.Reason == detail {
				return
			}
		case *errdetails.ResourceInfo:
			if d.ResourceType == detail {
				return
			}
		}
	}
	t.Errorf("no detail %q in %v", detail, st.Details())
}

func at(lat, lon float64) *pb.Location {
	return &pb.Location{Kind: &pb.Location_LatLng{LatLng: &pb.LatLng{Latitude: lat, Longitude: lon}}}
}

// background bounds a test's calls.
func background(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
