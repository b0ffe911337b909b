package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/nearside-ems/nearside/api/telemetry"
)

// traceCommand shows what serve --trace-file wrote.
type traceCommand struct {
	File     string `arg:"" help:"Trace file of nearside serve --trace-file."`
	Incident string `help:"Only what was asked and recorded for this incident, from call to arrival." placeholder:"incidents/ID"`
	Trace    string `help:"Only this trace, as a log line, a metric's exemplar or another tracing tool names it." placeholder:"ID"`
	Slowest  int    `default:"10" help:"Without --incident and --trace: how many of the slowest calls to list (${default})."`
	JSON     bool   `name:"json" help:"Print the spans as they are in the file."`
}

func (c *traceCommand) Run() error {
	in, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	spans, err := telemetry.ReadSpans(in)
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	return c.print(os.Stdout, spans)
}

func (c *traceCommand) print(out io.Writer, spans []telemetry.Span) error {
	chosen := c.choose(spans)
	switch {
	case len(chosen) == 0:
		return fmt.Errorf("%s: none of its %d spans is what was asked for", c.File, len(spans))
	case c.JSON:
		to := json.NewEncoder(out)
		for _, s := range chosen {
			if err := to.Encode(s); err != nil {
				return err
			}
		}
		return nil
	}
	return printSpans(out, chosen)
}

// choose returns whole traces of what was asked for, oldest first.
func (c *traceCommand) choose(spans []telemetry.Span) (chosen []telemetry.Span) {
	traces := map[string]bool{}
	switch {
	case c.Trace != "":
		traces[c.Trace] = true
	case c.Incident != "":
		for _, s := range spans {
			if s.Attributes["nearside.incident"] == c.Incident {
				traces[s.Trace] = true
			}
		}
	default:
		calls := slices.DeleteFunc(slices.Clone(spans), func(s telemetry.Span) bool { return !strings.Contains(s.Name, "/") })
		slices.SortStableFunc(calls, func(a, b telemetry.Span) int { return cmp.Compare(b.Micros, a.Micros) })
		for _, s := range calls[:min(len(calls), max(0, c.Slowest))] {
			traces[s.Trace] = true
		}
	}
	for _, s := range spans {
		if traces[s.Trace] {
			chosen = append(chosen, s)
		}
	}
	slices.SortStableFunc(chosen, func(a, b telemetry.Span) int { return a.Start.Compare(b.Start) })
	return chosen
}

// printSpans prints a table: when each call came, counted from the first of its trace, how long it and its
// parts took, and what came of it.
func printSpans(out io.Writer, spans []telemetry.Span) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	first := map[string]time.Time{}
	for _, s := range spans {
		if _, seen := first[s.Trace]; !seen {
			first[s.Trace] = s.Start
			_, _ = fmt.Fprintf(w, "trace %s, %s\nafter\ttook\twhat\t\n", s.Trace, s.Start.Format(time.RFC3339))
			tree(w, spans, first[s.Trace], s.Trace)
		}
	}
	return w.Flush()
}

// tree prints the calls of a trace, each with its parts below it.
func tree(w io.Writer, spans []telemetry.Span, from time.Time, trace string) {
	for _, s := range spans {
		if s.Trace != trace || !strings.Contains(s.Name, "/") {
			continue
		}
		line(w, s, from, 0)
		parts(w, spans, s, from, 1)
	}
}

func parts(w io.Writer, spans []telemetry.Span, of telemetry.Span, from time.Time, depth int) {
	for _, s := range spans {
		if s.Trace == of.Trace && s.Parent == of.Span && !strings.Contains(s.Name, "/") {
			line(w, s, from, depth)
			parts(w, spans, s, from, depth+1)
		}
	}
}

func line(w io.Writer, s telemetry.Span, from time.Time, depth int) {
	var about []string
	for _, k := range slices.Sorted(maps.Keys(s.Attributes)) {
		if v := s.Attributes[k]; v != "" {
			about = append(about, fmt.Sprintf("%s=%v", strings.TrimPrefix(k, "nearside."), v))
		}
	}
	_, _ = fmt.Fprintf(w, "%.3f s\t%.3f ms\t%s%s\t%s\n", s.Start.Sub(from).Seconds(), float64(s.Micros)/1000,
		strings.Repeat("  ", depth), s.Name, strings.Join(about, " "))
}
