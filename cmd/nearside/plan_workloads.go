package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/nearside-ems/nearside/planning"
)

// printWorkloads says how busy a plan's cars are, beside what is certified.
func printWorkloads(w io.Writer, d *planning.Document) {
	r := d.Workloads
	fmt.Fprintln(w, "\nHow busy the cars are, by queueing models (no part of the certificate)")
	switch {
	case r.Rounds > 0 && r.Settled:
		fmt.Fprintf(w, "The plan was made for cars that are out %.3f of the time, and brings that about (%s).\n", d.Busy, countOf(r.Rounds, "round"))
	case r.Rounds > 0:
		fmt.Fprintf(w, "The plan was made for cars that are out %.3f of the time; it brings about %.3f: no fraction settled in %s.\n", d.Busy, r.Busy, countOf(r.Rounds, "round"))
	case d.Scenario.Busy != nil && !r.Settled:
		fmt.Fprintf(w, "The scenario says that a car is out %.3f of the time; with this plan it would be %.3f.\n", d.Busy, r.Busy)
	}
	t := newTable(w)
	fmt.Fprintln(t, "model\tout\tcalls that find no car\tmean response\tby nearest, 2nd, 3rd …")
	line := func(name string, f *planning.WorkloadFigures) {
		fmt.Fprintf(t, "%s\t%.3f\t%.1f %%\t%s\t%s\n", name, f.Busy, 100*f.Lost, clock(f.MeanSeconds), ranks(f.ByRank))
	}
	line("approximate (Budge, Ingolfsson, Erkut 2009)", &r.Approximate)
	if r.Exact != nil {
		line("exact (hypercube, Larson 1974)", r.Exact)
	}
	t.Flush()
	for _, p := range r.Periods {
		fmt.Fprintf(w, "  in %g hours with %.2f calls sent a car an hour and %s: out %.2f, no car for %.1f %%\n",
			p.Hours, p.CallsPerHour, countOf(p.Cars, "car"), p.Busy, 100*p.Lost)
	}
}

func ranks(shares []float64) string {
	words := make([]string, len(shares))
	for i, s := range shares {
		words[i] = fmt.Sprintf("%.0f %%", 100*s)
	}
	return strings.Join(words, ", ")
}
