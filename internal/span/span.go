// Package span marks the steps of a call for traces, from packages that know nothing of telemetry.
package span

import (
	"context"

	"go.opentelemetry.io/otel/trace"
)

// Scope names who makes the spans.
const Scope = "github.com/nearside-ems/nearside"

// Begin begins a span within the call of a context; it costs next to nothing where that is not traced. End
// it.
func Begin(ctx context.Context, name string) (context.Context, trace.Span) {
	return trace.SpanFromContext(ctx).TracerProvider().Tracer(Scope).Start(ctx, name)
}
