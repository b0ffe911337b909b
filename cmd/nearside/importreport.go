package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
)

// printReport says what an import kept, what it left out and where the network is.
func printReport(out io.Writer, r *osm.Report, covered float64, file string) error {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintf(w, "class\tarcs\tkm\t\n")
	for c := range road.Classes {
		if r.ClassArcs[c] > 0 {
			_, _ = fmt.Fprintf(w, "%s\t%d\t%.0f\t\n", c, r.ClassArcs[c], r.ClassMetres[c]/1000)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(&b, "Network: %d nodes, %d arcs from %d ways.\n", r.Nodes, r.Arcs, r.Ways)
	_, _ = fmt.Fprintf(&b, "Dropped, not connected both ways with the rest: %d nodes, %d arcs, %.0f km (%d parts).\n", r.Dropped.Nodes, r.Dropped.Arcs, r.Dropped.Metres/1000, r.Components-1)
	_, _ = fmt.Fprintf(&b, "Left out: %d ways closed to cars, %d ferries; %d nodes outside the file or far from London.\n", r.ClosedWays, r.Ferries, r.MissingNodes)
	_, _ = fmt.Fprintf(&b, "Turn restrictions: %d read, %d of them not usable.\n", r.Restrictions, r.SkippedTurns)
	if s := &r.Splits; s.Turns+len(s.Lifted) > 0 {
		_, _ = fmt.Fprintf(&b, "Forbidden: %d turns, at %d junctions split for them (%d nodes and %d arcs more); %d others are left allowed, since roads would be cut off.\n",
			s.Turns, s.Junctions, s.Nodes, s.Connectors, len(s.Lifted))
	}
	_, _ = fmt.Fprintf(&b, "Coverage: %.1f %% of London's cells have a road within %d m of their middle.\n", 100*covered, roadMetres)
	if covered < wholeShare {
		_, _ = fmt.Fprintf(&b, "WARNING: a part of London is missing; places there cannot be reached over this network.\n")
	}
	_, _ = fmt.Fprintf(&b, "%s\nSaved to %s; serve, plan and nearest use it from now on.\n", osmLicence, file)
	_, err := io.WriteString(out, b.String())
	return err
}
