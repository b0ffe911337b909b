package telemetry

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Span is one line of a trace file (docs/format/trace.md).
type Span struct {
	Trace      string         `json:"trace"`
	Span       string         `json:"span"`
	Parent     string         `json:"parent,omitempty"`
	Name       string         `json:"name"`
	Start      time.Time      `json:"start"`
	Micros     int64          `json:"micros"` // how long it took, in microseconds
	Error      string         `json:"error,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
	Links      []string       `json:"links,omitempty"` // spans of other traces
}

// traceFileBytes is how long a trace file grows before it makes room: FILE becomes FILE.1, and what that
// was is gone.
const traceFileBytes = 64 << 20

// TraceFile writes spans to a file, a line of JSON each. It is an exporter of spans.
type TraceFile struct {
	path string
	most int64
	mu   sync.Mutex
	file *os.File
	size int64
}

// OpenTraceFile appends to a file, which it makes where there is none.
func OpenTraceFile(path string) (*TraceFile, error) {
	t := &TraceFile{path: path, most: traceFileBytes}
	return t, t.open()
}

func (t *TraceFile) open() error {
	f, err := os.OpenFile(t.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("trace file: %w", err)
	}
	about, err := f.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("trace file: %w", err), f.Close())
	}
	t.file, t.size = f, about.Size()
	return nil
}

// ExportSpans implements sdktrace.SpanExporter.
func (t *TraceFile) ExportSpans(_ context.Context, spans []sdktrace.ReadOnlySpan) error {
	var text []byte
	for _, s := range spans {
		line, err := json.Marshal(spanOf(s))
		if err != nil {
			return fmt.Errorf("trace file: %w", err)
		}
		text = append(append(text, line...), '\n')
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file == nil {
		return fmt.Errorf("trace file %s is closed", t.path)
	}
	if t.size > t.most {
		if err := errors.Join(t.file.Close(), os.Rename(t.path, t.path+".1"), t.open()); err != nil {
			return err
		}
	}
	n, err := t.file.Write(text)
	t.size += int64(n)
	return err
}

// Shutdown implements sdktrace.SpanExporter.
func (t *TraceFile) Shutdown(context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file == nil {
		return nil
	}
	f := t.file
	t.file = nil
	return f.Close()
}

func spanOf(s sdktrace.ReadOnlySpan) Span {
	out := Span{Trace: s.SpanContext().TraceID().String(), Span: s.SpanContext().SpanID().String(), Name: s.Name(),
		Start: s.StartTime().UTC(), Micros: s.EndTime().Sub(s.StartTime()).Microseconds(), Error: s.Status().Description}
	if s.Parent().SpanID().IsValid() {
		out.Parent = s.Parent().SpanID().String()
	}
	for _, a := range s.Attributes() {
		if out.Attributes == nil {
			out.Attributes = map[string]any{}
		}
		out.Attributes[string(a.Key)] = a.Value.AsInterface()
	}
	for _, l := range s.Links() {
		out.Links = append(out.Links, l.SpanContext.TraceID().String()+"-"+l.SpanContext.SpanID().String())
	}
	return out
}

// maxSpanLine bounds a line of a trace file.
const maxSpanLine = 1 << 20

// ReadSpans reads a trace file. The error names the line; what was read before is returned with it. A last
// line without an end is being written and is left out.
func ReadSpans(in io.Reader) ([]Span, error) {
	var spans []Span
	r := bufio.NewReaderSize(in, maxSpanLine)
	for n := 1; ; n++ {
		line, err := r.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return spans, nil
		}
		if err != nil {
			return spans, fmt.Errorf("line %d: %w", n, err)
		}
		var s Span
		if err := json.Unmarshal(line, &s); err != nil {
			return spans, fmt.Errorf("line %d: not a span: %w", n, err)
		}
		spans = append(spans, s)
	}
}
