package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/nearside-ems/nearside/planning"
)

// printPlan writes a plan for reading. Responses are in minutes and seconds.
func printPlan(w io.Writer, d *planning.Document) {
	printHead(w, d)
	printSites(w, "Cars", d.Cars)
	if len(d.Centres) > 0 {
		printSites(w, "Crisis assessment centres", d.Centres)
	}
	printCentreService(w, d)
	printRoster(w, d)
	printConstraints(w, d)
	printExplanation(w, d)
	printComparisons(w, d)
	printWorkloads(w, d)
	printBoroughs(w, d)
	printEquity(w, d.Equity)
	printFrontier(w, d.Frontier)
	printRegret(w, d.Regret)
	printBasis(w, d)
}

func printHead(w io.Writer, d *planning.Document) {
	if d.Scenario.Name != "" {
		fmt.Fprintf(w, "%s\n", d.Scenario.Name)
	}
	fmt.Fprintf(w, "%s and %s, %s (%s)\n", countOf(len(d.Cars), "car"), countOf(len(d.Centres), "centre"), d.HoursInWords, d.Scenario.Driving)
	keeps := "low"
	if d.Unit.Higher() {
		keeps = "high"
	}
	fmt.Fprintf(w, "Kept %s: %s.\n", keeps, d.ObjectiveInWords)
	fmt.Fprintf(w, "This plan is %s.\n", d.GapInWords)
	fmt.Fprint(w, legInWords(&d.Response))
	if c := d.Conveyance; c != nil {
		fmt.Fprintf(w, "; to a centre for the %.0f %% conveyed %s (no plan below %s)", 100*c.Share, clock(c.Value), clock(c.Bound))
		if d.Unit != planning.SecondsACall {
			fmt.Fprintf(w, ", which is %s", planning.GapInWords(c.Gap))
		}
	}
	fmt.Fprintln(w, ".")
	if lost := d.Demand.Unreached / (d.Demand.Unreached + d.Demand.CallsPerWeek); lost > 0 {
		fmt.Fprintf(w, "WARNING: %.1f %% of the expected calls lie where this network has no road; they are left out of every figure.\n", 100*lost)
	}
	if stopped(d) {
		fmt.Fprintln(w, "The search was stopped before it converged; a longer --time-limit may narrow the gap.")
	}
}

// legInWords says what the cars' leg is worth, and what no plan can better.
func legInWords(l *planning.Leg) string {
	value, bound := l.Unit.Say(l.Value), l.Unit.Say(l.Bound)
	switch l.Unit {
	case planning.ShareOfCalls:
		return fmt.Sprintf("Of the calls %s count as reached (no plan above %s)", value, bound)
	case planning.BenefitACall:
		return fmt.Sprintf("Mean benefit of a call %s (no plan above %s)", value, bound)
	case planning.SecondsBalanced:
		return fmt.Sprintf("Power mean of the boroughs' mean road times %s (no plan below %s)", value, bound)
	case planning.SecondsWorstBorough:
		return fmt.Sprintf("Mean road time to a call in the borough that waits longest %s (no plan below %s)", value, bound)
	case planning.SecondsInSamples:
		return fmt.Sprintf("Mean road time to a call over the samples %s (no plan below %s)", value, bound)
	case planning.SecondsWorst:
		return fmt.Sprintf("Road time to the worst cell %s (no plan below %s)", value, bound)
	case planning.NumberOfCars:
		return fmt.Sprintf("It takes %s cars (no plan with fewer than %s)", value, bound)
	}
	return fmt.Sprintf("Mean road time to a call %s (no plan below %s)", value, bound)
}

func stopped(d *planning.Document) bool {
	return d.Response.Status == "stopped" || (d.Conveyance != nil && d.Conveyance.Status == "stopped")
}

func printSites(w io.Writer, title string, sites []planning.Site) {
	fmt.Fprintf(w, "\n%s\n", title)
	t := newTable(w)
	fmt.Fprintln(t, "place or cell\tborough\tsector\tgrid reference\t")
	for _, s := range sites {
		where := s.Place
		if where == "" {
			where = "cell " + s.Cell
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", where, s.Borough, s.Sector, s.GridRef, marks(s))
	}
	t.Flush()
}

func marks(s planning.Site) string {
	var words []string
	if s.Group != "" {
		words = append(words, s.Group)
	}
	if s.Fixed {
		words = append(words, "fixed")
	}
	if s.Modelled {
		words = append(words, "travel times modelled")
	}
	return strings.Join(words, ", ")
}

func printConstraints(w io.Writer, d *planning.Document) {
	if len(d.Constraints) == 0 {
		return
	}
	fmt.Fprintln(w, "\nRules")
	for _, c := range d.Constraints {
		binds := ""
		if c.Binds {
			binds = ": at its limit"
		}
		fmt.Fprintf(w, "  %s (this plan: %.4g%s)\n", c.Words, c.Have, binds)
	}
}

const responseHeads = "mean\t90th pct\tin 15 min\tall free: mean\t90th pct\tin 15 min"

func responses(a planning.Area) string {
	return fmt.Sprintf("%s\t%s\t%.0f %%\t%s\t%s\t%.0f %%",
		clock(a.MeanSeconds), clock(a.P90Seconds), 100*a.Within15,
		clock(a.Nearest.MeanSeconds), clock(a.Nearest.P90Seconds), 100*a.Nearest.Within15)
}

func printComparisons(w io.Writer, d *planning.Document) {
	fmt.Fprintf(w, "\nResponse in all London, with %.0f s mobilisation (assumption)\n", planning.MobilisationSeconds)
	t := newTable(w)
	fmt.Fprintln(t, "cars\tbusy\t"+responseHeads)
	fmt.Fprintf(t, "this plan: %d\t%.2f\t%s\n", len(d.Cars), d.Busy, responses(d.All))
	for _, c := range d.Comparisons {
		fmt.Fprintf(t, "%s: %d\t%.2f\t%s\n", c.Name, len(c.Cars), c.Busy, responses(c.All))
		if len(c.Sectors) == 1 {
			fmt.Fprintf(t, "  of which %s\t\t%s\n", c.Sectors[0].Name, responses(c.Sectors[0]))
		}
	}
	t.Flush()
	for _, c := range d.Comparisons {
		fmt.Fprintf(w, "  %s: %s\n", c.Name, c.Note)
	}
}

func printBoroughs(w io.Writer, d *planning.Document) {
	fmt.Fprintln(w, "\nResponse by borough")
	t := newTable(w)
	fmt.Fprintln(t, "borough\tcalls/h\t"+responseHeads)
	for _, a := range d.ByBorough {
		fmt.Fprintf(t, "%s\t%.2f\t%s\n", a.Name, a.CallsPerHour, responses(a))
	}
	t.Flush()
}

func printBasis(w io.Writer, d *planning.Document) {
	fmt.Fprintf(w, "\nBasis\n  network: %s; %.0f %% of calls lie where travel times are modelled, not measured\n", d.Network.Name, 100*d.Network.ModelledShare)
	fmt.Fprintf(w, "  demand: %s, %.1f calls an hour\n", d.Demand.Source, d.Demand.CallsPerHour)
	if r := d.Demand.Rules; r != nil {
		fmt.Fprintf(w, "    of %.1f, those that suit by the rules %q (calls %s; SHA-256 %.12s…)\n", d.Demand.TotalPerHour, r.Name, r.Counts, r.SHA256)
	}
	for _, n := range d.Demand.Notes {
		fmt.Fprintf(w, "    %s\n", n)
	}
	fmt.Fprintf(w, "  load: sending a car to every call would keep %.1f cars busy; to those sent one %.1f (busy fraction used: %.2f)\n",
		d.Demand.OfferedAll, d.Demand.OfferedLoad, d.Busy)
	for _, a := range d.Assumptions {
		fmt.Fprintf(w, "  %s: %g %s (%s)\n", a.Name, a.Value, a.Unit, a.Source)
	}
	for _, l := range d.Limits {
		fmt.Fprintf(w, "  %s\n", l)
	}
	fmt.Fprintf(w, "  inputs SHA-256 %s\n", d.InputsSHA256)
}

func newTable(w io.Writer) *tabwriter.Writer { return tabwriter.NewWriter(w, 0, 0, 2, ' ', 0) }

// clock returns seconds as minutes and seconds, such as "12:05".
func clock(seconds float64) string {
	s := int(seconds + 0.5)
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
