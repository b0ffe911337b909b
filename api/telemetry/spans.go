package telemetry

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	otelcodes "go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/nearside-ems/nearside/internal/span"
)

// SpanSettings say where traces go.
type SpanSettings struct {
	Version string  // of the program
	Sample  float64 // share of incidents, and of calls that name none, that are traced, 0 to 1
	// Exporters each get every span that is traced.
	Exporters []sdktrace.SpanExporter
	Log       *slog.Logger // told where spans cannot be sent; needed
}

// Spans makes traces of calls with one answer. A call that comes with a W3C trace context goes on with that
// trace. One that does not goes on with the trace of its incident, so that all that was asked and recorded
// for an incident, from FindNearestCars to the car's arrival, is one trace. Streams are not traced.
type Spans struct {
	provider  *sdktrace.TracerProvider
	tracer    trace.Tracer
	incidents *incidents
}

// NewSpans returns what makes traces. Close sends the last.
func NewSpans(s SpanSettings) (*Spans, error) {
	if s.Sample < 0 || s.Sample > 1 {
		return nil, fmt.Errorf("telemetry: a share of %v: want 0 to 1", s.Sample)
	}
	about, err := resource.New(context.Background(), resource.WithTelemetrySDK(), resource.WithHost(), resource.WithAttributes(
		attribute.String("service.name", "nearside"), attribute.String("service.version", s.Version)))
	if err != nil {
		return nil, fmt.Errorf("telemetry: %w", err)
	}
	options := []sdktrace.TracerProviderOption{
		sdktrace.WithResource(about),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(s.Sample))),
	}
	for _, e := range s.Exporters {
		options = append(options, sdktrace.WithBatcher(&toldExporter{e, newRequestLog(s.Log, nil)}, sdktrace.WithBatchTimeout(time.Second)))
	}
	p := sdktrace.NewTracerProvider(options...)
	return &Spans{provider: p, tracer: p.Tracer(span.Scope), incidents: newIncidents(incidentsKept)}, nil
}

func (s *Spans) close(ctx context.Context) error { return s.provider.Shutdown(ctx) }

// begin starts the span of a call, of which it may know when its request arrived.
func (s *Spans) begin(ctx context.Context, name string, in any, start time.Time) (context.Context, trace.Span) {
	read := readingOf(ctx)
	if read != nil {
		start = read.begun
	}
	if md, ok := metadata.FromIncomingContext(ctx); ok {
		ctx = propagation.TraceContext{}.Extract(ctx, carrier(md))
	}
	options := []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(start)}
	incident := s.incidents.of(in)
	if at, known := s.incidents.context(incident); known {
		if from := trace.SpanContextFromContext(ctx); !from.IsValid() {
			ctx = trace.ContextWithRemoteSpanContext(ctx, at)
		} else if from.TraceID() != at.TraceID() {
			options = append(options, trace.WithLinks(trace.Link{SpanContext: at}))
		}
	}
	ctx, call := s.tracer.Start(ctx, name, options...)
	if read != nil {
		_, decode := s.tracer.Start(ctx, "decode", trace.WithTimestamp(read.begun))
		decode.End(trace.WithTimestamp(read.decoded))
	}
	s.incidents.note(incident, call.SpanContext())
	return ctx, call
}

// end ends the span of a call with what came of it.
func (s *Spans) end(call trace.Span, in, out any, err error) {
	incident := s.incidents.after(in, out)
	if call.IsRecording() {
		if incident != "" {
			call.SetAttributes(attribute.String("nearside.incident", incident))
		}
		if car := carOf(in); car != "" {
			call.SetAttributes(attribute.String("nearside.car", car))
		}
		if got := statusOf(out); got != "" {
			call.SetAttributes(attribute.String("nearside.status", got))
		}
		if err != nil {
			why := whyOf(status.Convert(err))
			call.SetAttributes(attribute.String("nearside.code", why.code), attribute.String("nearside.reason", why.reason))
			call.SetStatus(otelcodes.Error, why.code)
		}
	}
	call.End()
}

// traceID names the trace of a context for a log; empty where it has none that is kept.
func traceID(ctx context.Context) string {
	if at := trace.SpanContextFromContext(ctx); at.IsSampled() {
		return at.TraceID().String()
	}
	return ""
}

// carrier reads a trace context from a call's metadata.
type carrier metadata.MD

func (c carrier) Get(key string) string {
	if v := metadata.MD(c).Get(key); len(v) > 0 {
		return v[0]
	}
	return ""
}

func (c carrier) Set(key, value string) { metadata.MD(c).Set(key, value) }

func (c carrier) Keys() []string {
	keys := make([]string, 0, len(c))
	for k := range c {
		keys = append(keys, k)
	}
	return keys
}

// reading is when a request arrived and when it was decoded.
type reading struct{ begun, decoded time.Time }

type readingKey struct{}

func readingOf(ctx context.Context) *reading {
	r, _ := ctx.Value(readingKey{}).(*reading)
	return r
}

// Timed returns where services are to be registered so that traces tell how long it took to decode each
// request.
func (t *Telemetry) Timed(g grpc.ServiceRegistrar) grpc.ServiceRegistrar {
	if t.settings.Spans == nil {
		return g
	}
	return timed{g}
}

type timed struct{ grpc.ServiceRegistrar }

// RegisterService implements grpc.ServiceRegistrar.
func (t timed) RegisterService(d *grpc.ServiceDesc, impl any) {
	own := *d
	own.Methods = make([]grpc.MethodDesc, len(d.Methods))
	for i, m := range d.Methods {
		own.Methods[i] = grpc.MethodDesc{MethodName: m.MethodName,
			Handler: func(srv any, ctx context.Context, decode func(any) error, interceptor grpc.UnaryServerInterceptor) (any, error) {
				r := &reading{begun: time.Now()}
				return m.Handler(srv, context.WithValue(ctx, readingKey{}, r), func(in any) error {
					defer func() { r.decoded = time.Now() }()
					return decode(in)
				}, interceptor)
			}}
	}
	t.ServiceRegistrar.RegisterService(&own, impl)
}

// toldExporter logs once a second at most that spans could not be sent, and goes on.
type toldExporter struct {
	sdktrace.SpanExporter
	log requestLog
}

// ExportSpans implements sdktrace.SpanExporter.
func (e *toldExporter) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	if err == nil {
		return nil
	}
	if skipped, ok := e.log.turn(logKey{}, time.Now()); ok {
		e.log.log.Warn("traces could not be sent", "spans", len(spans), "error", err, "alike_not_logged", skipped)
	}
	return nil // it was told
}
