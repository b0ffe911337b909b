package telemetry

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// Ledger returns a store that times what is appended to it, as a metric and as a span of the decision that
// is written.
func (t *Telemetry) Ledger(s ledger.Store) ledger.Store { return &timedLedger{s, t} }

type timedLedger struct {
	ledger.Store
	t *Telemetry
}

// Append implements ledger.Store.
func (l *timedLedger) Append(ctx context.Context, key string, prev ledger.Revision, data []byte) (ledger.Revision, error) {
	start := time.Now()
	ctx, span := Step(ctx, "append")
	defer span.End()
	rev, err := l.Store.Append(ctx, key, prev, data)
	seconds := l.t.appends.WithLabelValues(appendOutcome(err))
	if at := span.SpanContext(); at.IsSampled() {
		span.SetAttributes(attribute.Int64("nearside.revision", int64(rev)), attribute.Int("nearside.bytes", len(data)))
		if err != nil {
			span.SetStatus(codes.Error, appendOutcome(err))
		}
		seconds.(prometheus.ExemplarObserver).ObserveWithExemplar(time.Since(start).Seconds(), prometheus.Labels{"trace_id": at.TraceID().String()})
		return rev, err
	}
	seconds.Observe(time.Since(start).Seconds())
	return rev, err
}

func appendOutcome(err error) string {
	switch {
	case err == nil:
		return "written"
	case errors.Is(err, ledger.ErrConflict):
		return "conflict"
	case errors.Is(err, ledger.ErrUnavailable):
		return "unavailable"
	case errors.Is(err, ledger.ErrUnknown):
		return "unknown"
	}
	return "failed"
}

// Step begins a span within the call of a context; it costs next to nothing where that is not traced. End
// it.
func Step(ctx context.Context, name string) (context.Context, trace.Span) {
	return trace.SpanFromContext(ctx).TracerProvider().Tracer(scope).Start(ctx, name)
}
