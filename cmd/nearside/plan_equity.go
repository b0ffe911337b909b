package main

import (
	"fmt"
	"io"

	"github.com/nearside-ems/nearside/planning"
)

// printEquity says how alike parts of London are served.
func printEquity(w io.Writer, e *planning.EquityFigures) {
	fmt.Fprintln(w, "\nHow alike parts are served (mean responses, weighted by expected calls)")
	t := newTable(w)
	fmt.Fprintln(t, "parts\tserved best\tserved worst\tworst / best\tGini")
	for _, s := range []struct {
		name string
		of   planning.Spread
	}{{"boroughs", e.Boroughs}, {"tenths by mental-health need", e.Tenths}} {
		if s.of != (planning.Spread{}) {
			fmt.Fprintf(t, "%s\t%s %s\t%s %s\t%.2f\t%.3f\n", s.name, s.of.Best, clock(s.of.BestSeconds), s.of.Worst, clock(s.of.WorstSeconds), s.of.Ratio, s.of.Gini)
		}
	}
	t.Flush()
	if len(e.ByTenth) > 0 {
		fmt.Fprintf(w, "  %s\n", e.Note)
	}
}

// printFrontier lists the plans between the least mean and the best served worst borough.
func printFrontier(w io.Writer, f *planning.Frontier) {
	if f == nil {
		return
	}
	fmt.Fprintln(w, "\nMean against the borough that waits longest (road times, each point a plan of its own)")
	t := newTable(w)
	fmt.Fprintln(t, "mean\tno plan below\tgap\tworst borough\t")
	for _, p := range f.Points {
		fmt.Fprintf(t, "%s\t%s\t%.1f %%\t%s\t%s\n", clock(p.MeanSeconds), clock(p.BoundSeconds), 100*p.Gap, clock(p.WorstSeconds), p.Worst)
	}
	t.Flush()
	fmt.Fprintf(w, "  %s\n", f.Note)
}

// printRegret says how a robust plan does in samples of the future.
func printRegret(w io.Writer, r *planning.Regret) {
	if r == nil {
		return
	}
	fmt.Fprintf(w, "\n%d samples of the future\n  %s\n", r.Samples, r.InWords)
	fmt.Fprintf(w, "  largest regret: this plan %.2f %%, the plan that is best on the mean %.2f %%; none has less than %.2f %% (proved)\n", 100*r.Worst, 100*r.BestOnMean.Worst, 100*r.Bound)
	fmt.Fprintf(w, "  %s\n", r.Note)
}
