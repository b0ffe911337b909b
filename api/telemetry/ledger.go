package telemetry

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/internal/span"
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
	ctx, step := span.Begin(ctx, "append")
	defer step.End()
	rev, err := l.Store.Append(ctx, key, prev, data)
	seconds := l.t.appends.WithLabelValues(appendOutcome(err))
	if at := step.SpanContext(); at.IsSampled() {
		step.SetAttributes(attribute.Int64("nearside.revision", int64(rev)), attribute.Int("nearside.bytes", len(data)))
		if err != nil {
			step.SetStatus(codes.Error, appendOutcome(err))
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
