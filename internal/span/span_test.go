package span_test

import (
	"context"
	"fmt"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/nearside-ems/nearside/internal/span"
)

func ExampleBegin() {
	_, s := span.Begin(context.Background(), "decide")
	defer s.End()
	fmt.Println(s.IsRecording()) // nobody traces
	// Output: false
}

func TestBeginIsPartOfTheCall(t *testing.T) {
	kept := tracetest.NewInMemoryExporter()
	p := sdktrace.NewTracerProvider(sdktrace.WithSyncer(kept))
	ctx, call := p.Tracer("x").Start(t.Context(), "call")
	_, s := span.Begin(ctx, "decide")
	s.End()
	call.End()
	got := kept.GetSpans()
	if len(got) != 2 || got[0].Name != "decide" || got[0].Parent.SpanID() != call.SpanContext().SpanID() {
		t.Errorf("got %v", got)
	}
}

// BenchmarkUntraced is what a step costs where nobody traces.
func BenchmarkUntraced(b *testing.B) {
	for b.Loop() {
		_, s := span.Begin(b.Context(), "decide")
		s.End()
	}
}
