package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"

	"github.com/nearside-ems/nearside/api/guard"
	"github.com/nearside-ems/nearside/api/server"
	"github.com/nearside-ems/nearside/api/telemetry"
)

// telemetryFlags say what is told of the server's work, and where.
type telemetryFlags struct {
	Metrics     string        `default:"${metrics}" help:"Address of metrics for Prometheus (/metrics) and of health in detail (/readyz): without login on this machine, beyond it with the TLS of the other ports and for the roles read-only and operator; \"\" for none (${default})." placeholder:"ADDR"`
	LogLevel    string        `default:"info" enum:"debug,info,warn,error" help:"Least weighty lines that are logged: debug, info, warn or error (${default})." placeholder:"LEVEL"`
	LogFormat   string        `default:"text" enum:"text,json" help:"Form of the log on standard error: text or json (${default})." placeholder:"FORM"`
	LogSlow     time.Duration `default:"1s" help:"Calls that take longer are logged; 0s for none (${default})." placeholder:"DURATION"`
	TraceFile   string        `help:"Write traces of calls to this file, a line of JSON for each span; nearside trace reads it." placeholder:"FILE"`
	OTLP        string        `name:"otlp" help:"Send traces to an OpenTelemetry collector over gRPC: https://HOST:4317, or http:// without encryption." placeholder:"URL"`
	TraceSample float64       `default:"1" help:"Share of incidents, and of calls that name none, that are traced, 0 to 1 (${default})." placeholder:"SHARE"`
}

// defaultMetrics is where metrics are unless --metrics says otherwise.
const defaultMetrics = "127.0.0.1:7422"

func (f *telemetryFlags) faults() (faults []error) {
	if f.Metrics != "" {
		if err := checkAddress("--metrics", f.Metrics); err != nil {
			faults = append(faults, err)
		}
	}
	if f.LogSlow < 0 {
		faults = append(faults, fmt.Errorf("--log-slow %s: want 0s or more", f.LogSlow))
	}
	if !(f.TraceSample >= 0 && f.TraceSample <= 1) {
		faults = append(faults, fmt.Errorf("--trace-sample %v: want 0 to 1", f.TraceSample))
	}
	if f.OTLP != "" {
		if u, err := url.Parse(f.OTLP); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			faults = append(faults, errors.New("--otlp: want a URL such as http://127.0.0.1:4317"))
		}
	}
	return faults
}

// log makes the log of a server.
func (f *telemetryFlags) log(out io.Writer) *slog.Logger {
	var level slog.Level
	if level.UnmarshalText([]byte(f.LogLevel)) != nil {
		level = slog.LevelInfo // of commands that have no such flag; serve's are checked
	}
	options := &slog.HandlerOptions{Level: level}
	if f.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

// watching is what is told of a server while it runs. Its Telemetry is nil where nothing is.
type watching struct {
	*telemetry.Telemetry
	addr string
	log  *slog.Logger
	http *http.Server
	on   net.Listener
}

// telemetry makes what the flags ask for.
func (f *telemetryFlags) telemetry(log *slog.Logger) (*watching, error) {
	w := &watching{addr: f.Metrics, log: log}
	spans, err := f.spans(log)
	if err != nil {
		return nil, err
	}
	w.Telemetry, err = telemetry.New(telemetry.Settings{
		Version: version, Log: log, Slow: f.LogSlow, Spans: spans,
		Peer: func(ctx context.Context) string { return guard.CallerOf(ctx).Remote.String() },
	})
	return w, err
}

// spans makes what traces; nil where nobody asked for traces.
func (f *telemetryFlags) spans(log *slog.Logger) (*telemetry.Spans, error) {
	s := telemetry.SpanSettings{Version: version, Sample: f.TraceSample, Log: log}
	if f.TraceFile != "" {
		file, err := telemetry.OpenTraceFile(f.TraceFile)
		if err != nil {
			return nil, fmt.Errorf("--trace-file: %w", err)
		}
		s.Exporters = append(s.Exporters, file)
	}
	if f.OTLP != "" {
		to, err := otlptracegrpc.New(context.Background(), otlptracegrpc.WithEndpointURL(f.OTLP))
		if err != nil {
			return nil, fmt.Errorf("--otlp: %w", err)
		}
		s.Exporters = append(s.Exporters, to)
	}
	if len(s.Exporters) == 0 {
		return nil, nil
	}
	return telemetry.NewSpans(s)
}

// listen serves metrics and health. Where the usual port is taken and nobody asked for it, the server goes
// on without, as a second one on the same machine would.
func (w *watching) listen(srv *server.Server) error {
	if w.addr == "" {
		return nil
	}
	var err error
	if w.on, err = net.Listen("tcp", w.addr); err != nil {
		if w.addr == defaultMetrics {
			w.log.Warn("no metrics: the usual port is in use; choose another with --metrics", "addr", w.addr)
			w.addr = ""
			return nil
		}
		return fmt.Errorf("--metrics %s: %w; choose another address, or \"\" for no metrics", w.addr, err)
	}
	w.http = srv.Monitoring(w.Metrics(), onLoopback(w.on.Addr().String()))
	go func() {
		if err := server.Answer(w.http, w.on); !errors.Is(err, http.ErrServerClosed) {
			w.log.Error("metrics are not served any more", "error", err)
		}
	}()
	return nil
}

// where says where metrics are, for the terminal.
func (w *watching) where() string {
	if w.on == nil {
		return ""
	}
	scheme := "http"
	if w.http.TLSConfig != nil {
		scheme = "https"
	}
	return fmt.Sprintf("  metrics      %s://%s/metrics   (health at /readyz)\n", scheme, w.on.Addr())
}

// close sends what waits and stops.
func (w *watching) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := w.Close(ctx); err != nil {
		w.log.Warn("the last traces could not be sent", "error", err)
	}
	if w.http != nil {
		_ = w.http.Close() // nobody is owed an answer
	}
}
