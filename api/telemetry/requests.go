package telemetry

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// method is what is counted of one.
type method struct {
	name    string // "DispatchService/FindNearestCars"
	waits   bool   // by what it is
	seconds prometheus.Observer
	active  prometheus.Gauge
	codes   [codes.Unauthenticated + 1]atomic.Pointer[prometheus.Counter]
}

// methodOf returns what is counted of a method by its full name, "/nearside.v1.DispatchService/FindNearestCars".
// gRPC hands interceptors methods that exist only, so that there are few.
func (t *Telemetry) methodOf(full string) *method {
	if m, ok := t.methods.Load(full); ok {
		return m.(*method)
	}
	name := strings.TrimPrefix(strings.TrimPrefix(full, "/"), "nearside.v1.")
	m := &method{name: name, waits: strings.HasSuffix(name, "/WaitOperation"),
		seconds: t.seconds.WithLabelValues(name), active: t.active.WithLabelValues(name)}
	kept, _ := t.methods.LoadOrStore(full, m)
	return kept.(*method)
}

// ended counts a call's code.
func (t *Telemetry) ended(m *method, code codes.Code) {
	if int(code) >= len(m.codes) {
		code = codes.Unknown
	}
	c := m.codes[code].Load()
	if c == nil {
		made := t.calls.WithLabelValues(m.name, codeName(code))
		c = &made
		m.codes[code].Store(c)
	}
	(*c).Inc()
}

// codeName is a code as the contract writes it: NOT_FOUND.
func codeName(c codes.Code) string {
	var b strings.Builder
	for i, r := range c.String() {
		if i > 0 && 'A' <= r && r <= 'Z' && c != codes.OK {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}

// Unary returns the interceptor of calls with one answer. It is to be the first.
func (t *Telemetry) Unary() grpc.UnaryServerInterceptor {
	return func(ctx context.Context, in any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		m := t.methodOf(info.FullMethod)
		start := time.Now()
		m.active.Inc()
		var span trace.Span
		if s := t.settings.Spans; s != nil {
			ctx, span = s.begin(ctx, m.name, in, start)
		}
		out, err := next(ctx, in)
		took := time.Since(start)
		m.active.Dec()
		t.observe(m, took, span)
		if span != nil {
			t.settings.Spans.end(span, in, out, err)
		}
		if err == nil && (t.settings.Slow == 0 || took < t.settings.Slow || m.waits) {
			t.ended(m, codes.OK)
			return out, nil
		}
		t.told(ctx, m, took, err)
		return out, err
	}
}

// observe keeps how long a call took, with its trace where that is sent somewhere.
func (t *Telemetry) observe(m *method, took time.Duration, span trace.Span) {
	if span != nil && span.SpanContext().IsSampled() {
		m.seconds.(prometheus.ExemplarObserver).ObserveWithExemplar(took.Seconds(),
			prometheus.Labels{"trace_id": span.SpanContext().TraceID().String()})
		return
	}
	m.seconds.Observe(took.Seconds())
}

// told counts and logs a call that failed or was slow.
func (t *Telemetry) told(ctx context.Context, m *method, took time.Duration, err error) {
	st := status.Convert(err)
	t.ended(m, st.Code())
	why := refusal{}
	if err != nil {
		why = t.refusals.count(st)
	}
	if st.Code() == codes.Canceled {
		return // the client went, as one that watches does some day
	}
	t.requests.write(ctx, m.name, took, st, why)
}

// Stream returns the interceptor of streams. It is to be the first.
func (t *Telemetry) Stream() grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		m := t.methodOf(info.FullMethod)
		start := time.Now()
		m.active.Inc()
		defer m.active.Dec()
		c := &counted{ServerStream: stream, in: t.messages.WithLabelValues(m.name, "in"), out: t.messages.WithLabelValues(m.name, "out")}
		err := next(srv, c)
		if err == nil {
			t.ended(m, codes.OK)
			return nil
		}
		t.told(stream.Context(), m, time.Since(start), err)
		return err
	}
}

// counted is a stream whose messages are counted.
type counted struct {
	grpc.ServerStream
	in, out prometheus.Counter
}

func (c *counted) RecvMsg(m any) error {
	err := c.ServerStream.RecvMsg(m)
	if err == nil {
		c.in.Inc()
	}
	return err
}

func (c *counted) SendMsg(m any) error {
	err := c.ServerStream.SendMsg(m)
	if err == nil {
		c.out.Inc()
	}
	return err
}
