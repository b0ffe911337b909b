package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/nearside-ems/nearside/api/telemetry"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
)

// measuredBy gives a server's settings a telemetry, which traces a share of incidents into a file.
func measuredBy(t testing.TB, s *Settings, share float64) (file string, end func()) {
	t.Helper()
	settings := telemetry.Settings{Version: "test", Log: s.Log}
	if share > 0 {
		file = filepath.Join(t.TempDir(), "trace")
		to, err := telemetry.OpenTraceFile(file)
		if err != nil {
			t.Fatal(err)
		}
		settings.Spans, err = telemetry.NewSpans(telemetry.SpanSettings{Sample: share, Exporters: []sdktrace.SpanExporter{to}, Log: s.Log})
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if s.Telemetry, err = telemetry.New(settings); err != nil {
		t.Fatal(err)
	}
	s.Live = live.New(s.Telemetry.Ledger(ledger.NewMemory(s.Now)), s.Fleet, s.Now)
	return file, func() {
		if err := s.Telemetry.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

// TestADecisionIsOneTrace makes a decision over gRPC and HTTP and follows it from the call to the arrival.
func TestADecisionIsOneTrace(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 3)
	file, end := measuredBy(t, &s, 1)
	c := start(t, s)
	found, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.51, -0.13), Incident: "incidents/7"})
	if err != nil {
		t.Fatal(err)
	}
	car := found.Candidates[0].Car
	code, _ := c.call(t, http.MethodPost, "/v1/"+car.Name+":assign", fmt.Sprintf(`{"incident":"incidents/7","etag":%q,"requestId":"1","advice":%q}`, car.Etag, found.Advice))
	if code != http.StatusOK {
		t.Fatalf("HTTP %d", code)
	}
	fleet := pb.NewFleetServiceClient(c.conn)
	for i, status := range []pb.CarStatus{pb.CarStatus_CAR_STATUS_MOBILISING, pb.CarStatus_CAR_STATUS_EN_ROUTE, pb.CarStatus_CAR_STATUS_ON_SCENE} {
		if _, err := fleet.UpdateCarStatus(background(t), &pb.UpdateCarStatusRequest{Name: car.Name, Status: status, RequestId: fmt.Sprint("s", i)}); err != nil {
			t.Fatal(err)
		}
	}
	c.stop()
	end()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	spans, err := telemetry.ReadSpans(in)
	if err != nil {
		t.Fatal(err)
	}
	var calls, steps []string
	var assign telemetry.Span
	for _, sp := range spans {
		if sp.Trace != spans[len(spans)-1].Trace {
			t.Errorf("%s is in another trace", sp.Name)
		}
		if strings.Contains(sp.Name, "/") {
			calls = append(calls, sp.Name)
		}
		if strings.HasSuffix(sp.Name, "/AssignCar") {
			assign = sp
		}
	}
	for _, sp := range spans {
		if sp.Parent == assign.Span && !strings.Contains(sp.Name, "/") {
			steps = append(steps, sp.Name)
		}
	}
	slices.Sort(steps)
	if got := strings.Join(slices.Compact(steps), " "); got != "append apply decide decode" {
		t.Errorf("AssignCar has the steps %s", got)
	}
	if len(calls) != 5 || assign.Attributes["nearside.incident"] != "incidents/7" || assign.Attributes["nearside.status"] != "CAR_STATUS_ASSIGNED" {
		t.Errorf("calls %v; AssignCar %+v", calls, assign)
	}
}

// BenchmarkTelemetry asks for the nearest cars over loopback without telemetry, with metrics, and with
// traces of every hundredth and of every call.
func BenchmarkTelemetry(b *testing.B) {
	for _, c := range []struct {
		name  string
		on    bool
		share float64
	}{{"off", false, 0}, {"metrics", true, 0}, {"traced=0.01", true, 0.01}, {"traced=1", true, 1}} {
		b.Run(c.name, func(b *testing.B) {
			s := smallSettings(b)
			addCars(b, &s, 100)
			end := func() {}
			if c.on {
				_, end = measuredBy(b, &s, c.share)
			}
			on := start(b, s)
			in := &pb.FindNearestCarsRequest{Location: at(51.51, -0.13)}
			for time.Sleep(100 * time.Millisecond); b.Loop(); { // indices are being made at first
				if _, err := on.FindNearestCars(b.Context(), in); err != nil {
					b.Fatal(err)
				}
			}
			on.stop()
			end()
		})
	}
}

func TestMetricsOfAServer(t *testing.T) {
	s := smallSettings(t)
	_, end := measuredBy(t, &s, 0)
	defer end()
	c := start(t, s)
	_, err := c.ReportPositions(background(t), &pb.ReportPositionsRequest{Reports: []*pb.PositionReport{
		{Car: "cars/A", Location: at(51.51, -0.13), Time: timestamppb.New(noon.Add(-20 * time.Second))},
		{Car: "cars/A", Location: at(51.51, -0.13), Time: timestamppb.New(noon.Add(-20 * time.Second))},
		{Car: "cars/B", Location: at(51.51, -0.13), Time: timestamppb.New(noon.Add(-3 * time.Minute))},
		{Car: "cars/C", Location: at(51.51, -0.13), Time: timestamppb.New(noon.Add(time.Hour))},
		{Car: "nonsense", Location: at(51.51, -0.13)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pb.NewFleetServiceClient(c.conn).RegisterCar(background(t), &pb.RegisterCarRequest{Name: "cars/D", Skills: []pb.Skill{pb.Skill_SKILL_PARAMEDIC}, RequestId: "1"}); err != nil {
		t.Fatal(err)
	}
	got := metricsOf(t, s.Telemetry)
	for _, want := range []string{
		`nearside_positions_total{outcome="accepted",reason=""} 2`, `nearside_positions_total{outcome="duplicate",reason=""} 1`,
		`nearside_positions_total{outcome="refused",reason="from_future"} 1`, `nearside_positions_total{outcome="refused",reason="bad_name"} 1`,
		`nearside_positions_remarked_total{remark="late"} 1`, `nearside_cars{status="available"} 3`, "nearside_cars_stale 1", "nearside_cars_without_position 1",
		`nearside_position_age_seconds_bucket{le="20"} 1`, "nearside_position_age_seconds_count 2", "nearside_records 1", "nearside_ready 1",
		`nearside_ledger_append_seconds_count{outcome="written"} 1`, `nearside_dependency_ok{dependency="store"} 1`,
		`nearside_calls_total{code="OK",method="DispatchService/ReportPositions"} 1`,
	} {
		if !strings.Contains(got, want+"\n") {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

func metricsOf(t *testing.T, tel *telemetry.Telemetry) string {
	t.Helper()
	w := httptest.NewRecorder()
	tel.Metrics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

// TestUnknownFieldsInJSON misspells a field over HTTP, which the gateway refuses before there
// is a call.
func TestUnknownFieldsInJSON(t *testing.T) {
	s := smallSettings(t)
	_, end := measuredBy(t, &s, 0)
	defer end()
	c := start(t, s)
	code, out := c.call(t, http.MethodPost, "/v1/cars:findNearest", `{"locaton":{}}`)
	if text := fmt.Sprint(out); code != http.StatusBadRequest || !strings.Contains(text, "reason:UNKNOWN_FIELD") || !strings.Contains(text, "field:locaton") {
		t.Errorf("HTTP %d: %v", code, out)
	}
	w := httptest.NewRecorder()
	s.Telemetry.Metrics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if want := `nearside_refusals_total{code="INVALID_ARGUMENT",field="",reason="UNKNOWN_FIELD"} 1`; !strings.Contains(w.Body.String(), want) {
		t.Errorf("the metrics lack %s", want)
	}
}
