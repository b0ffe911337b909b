package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// mostColumns is how many hours a table shows; JSON has them all.
const mostColumns = 48

// print writes the answer for reading.
func (s *shown) print(w io.Writer) {
	fmt.Fprintf(w, "%s, %s (%s)\n", s.City, s.Period, countOf(s.Hours, "hour"))
	for _, part := range []struct {
		what  string
		names []string
	}{{"area", s.Area}, {"category", s.Categories}, {"channel", s.Channels}} {
		if len(part.names) > 0 {
			fmt.Fprintf(w, "%s: %s\n", part.what, strings.Join(part.names, ", "))
		}
	}
	fmt.Fprintf(w, "Forecast: %s\n", s.Forecast)
	for _, n := range s.Notes {
		fmt.Fprintf(w, "  %s\n", n)
	}
	fmt.Fprintln(w)
	t := newTable(w)
	fmt.Fprintln(t, "calls\tmean\t10 %\t50 %\t90 %")
	row(t, "in all", s.Total)
	if s.Suitable != nil {
		row(t, "suitable", s.Suitable.bandJSON)
		if s.Suitable.Shipped != nil {
			row(t, "suitable by the shipped rules", *s.Suitable.Shipped)
		}
	}
	fmt.Fprintln(t, "\t\t\t\t")
	for _, d := range s.Districts {
		row(t, d.District, d.bandJSON)
	}
	if len(s.Columns) <= mostColumns {
		fmt.Fprintln(t, "\t\t\t\t")
		for _, c := range s.Columns {
			row(t, c.short, c.bandJSON)
		}
	}
	_ = t.Flush()
	if len(s.Columns) > mostColumns {
		fmt.Fprintf(w, "\n--json has each of the %d hours.\n", len(s.Columns))
	}
	s.Suitable.print(w)
}

func row(t *tabwriter.Writer, what string, b bandJSON) {
	fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%d\n", what, calls3(b.Mean), b.P10, b.P50, b.P90)
}

// calls3 writes a mean with the figures that matter.
func calls3(mean float64) string {
	if mean >= 100 {
		return fmt.Sprintf("%.0f", mean)
	}
	return fmt.Sprintf("%.3g", mean)
}

// print says what each rule decides on.
func (s *suitJSON) print(w io.Writer) {
	if s == nil {
		return
	}
	fmt.Fprintf(w, "\nSuitable by the rules %q (calls %s)\n", s.Rules, s.Counts)
	if s.Shipped != nil {
		fmt.Fprintf(w, "  %+.3g calls against the rules that ship\n", s.Mean-s.Shipped.Mean)
	}
	t := newTable(w)
	fmt.Fprintln(t, "  rule\torigin\tcalls\tof them suit")
	for _, r := range s.ByRule {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", r.Rule, r.Origin, calls3(r.Calls), calls3(r.Suitable))
	}
	_ = t.Flush()
}
