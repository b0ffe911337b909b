package main

import (
	"fmt"
	"io"

	"github.com/nearside-ems/nearside/planning"
)

// printExplanation says what a plan hangs on: its cars and centres, the sites that nearly made it, and what
// binds each borough.
func printExplanation(w io.Writer, d *planning.Document) {
	e := d.Explain
	if e == nil {
		return
	}
	fmt.Fprintln(w, "\nWhat is lost without each (the others left where they are)")
	t := newTable(w)
	printWorths(t, d.Cars, e.Cars)
	printWorths(t, d.Centres, e.Centres)
	t.Flush()
	if len(e.NextCars)+len(e.NextCentres) > 0 {
		fmt.Fprintln(w, "\nNearly made it")
		t = newTable(w)
		printNearly(t, d.Cars, e.NextCars)
		printNearly(t, d.Centres, e.NextCentres)
		t.Flush()
	}
	fmt.Fprintln(w, "\nWhat binds each borough: mean road time if a car stood there always free; longer as cars stand elsewhere; longer as cars are busy")
	t = newTable(w)
	fmt.Fprintln(t, "borough\tbest site\telsewhere\tbusy\tbinds\tnearest car, to how many of the calls")
	for _, b := range e.ByBorough {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s, %.0f %%\n", b.Name, clock(b.Distance), change(b.Elsewhere), change(b.Busy), b.Binds,
			nameOf(d.Cars, b.First), 100*b.FirstOf)
	}
	t.Flush()
}

func printWorths(w io.Writer, sites []planning.Site, worths []planning.Worth) {
	for _, x := range worths {
		fmt.Fprintf(w, "  %s\t%s\tinstead of %s\n", nameOf(sites, x.Cell), x.Unit.Say(x.Without), x.Unit.Say(planWorth(x)))
	}
}

// planWorth is the value with the car or centre.
func planWorth(x planning.Worth) float64 {
	if x.Unit.Higher() {
		return x.Without + x.Lost
	}
	return x.Without - x.Lost
}

func printNearly(w io.Writer, sites []planning.Site, nearly []planning.NearlyMade) {
	for i := range nearly {
		x := &nearly[i]
		fmt.Fprintf(w, "  %s\tfor %s\t%s worse\n", siteNames([]planning.Site{x.Site})[0], nameOf(sites, x.InsteadOf), costsMore(x.Unit, x.Lost))
	}
}

// costsMore says a small difference: with a decimal where it is in seconds.
func costsMore(u planning.Unit, lost float64) string {
	if u == planning.SecondsACall || u == planning.SecondsWorst {
		return fmt.Sprintf("%.1f s", lost)
	}
	return u.Say(lost)
}

// change is a time with its sign.
func change(seconds float64) string {
	if seconds < 0 {
		return "-" + clock(-seconds)
	}
	return "+" + clock(seconds)
}

// nameOf names the site in a cell.
func nameOf(sites []planning.Site, cell string) string {
	for i := range sites {
		if sites[i].Cell == cell {
			return siteNames(sites[i : i+1])[0]
		}
	}
	return "cell " + cell
}
