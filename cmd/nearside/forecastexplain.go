package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/planning"
)

// forecastExplainCommand says what a forecast is made of.
type forecastExplainCommand struct {
	Place   string `arg:"" optional:"" help:"A district, a cell, or LAT,LON: what drives it." placeholder:"PLACE"`
	Hours   string `default:"0-24" help:"Hours of a typical week, FROM-UNTIL."`
	Days    string `default:"mon-sun" help:"Days of it, such as mon-fri."`
	DataDir string `default:"${data_dir}" help:"Where calls and the forecast are kept (${default})." placeholder:"DIR"`
}

func (c *forecastExplainCommand) Run() error { return c.run(os.Stdout, time.Now()) }

func (c *forecastExplainCommand) run(w io.Writer, now time.Time) error {
	q := forecastQuery{Hours: c.Hours, Days: c.Days, DataDir: c.DataDir}
	if c.Place != "" {
		q.Area = []string{c.Place}
	}
	a, err := q.open(now)
	if err != nil {
		return err
	}
	if fit := a.expected.fit; fit != nil {
		printFit(w, a.city, fit)
	} else {
		fmt.Fprintf(w, "City: %s\nForecast: %s\n", a.city, a.baseline.About().Name)
	}
	for _, n := range a.notes() {
		fmt.Fprintf(w, "  %s\n", n)
	}
	if c.Place == "" {
		return nil
	}
	return c.printPlace(w, a)
}

// printPlace says how many calls come from a place and what they follow from.
func (c *forecastExplainCommand) printPlace(w io.Writer, a *asked) error {
	here, err := forecast.Ask(a.baseline, a.query)
	if err != nil {
		return err
	}
	all, err := forecast.Ask(a.baseline, forecast.Query{Typical: a.query.Typical})
	if err != nil {
		return err
	}
	hours := float64(a.count(here))
	land, city := 0.0, 0.0
	for _, cell := range here.Cell {
		land += a.city.Land[cell]
	}
	for _, m2 := range a.city.Land {
		city += m2
	}
	fmt.Fprintf(w, "\n%s (%s), %s\n", c.Place, countOf(len(here.Cell), "cell"), planning.HoursInWords(a.query.Typical))
	fmt.Fprintf(w, "  %s calls an hour, %.2f %% of the city's; %.1f times the city's mean for its land\n",
		calls3(here.Total.Mean/hours), 100*here.Total.Mean/all.Total.Mean, here.Total.Mean/all.Total.Mean/(land/city))
	if a.expected.fit == nil {
		fmt.Fprintln(w, "  By the prior: the borough's share of all ambulance incidents, people and mental-health need, and a part spread over land.")
		return nil
	}
	t := newTable(w)
	fmt.Fprintln(t, "  share\tcalls an hour\tcomponent")
	for _, d := range a.expected.fit.Drivers(here.Cell, a.query.Typical) {
		fmt.Fprintf(t, "  %.1f %%\t%s\t%s\n", 100*d.Share, calls3(d.Calls/hours), d.Component.Name)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	return printPlaceKinds(w, a)
}

// printPlaceKinds says how the place's calls divide into kinds.
func printPlaceKinds(w io.Writer, a *asked) error {
	mix, err := a.mix()
	if err != nil || len(mix) < 2 {
		return err
	}
	total := 0.0
	for _, p := range mix {
		total += p.Calls
	}
	t := newTable(w)
	fmt.Fprintln(t, "  share\tcategory\tchannel")
	for _, p := range mix {
		fmt.Fprintf(t, "  %.1f %%\t%s\t%s\n", 100*p.Calls/total, p.Kind.Category, p.Kind.Channel)
	}
	return t.Flush()
}
