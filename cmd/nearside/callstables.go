package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/suitability"
)

func keptFor(r calls.Retention) string {
	switch {
	case r.Years > 0:
		return "for " + countOf(r.Years, "year")
	case r.Weeks > 0:
		return "for " + countOf(r.Weeks, "week")
	default:
		return "for ever"
	}
}

// rounded is a count as it may be passed on.
func rounded(n int) string {
	if n = calls.Published(n, calls.DefaultThreshold); n == 0 {
		return fmt.Sprintf("under %d", calls.DefaultThreshold)
	}
	return fmt.Sprint(n)
}

// printStore shows what is kept. Counts are as they may be published.
func printStore(w io.Writer, s *calls.Store) error {
	g, h := s.Ground(), s.History()
	zone, err := time.LoadLocation(g.Zone)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s: %s in %s, %s\n", g.Name, countOf(len(g.District), "cell"), countOf(len(g.Districts), "district"), g.Zone)
	fmt.Fprintf(w, "Calls are kept %s.\n", keptFor(s.Retention()))
	if h.Len() == 0 {
		fmt.Fprintln(w, "None are kept now.")
		return nil
	}
	fmt.Fprintf(w, "From %s; %s known.\n", days(h.Span, zone), countOf(h.Known(), "hour"))
	for i, gap := range h.Gaps {
		if i == mostGaps {
			fmt.Fprintf(w, "… and %s more.\n", countOf(len(h.Gaps)-i, "gap"))
			break
		}
		fmt.Fprintf(w, "Gap: %s, %s of which nothing is known.\n", days(gap, zone), countOf(gap.Hours(), "hour"))
	}
	if err := printKinds(w, h, &g); err != nil {
		return err
	}
	printImports(w, s.Imports(), zone)
	return nil
}

// days writes a span by its first and last day, with the hours where it is not of whole days.
func days(s calls.Span, zone *time.Location) string {
	from, to := s.From.Time().In(zone), s.To.Time().In(zone)
	if from.Hour() != 0 || to.Hour() != 0 {
		return from.Format("2006-01-02 15:04") + " to " + to.Format("2006-01-02 15:04")
	}
	return from.Format(time.DateOnly) + " to " + (s.To - 1).Time().In(zone).Format(time.DateOnly)
}

func printKinds(w io.Writer, h *calls.History, g *calls.Ground) error {
	rows, err := calls.Publish(h, g, calls.By{Category: true, Channel: true}, calls.DefaultThreshold)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\nKinds of calls; those with fewer than %d are left out, others rounded to the nearest %d\n", calls.DefaultThreshold, calls.RoundTo)
	t := newTable(w)
	fmt.Fprintln(t, "category\tchannel\tcalls")
	total := 0
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%s\t%d\n", named(r.Category), named(r.Channel), r.Calls)
		total += r.Calls
	}
	fmt.Fprintf(t, "together\t\t%d\n", total)
	return t.Flush()
}

// named stands in for a category or channel that is not known.
func named(s string) string {
	if s == "" {
		return "(not known)"
	}
	return s
}

func printImports(w io.Writer, imports []calls.Import, zone *time.Location) {
	if len(imports) == 0 {
		return
	}
	fmt.Fprintf(w, "\nImports, by the SHA-256 of what was imported; rows rounded\n")
	t := newTable(w)
	fmt.Fprintln(t, "content\tcalls from\trows read\tkept\tdropped\t")
	for _, m := range imports {
		note := ""
		if m.Replaced {
			note = "some were replaced since"
		}
		fmt.Fprintf(t, "%x\t%s\t%s\t%s\t%s\t%s\n", m.SHA256[:8], days(m.Span, zone), rounded(m.Read), rounded(m.Kept), rounded(m.Dropped), note)
	}
	_ = t.Flush()
}

// printSuitable shows the share that suits by rule and kind, and what the rules change that do not ship.
func printSuitable(w io.Writer, c *suitability.Comparison, shipped string, rules *suitability.Rules, basis suitability.Basis) {
	s := c.After
	fmt.Fprintf(w, "%.1f %% of the calls suit a joint-response car, by the rules %q; calls are taken as %s.\n", 100*s.Share(), rules.Name, basis)
	if s.Unnamed > 0 {
		fmt.Fprintf(w, "Of %.0f %% no category is known: rules about categories cannot see whether they are about them.\n", 100*s.Unnamed/s.Calls)
	}
	fmt.Fprintln(w, "\nRules that decided")
	t := newTable(w)
	fmt.Fprintln(t, "rule\tcalls\tsuit\torigin\twhy")
	for _, r := range s.ByRule {
		fmt.Fprintf(t, "%s\t%.0f %%\t%.0f %%\t%s\t%s\n", r.Rule.Name, 100*r.Calls/s.Calls, 100*r.Suitable/r.Calls, r.Rule.Origin, firstSentence(r.Rule.Reason))
	}
	_ = t.Flush()
	fmt.Fprintln(w, "\nKinds of calls; rare ones are left out, others rounded")
	t = newTable(w)
	fmt.Fprintln(t, "category\tchannel\tcalls\tsuit\trule")
	for _, p := range s.Parts {
		fmt.Fprintf(t, "%s\t%s\t%.0f\t%.0f %%\t%s\n", named(p.Kind.Category), named(p.Kind.Channel), p.Calls, 100*p.Share, p.Rule.Name)
	}
	_ = t.Flush()
	if len(c.Changes) == 0 {
		return
	}
	fmt.Fprintf(w, "\nAgainst the rules %q: %+.0f suitable calls (%.1f %% suited)\n", shipped, c.Gained(), 100*c.Before.Share())
	t = newTable(w)
	fmt.Fprintln(t, "category\tchannel\tsuit, shipped\tsuit\tsuitable calls")
	for i := range c.Changes {
		ch := &c.Changes[i]
		fmt.Fprintf(t, "%s\t%s\t%.0f %%\t%.0f %%\t%+.0f\n", named(ch.Kind.Category), named(ch.Kind.Channel), 100*ch.Before.Share, 100*ch.After.Share, ch.Gained())
	}
	_ = t.Flush()
}

func firstSentence(s string) string {
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}
