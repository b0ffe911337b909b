package telemetry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/goleak"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/internal/span"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func made(t *testing.T, s Settings) *Telemetry {
	t.Helper()
	if s.Log == nil {
		s.Log = silent()
	}
	tel, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return tel
}

// scraped is what Prometheus would read, asking for exemplars.
func scraped(t *testing.T, tel *Telemetry) string {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept", "application/openmetrics-text")
	w := httptest.NewRecorder()
	tel.Metrics().ServeHTTP(w, r)
	return w.Body.String()
}

// ask makes a call through the interceptor.
func ask(t *testing.T, tel *Telemetry, ctx context.Context, method string, in any, do grpc.UnaryHandler) (any, error) {
	t.Helper()
	return tel.Unary()(ctx, in, &grpc.UnaryServerInfo{FullMethod: "/nearside.v1." + method}, do)
}

func refusing(code codes.Code, text string, details ...any) grpc.UnaryHandler {
	return func(context.Context, any) (any, error) {
		st := status.New(code, text)
		for _, d := range details {
			switch d := d.(type) {
			case *errdetails.BadRequest:
				st, _ = st.WithDetails(d)
			case *errdetails.ErrorInfo:
				st, _ = st.WithDetails(d)
			}
		}
		return nil, st.Err()
	}
}

func TestCallsAreCounted(t *testing.T) {
	tel := made(t, Settings{Version: "v1"})
	fine := func(context.Context, any) (any, error) { return &pb.Car{}, nil }
	for range 3 {
		if _, err := ask(t, tel, t.Context(), "FleetService/GetCar", &pb.GetCarRequest{}, fine); err != nil {
			t.Fatal(err)
		}
	}
	field := &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "shifts[12].start"}}}
	_, _ = ask(t, tel, t.Context(), "FleetService/RegisterCar", nil, refusing(codes.InvalidArgument, "x", field))
	_, _ = ask(t, tel, t.Context(), "FleetService/AssignCar", nil, refusing(codes.Aborted, "x", &errdetails.ErrorInfo{Reason: "CAR_CHANGED"}))
	_, _ = ask(t, tel, t.Context(), "FleetService/AssignCar", nil, func(context.Context, any) (any, error) { return nil, errors.New("x") })
	tel.Guarded("token", "expired")
	got := scraped(t, tel)
	for _, want := range []string{
		`nearside_calls_total{code="OK",method="FleetService/GetCar"} 3`,
		`nearside_call_seconds_count{method="FleetService/GetCar"} 3`,
		`nearside_calls_active{method="FleetService/GetCar"} 0`,
		`nearside_calls_total{code="INVALID_ARGUMENT",method="FleetService/RegisterCar"} 1`,
		`nearside_refusals_total{code="INVALID_ARGUMENT",field="shifts.start",reason=""} 1`,
		`nearside_refusals_total{code="ABORTED",field="",reason="CAR_CHANGED"} 1`,
		`nearside_refusals_total{code="UNKNOWN",field="",reason=""} 1`,
		`nearside_guard_decisions_total{means="token",reason="expired"} 1`,
		`nearside_build_info{go=`,
		"go_goroutines ",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if names := tel.Names(); !slices.Contains(names, "nearside_calls_total") || !slices.IsSorted(names) {
		t.Errorf("%v", names)
	}
}

// TestLabelsAreBounded refuses for reasons and fields that a client could make up.
func TestLabelsAreBounded(t *testing.T) {
	tel := made(t, Settings{})
	for i := range 3 * maxRefusals {
		_, _ = ask(t, tel, t.Context(), "A/B", nil, refusing(codes.NotFound, "x", &errdetails.ErrorInfo{Reason: fmt.Sprint("R", i)}))
	}
	_, _ = ask(t, tel, t.Context(), "A/B", nil, refusing(codes.NotFound, "x", &errdetails.ErrorInfo{Reason: "né " + strings.Repeat("x", 99)}))
	got := scraped(t, tel)
	if n := strings.Count(got, "nearside_refusals_total{"); n > maxRefusals+1 {
		t.Errorf("%d kinds of refusals", n)
	}
	if !strings.Contains(got, `reason="OTHER"} `+fmt.Sprint(2*maxRefusals+1)) {
		t.Error("those beyond the bound were not counted together")
	}
}

// TestRequestLog fails many times at once: one line, that has neither the place nor anything else asked.
func TestRequestLog(t *testing.T) {
	var out bytes.Buffer
	tel := made(t, Settings{Log: slog.New(slog.NewTextHandler(&out, nil)), Slow: time.Millisecond})
	for range 50 {
		_, _ = ask(t, tel, t.Context(), "A/B", nil, refusing(codes.InvalidArgument, "location: 51.51234 is nowhere"))
	}
	_, _ = ask(t, tel, t.Context(), "A/B", nil, refusing(codes.Internal, "disk on fire"))
	_, _ = ask(t, tel, t.Context(), "A/Slow", nil, func(context.Context, any) (any, error) { time.Sleep(3 * time.Millisecond); return nil, nil })
	_, _ = ask(t, tel, t.Context(), "A/WaitOperation", nil, func(context.Context, any) (any, error) { time.Sleep(3 * time.Millisecond); return nil, nil })
	text := out.String()
	if strings.Contains(text, "51.51234") || strings.Count(text, "INVALID_ARGUMENT") != 1 {
		t.Errorf("logged:\n%s", text)
	}
	for _, want := range []string{`level=WARN msg="call failed" method=A/B`, `error="disk on fire"`, `msg="call was slow" method=A/Slow`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "WaitOperation") {
		t.Error("a call that waits by what it is was logged as slow")
	}
	if skipped, ok := tel.requests.turn(logKey{"A/B", codes.InvalidArgument}, time.Now().Add(2*logEvery)); !ok || skipped != 49 {
		t.Errorf("%d were passed over, %v", skipped, ok)
	}
}

// traced returns a telemetry that traces into a file, and what ends it and reads the file.
func traced(t *testing.T, sample float64) (*Telemetry, func() []Span) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trace")
	file, err := OpenTraceFile(path)
	if err != nil {
		t.Fatal(err)
	}
	spans, err := NewSpans(SpanSettings{Sample: sample, Exporters: []sdktrace.SpanExporter{file}, Log: silent()})
	if err != nil {
		t.Fatal(err)
	}
	tel := made(t, Settings{Spans: spans})
	return tel, func() []Span {
		if err := tel.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		in, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = in.Close() }()
		all, err := ReadSpans(in)
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
}

// TestAnIncidentIsOneTrace follows a decision from the question to the car's arrival.
func TestAnIncidentIsOneTrace(t *testing.T) {
	tel, read := traced(t, 1)
	const incident, car = "incidents/7", "cars/JRC-1"
	store := tel.Ledger(ledger.NewMemory(time.Now))
	answer := func(s pb.CarStatus, incident string) grpc.UnaryHandler {
		return func(ctx context.Context, in any) (any, error) {
			if _, ok := in.(*pb.AssignCarRequest); ok {
				if _, err := store.Append(ctx, car, 0, []byte("{}")); err != nil {
					t.Error(err)
				}
			}
			return &pb.Car{Name: car, Status: s, Incident: incident}, nil
		}
	}
	for _, c := range []struct {
		method string
		in     any
		out    grpc.UnaryHandler
	}{
		{"DispatchService/FindNearestCars", &pb.FindNearestCarsRequest{Incident: incident}, func(context.Context, any) (any, error) { return nil, nil }},
		{"FleetService/AssignCar", &pb.AssignCarRequest{Name: car, Incident: incident}, answer(pb.CarStatus_CAR_STATUS_ASSIGNED, incident)},
		{"FleetService/UpdateCarStatus", &pb.UpdateCarStatusRequest{Name: car}, answer(pb.CarStatus_CAR_STATUS_ON_SCENE, incident)},
		{"FleetService/UpdateCarStatus", &pb.UpdateCarStatusRequest{Name: car}, answer(pb.CarStatus_CAR_STATUS_AVAILABLE, "")},
		{"FleetService/UpdateCarStatus", &pb.UpdateCarStatusRequest{Name: car}, answer(pb.CarStatus_CAR_STATUS_OFF_SHIFT, "")}, // after the incident
		{"DispatchService/FindNearestCars", &pb.FindNearestCarsRequest{Incident: "51.5, -0.1"}, func(context.Context, any) (any, error) { return nil, nil }},
	} {
		if _, err := ask(t, tel, t.Context(), c.method, c.in, c.out); err != nil {
			t.Fatal(err)
		}
	}
	if got := scraped(t, tel); !strings.Contains(got, `# {trace_id="`) || !strings.Contains(got, `nearside_ledger_append_seconds_count{outcome="written"} 1`) {
		t.Errorf("no exemplar, or no append, in\n%s", got)
	}
	spans := read()
	first := slices.IndexFunc(spans, func(s Span) bool { return strings.HasSuffix(s.Name, "FindNearestCars") })
	var names []string
	for _, s := range spans {
		if s.Trace == spans[first].Trace {
			names = append(names, s.Name)
		}
		if a := s.Attributes["nearside.incident"]; a != nil && a != incident {
			t.Errorf("%s keeps %q", s.Name, a)
		}
	}
	slices.Sort(names)
	want := []string{"DispatchService/FindNearestCars", "FleetService/AssignCar", "FleetService/UpdateCarStatus", "FleetService/UpdateCarStatus", "append"}
	if !slices.Equal(names, want) {
		t.Errorf("the incident's trace has %v, want %v", names, want)
	}
}

// TestAClientsTraceGoesOn keeps the trace that a client began, and links the incident's.
func TestAClientsTraceGoesOn(t *testing.T) {
	tel, read := traced(t, 0) // the client's word counts, not the share
	const theirs = "4bf92f3577b34da6a3ce929d0e0e4736"
	ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs("traceparent", "00-"+theirs+"-00f067aa0ba902b7-01"))
	nothing := func(ctx context.Context, _ any) (any, error) {
		_, step := span.Begin(ctx, "step")
		step.End()
		return nil, nil
	}
	if _, err := ask(t, tel, ctx, "A/B", nil, nothing); err != nil {
		t.Fatal(err)
	}
	if _, err := ask(t, tel, t.Context(), "A/Untraced", nil, nothing); err != nil {
		t.Fatal(err)
	}
	spans := read()
	if len(spans) != 2 || spans[0].Trace != theirs || spans[1].Trace != theirs {
		t.Errorf("got %+v", spans)
	}
}

func TestIncidentsAreForgotten(t *testing.T) {
	i := newIncidents(10)
	for n := range 1000 {
		name := fmt.Sprintf("incidents/%d", n)
		i.note(name, spanContext(byte(n)))
		i.after(&pb.AssignCarRequest{Name: fmt.Sprintf("cars/%d", n)}, &pb.Car{Name: fmt.Sprintf("cars/%d", n), Incident: name})
	}
	if len(i.traces) != 10 || len(i.oldest) != 10 || len(i.cars) > 100 {
		t.Errorf("keeps %d traces, %d names, %d cars", len(i.traces), len(i.oldest), len(i.cars))
	}
}

func spanContext(n byte) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1: n}, SpanID: trace.SpanID{1}})
}

func TestTraceFileMakesRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trace")
	file, err := OpenTraceFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file.most = 1000
	p := sdktrace.NewTracerProvider(sdktrace.WithSyncer(file))
	for range 50 {
		_, s := p.Tracer("x").Start(t.Context(), "span")
		s.End()
	}
	if err := p.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + ".1"} {
		if about, err := os.Stat(name); err != nil || about.Size() > 1500 {
			t.Errorf("%s: %v, %v", name, about, err)
		}
	}
	if err := file.ExportSpans(t.Context(), nil); err == nil {
		t.Error("a closed file was written to")
	}
}

func FuzzReadSpans(f *testing.F) {
	f.Add([]byte("{\"trace\":\"1\",\"span\":\"2\",\"name\":\"x\",\"start\":\"2026-07-14T12:00:00Z\",\"micros\":3}\n{\"tr"))
	f.Add([]byte("\n[]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		spans, err := ReadSpans(bytes.NewReader(text))
		if lines := bytes.Count(text, []byte("\n")); len(spans) > lines || err == nil && len(spans) != lines {
			t.Errorf("%d spans of %d lines, %v", len(spans), lines, err)
		}
	})
}

func TestSettingsAreChecked(t *testing.T) {
	if _, err := New(Settings{}); err == nil {
		t.Error("no log")
	}
	if _, err := NewSpans(SpanSettings{Sample: 2}); err == nil {
		t.Error("a share of 2")
	}
	if _, err := OpenTraceFile(filepath.Join(t.TempDir(), "none", "x")); err == nil {
		t.Error("a folder that is not there")
	}
}
