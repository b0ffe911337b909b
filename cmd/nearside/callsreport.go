package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
)

// printKept says what an import did to the calls that are kept.
func printKept(out io.Writer, r *calls.Result, store *calls.Store, file string) error {
	var b strings.Builder
	zone, err := time.LoadLocation(store.Ground().Zone)
	if err != nil {
		return err
	}
	days := func(s calls.Span) string {
		return fmt.Sprintf("%s to %s", s.From.Time().In(zone).Format(time.DateOnly), (s.To - 1).Time().In(zone).Format(time.DateOnly))
	}
	if r.Already {
		_, _ = fmt.Fprintf(&b, "Already imported; nothing changed.\n")
	} else {
		_, _ = fmt.Fprintf(&b, "Imported: %s.\n", countOf(r.Added, "call"))
	}
	if r.Removed > 0 {
		_, _ = fmt.Fprintf(&b, "Replaced: %s of the same hours.\n", countOf(r.Removed, "call"))
	}
	if r.Expired > 0 {
		_, _ = fmt.Fprintf(&b, "Let go: %s, by the retention of %s.\n", countOf(r.Expired, "call"), store.Retention())
	}
	for i, g := range r.Gaps {
		if i == mostGaps {
			_, _ = fmt.Fprintf(&b, "… and %d gaps more.\n", len(r.Gaps)-i)
			break
		}
		_, _ = fmt.Fprintf(&b, "Gap: no calls from %s, which is no chance; nothing is learnt from those days.\n", days(g))
	}
	if r.Total == 0 {
		_, _ = fmt.Fprintf(&b, "Kept now: no calls.\n")
	} else {
		_, _ = fmt.Fprintf(&b, "Kept now: %s, %s, in %s: hour, cell and kind of each, and nothing else.\n", countOf(r.Total, "call"), days(r.Span), file)
	}
	_, err = io.WriteString(out, b.String())
	return err
}

// mostGaps is how many gaps are listed.
const mostGaps = 10
