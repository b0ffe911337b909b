package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/nearside-ems/nearside/planning"
)

// whatIfCommand tries a change on a plan.
type whatIfCommand struct {
	Plan   string   `arg:"" help:"Plan as written by plan --format json."`
	Move   []string `sep:"none" help:"A car that stands elsewhere, by H3 cell or place; may be repeated." placeholder:"FROM=TO"`
	Add    []string `sep:"none" help:"Where a further car stands; may be repeated." placeholder:"CELL|PLACE"`
	Remove []string `sep:"none" help:"Where a car is taken away; may be repeated." placeholder:"CELL|PLACE"`
	Close  []string `sep:"none" help:"A centre that is closed; may be repeated." placeholder:"CELL|PLACE"`
	Open   []string `sep:"none" help:"A candidate site with a further centre; may be repeated." placeholder:"CELL|PLACE"`
	rulesFlags
	DataDir string `default:"${data_dir}" help:"Where travel times and the imported network are kept (${default})." placeholder:"DIR"`
}

func (c *whatIfCommand) Run() error {
	change, err := c.change()
	if err != nil {
		return err
	}
	d, err := readPlan(c.Plan)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	on, err := openBasis(ctx, c.DataDir, &c.rulesFlags)
	if err != nil {
		return err
	}
	show := newProgress(os.Stderr)
	w, err := planning.NewWhatIf(ctx, d, on, c.DataDir, show.report)
	show.end()
	if err != nil {
		return fmt.Errorf("%s: %w", c.Plan, err)
	}
	out, err := w.Try(change)
	if err != nil {
		return err
	}
	printOutcome(os.Stdout, out)
	return nil
}

// change reads the flags.
func (c *whatIfCommand) change() (planning.Change, error) {
	change := planning.Change{Add: c.Add, Remove: c.Remove, Close: c.Close, Open: c.Open}
	for _, m := range c.Move {
		from, to, ok := strings.Cut(m, "=")
		if !ok || from == "" || to == "" {
			return change, &planning.FieldError{Field: "--move", Value: fmt.Sprintf("%q", m), Want: "FROM=TO, such as 891951a0c07ffff=\"St Thomas' Hospital\""}
		}
		change.Move = append(change.Move, planning.Move{From: from, To: to})
	}
	if len(change.Move)+len(c.Add)+len(c.Remove)+len(c.Close)+len(c.Open) == 0 {
		return change, &planning.FieldError{Field: "what-if", Value: "without a change", Want: "--move, --add, --remove, --close or --open"}
	}
	return change, nil
}

// printOutcome writes what a change does, before and after, for London and each borough.
func printOutcome(w io.Writer, o *planning.Outcome) {
	printWhatMoved(w, "cars", &o.Cars)
	printWhatMoved(w, "centres", &o.Centres)
	fmt.Fprintf(w, "Each car is out %.3f of the time, before %.3f (estimated where the number of cars changes).\n", o.After.Busy, o.Before.Busy)
	fmt.Fprintln(w, "Nothing was optimised: this says what the change does, not whether another would do more.")
	fmt.Fprintf(w, "\nResponse, busy cars counted, with %.0f s mobilisation (assumption); modelled, not observed\n", planning.MobilisationSeconds)
	t := newTable(w)
	heads := "area\tmean before\tafter\tchange\t90th pct before\tafter\tin 15 min before\tafter"
	conveyed := o.Before.All.Conveyance != nil && o.After.All.Conveyance != nil
	if conveyed {
		heads += "\tto a centre before\tafter"
	}
	fmt.Fprintln(t, heads)
	line := func(a, b *planning.AreaStanding) {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%.1f %%\t%.1f %%", a.Name, clock(a.MeanSeconds), clock(b.MeanSeconds),
			signedClock(b.MeanSeconds-a.MeanSeconds), clock(a.P90Seconds), clock(b.P90Seconds), 100*a.Within15, 100*b.Within15)
		if conveyed {
			fmt.Fprintf(t, "\t%s\t%s", clock(a.Conveyance.MeanSeconds), clock(b.Conveyance.MeanSeconds))
		}
		fmt.Fprintln(t)
	}
	line(&o.Before.All, &o.After.All)
	for i := range o.Before.ByBorough {
		line(&o.Before.ByBorough[i], &o.After.ByBorough[i])
	}
	t.Flush()
}

func printWhatMoved(w io.Writer, what string, d *planning.SitesDifference) {
	for _, part := range []struct {
		verb  string
		sites []planning.Site
	}{{"without", d.OnlyA}, {"with", d.OnlyB}} {
		if len(part.sites) > 0 {
			fmt.Fprintf(w, "%s %s: %s\n", part.verb, what, strings.Join(siteNames(part.sites), "; "))
		}
	}
}

// signedClock returns seconds as minutes and seconds with their sign, such as "-0:07".
func signedClock(seconds float64) string {
	if seconds < 0 {
		return "-" + clock(-seconds)
	}
	return "+" + clock(seconds)
}
