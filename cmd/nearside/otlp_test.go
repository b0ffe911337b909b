package main

import (
	"context"
	"crypto/tls"
	"encoding/hex"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/internal/testcerts"
)

// spanCollector keeps what it is sent, as an OpenTelemetry collector takes it.
type spanCollector struct {
	collector.UnimplementedTraceServiceServer
	mu    sync.Mutex
	spans []*tracepb.Span
}

func (c *spanCollector) Export(_ context.Context, r *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, from := range r.GetResourceSpans() {
		for _, scope := range from.GetScopeSpans() {
			c.spans = append(c.spans, scope.GetSpans()...)
		}
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

// named returns the spans so far of a trace, by name.
func (c *spanCollector) named(trace string) map[string]*tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[string]*tracepb.Span{}
	for _, s := range c.spans {
		if hex.EncodeToString(s.GetTraceId()) == trace {
			all[s.GetName()] = s
		}
	}
	return all
}

// collect starts a collector. creds nil: in the clear. stop ends it.
func collect(t *testing.T, creds credentials.TransportCredentials) (c *spanCollector, addr string, stop func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if creds == nil {
		creds = insecure.NewCredentials()
	}
	c = &spanCollector{}
	g := grpc.NewServer(grpc.Creds(creds))
	collector.RegisterTraceServiceServer(g, c)
	done := make(chan error, 1)
	go func() { done <- g.Serve(l) }()
	stop = sync.OnceFunc(func() {
		g.Stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return c, l.Addr().String(), stop
}

const (
	clientTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	clientSpan  = "00f067aa0ba902b7"
)

// TestTracesReachACollector runs the program, assigns a car as part of a client's trace, and finds the
// spans at a collector with TLS, each under its parent. Then the collector goes, and the server does not.
func TestTracesReachACollector(t *testing.T) {
	a := testcerts.New(t, "ca")
	pair, err := tls.LoadX509KeyPair(a.Server())
	if err != nil {
		t.Fatal(err)
	}
	spans, to, stop := collect(t, credentials.NewServerTLSFromCert(&pair))
	said := &output{}
	cmd := exec.Command("nearside", "serve", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--metrics", "", "--data-dir", filepath.Join(t.TempDir(), "d"), "--otlp", "https://"+to)
	cmd.Env = append(os.Environ(), "OTEL_EXPORTER_OTLP_CERTIFICATE="+a.File())
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v\n%s", err, said)
		}
	})
	conn, err := grpc.NewClient(said.await(t, `gRPC +(\S+)`), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	fleet := pb.NewFleetServiceClient(conn)
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	car, err := fleet.RegisterCar(ctx, &pb.RegisterCarRequest{Name: "cars/A", Skills: []pb.Skill{pb.Skill_SKILL_PARAMEDIC}, RequestId: "1"})
	if err != nil {
		t.Fatal(err)
	}
	traced := metadata.AppendToOutgoingContext(ctx, "traceparent", "00-"+clientTrace+"-"+clientSpan+"-01")
	if car, err = fleet.AssignCar(traced, &pb.AssignCarRequest{Name: car.GetName(), Incident: "incidents/7", Etag: car.GetEtag(), RequestId: "3"}); err != nil {
		t.Fatal(err)
	}
	var got map[string]*tracepb.Span
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if got = spans.named(clientTrace); got["FleetService/AssignCar"] != nil {
			break
		}
	}
	assign := got["FleetService/AssignCar"]
	if assign == nil || hex.EncodeToString(assign.GetParentSpanId()) != clientSpan || assign.GetKind() != tracepb.Span_SPAN_KIND_SERVER {
		t.Fatalf("the call arrived as %v, want it under the client's span; of its trace there are %v", assign, got)
	}
	under := 0
	for _, s := range got {
		if s != assign && string(s.GetParentSpanId()) == string(assign.GetSpanId()) {
			under++
		}
	}
	if got["decode"] == nil || got["append"] == nil || under < 2 {
		t.Errorf("of the call's steps %d arrived: %v", under, got)
	}
	stop()
	if _, err := fleet.UpdateCarStatus(ctx, &pb.UpdateCarStatusRequest{Name: car.GetName(), Status: pb.CarStatus_CAR_STATUS_MOBILISING, RequestId: "4"}); err != nil {
		t.Errorf("with its collector gone the server answers %v", err)
	}
}

// TestTracesNeedTheSchemeOfTheirCollector shows that http sends in the clear, and that https sends nothing to
// who cannot prove itself.
func TestTracesNeedTheSchemeOfTheirCollector(t *testing.T) {
	spans, addr, _ := collect(t, nil)
	for _, scheme := range []string{"https", "http"} {
		said := &output{}
		f := telemetryFlags{OTLP: scheme + "://" + addr, TraceSample: 1}
		w, err := f.telemetry(slog.New(slog.NewTextHandler(said, nil)))
		if err != nil {
			t.Fatal(err)
		}
		ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs("traceparent", "00-"+clientTrace+"-"+clientSpan+"-01"))
		if _, err := w.Unary()(ctx, &pb.AssignCarRequest{}, &grpc.UnaryServerInfo{FullMethod: pb.FleetService_AssignCar_FullMethodName},
			func(context.Context, any) (any, error) { return &pb.Car{}, nil }); err != nil {
			t.Fatal(err)
		}
		w.close()
		told, n := strings.Contains(said.String(), "traces could not be sent"), len(spans.named(clientTrace))
		if want := scheme == "http"; want != (n == 1) || want == told {
			t.Errorf("%s: %d spans arrived; the log says\n%s", scheme, n, said)
		}
	}
}
