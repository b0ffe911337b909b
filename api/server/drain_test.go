package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// TestDrain stops a server under a stream of positions: it is not ready first, answers for as long as it
// was told, and ends the stream with the summary of what it took.
func TestDrain(t *testing.T) {
	s := smallSettings(t)
	s.Drain = 400 * time.Millisecond
	srv, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	overGRPC, overHTTP := loopback(t), loopback(t)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ctx, overGRPC, overHTTP) }()
	conn, err := grpc.NewClient(overGRPC.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	health := grpc_health_v1.NewHealthClient(conn)
	if h, err := health.Check(background(t), &grpc_health_v1.HealthCheckRequest{}); err != nil || h.Status != grpc_health_v1.HealthCheckResponse_SERVING {
		t.Fatalf("%v, %v", h, err)
	}
	dispatch := pb.NewDispatchServiceClient(conn)
	stream, err := dispatch.StreamPositions(background(t))
	if err != nil {
		t.Fatal(err)
	}
	report := &pb.StreamPositionsRequest{Report: &pb.PositionReport{Car: "cars/A", Location: at(51.51, -0.13)}}
	if err := stream.Send(report); err != nil {
		t.Fatal(err)
	}
	for { // until it has arrived
		if _, ok := s.Fleet.Car("cars/A"); ok {
			break
		}
		time.Sleep(time.Millisecond)
	}
	told := time.Now()
	stop()
	ready := "http://" + overHTTP.Addr().String() + "/readyz"
	for code := http.StatusOK; code != http.StatusServiceUnavailable; {
		res, err := http.Get(ready)
		if err != nil {
			t.Fatal(err)
		}
		code = res.StatusCode
		var h Health
		if err := json.NewDecoder(res.Body).Decode(&h); err != nil || h.Ready != (code == http.StatusOK) {
			t.Fatalf("%+v, %v", h, err)
		}
		_ = res.Body.Close()
	}
	if h, err := health.Check(background(t), &grpc_health_v1.HealthCheckRequest{}); err != nil || h.Status != grpc_health_v1.HealthCheckResponse_NOT_SERVING {
		t.Errorf("while it drains: %v, %v", h, err)
	}
	if _, err := dispatch.ListCars(background(t), &pb.ListCarsRequest{}); err != nil {
		t.Errorf("a call while it drains: %v", err)
	}
	for err == nil {
		err = stream.Send(report)
		time.Sleep(10 * time.Millisecond)
	}
	out, closed := stream.CloseAndRecv()
	if closed != nil || out.GetAccepted()+out.GetIgnored() < 2 || !errors.Is(err, io.EOF) {
		t.Errorf("the stream ended with %v, %v after %v", out, closed, err)
	}
	http.DefaultClient.CloseIdleConnections()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if took := time.Since(told); took < s.Drain || took > s.Drain+stopping {
		t.Errorf("stopping took %v", took)
	}
}

// listening is a stream that only sends.
type listening struct {
	grpc.ServerStream
	ctx context.Context
}

func (l listening) Context() context.Context { return l.ctx }

func TestListenersAreToldToGo(t *testing.T) {
	l := newLeaving()
	ended := make(chan error)
	go func() {
		ended <- l.stream(nil, listening{ctx: t.Context()}, &grpc.StreamServerInfo{IsServerStream: true}, func(_ any, s grpc.ServerStream) error {
			<-s.Context().Done()
			return status.FromContextError(s.Context().Err()).Err()
		})
	}()
	l.goes()
	wantRefusal(t, <-ended, codes.Unavailable, "STOPPING", "connect again")
	both := &leavingStream{listening{ctx: t.Context()}, t.Context(), l, &grpc.StreamServerInfo{IsServerStream: true, IsClientStream: true}}
	wantRefusal(t, both.RecvMsg(nil), codes.Unavailable, "STOPPING", "connect again")
}

func TestHealthByDependency(t *testing.T) {
	s := smallSettings(t)
	s.NetworkFault = "network.bin is damaged"
	c := start(t, s)
	health := grpc_health_v1.NewHealthClient(c.conn)
	want := map[string]grpc_health_v1.HealthCheckResponse_ServingStatus{
		"nearside.roads": grpc_health_v1.HealthCheckResponse_NOT_SERVING, "nearside.forecast": grpc_health_v1.HealthCheckResponse_SERVING,
		"": grpc_health_v1.HealthCheckResponse_SERVING, "nearside.v1.DispatchService": grpc_health_v1.HealthCheckResponse_SERVING,
	}
	for name, state := range want {
		var got grpc_health_v1.HealthCheckResponse_ServingStatus
		for end := time.Now().Add(5 * time.Second); got != state && time.Now().Before(end); time.Sleep(time.Millisecond) {
			if h, err := health.Check(background(t), &grpc_health_v1.HealthCheckRequest{Service: name}); err == nil {
				got = h.Status
			}
		}
		if got != state {
			t.Errorf("%q: %v, want %v", name, got, state)
		}
	}
	h := c.server.Health()
	if d := h.Dependencies["roads"]; !h.Ready || d.OK || d.Fault != s.NetworkFault {
		t.Errorf("got %+v", h)
	}
	code, public := c.call(t, "GET", "/readyz", "")
	roads := public["dependencies"].(map[string]any)["roads"].(map[string]any)
	if _, tells := roads["fault"]; code != http.StatusOK || tells || roads["ok"] != false {
		t.Errorf("the public port tells %v", public)
	}
}
