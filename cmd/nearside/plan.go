package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/export"
	"github.com/nearside-ems/nearside/planning"
)

// planCommand places cars and centres.
type planCommand struct {
	scenarioFlags
	rulesFlags
	Format  string `default:"table" enum:"table,json,geojson,csv,csv-boroughs,gpkg,frontier" help:"table, json (which verify checks), geojson, csv (sites), csv-boroughs, gpkg (GeoPackage) or frontier (SVG)."`
	Out     string `help:"File to write instead of standard output." placeholder:"FILE"`
	DataDir string `default:"${data_dir}" help:"Where travel times and the imported network are kept (${default})." placeholder:"DIR"`
}

func (c *planCommand) Run() error {
	s, err := c.read()
	if err != nil {
		return err
	}
	if err := errors.Join(checkOut(c.Out), writable(c.DataDir)); err != nil {
		return err
	}
	// The first interrupt ends the search with the best plan so far; a second one ends the program.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop)
	on, err := openBasis(ctx, c.DataDir, &c.rulesFlags)
	if err != nil {
		return err
	}
	show := newProgress(os.Stderr)
	d, err := planning.Solve(ctx, on, s, c.DataDir, show.report)
	show.end()
	if err != nil {
		return err
	}
	return c.write(ctx, d, on.City)
}

func (c *planCommand) write(ctx context.Context, d *planning.Document, city *data.London) error {
	var text []byte
	var err error
	switch c.Format {
	case "json":
		text, err = d.Encode()
	case "geojson":
		text, err = export.GeoJSON(d)
	case "csv":
		text, err = export.SitesCSV(d)
	case "csv-boroughs":
		text, err = export.BoroughsCSV(d)
	case "frontier":
		text, err = export.FrontierSVG(d)
	case "gpkg":
		text, err = export.GeoPackage(ctx, d, city.Boroughs, time.Now())
	default:
		var b strings.Builder
		printPlan(&b, d)
		text = []byte(b.String())
	}
	if err != nil {
		return err
	}
	if err := writeOut(c.Out, text); err != nil || c.Out == "" {
		return err
	}
	_, err = fmt.Fprintf(os.Stderr, "%s: %s, %s\n", c.Out, countOf(len(d.Cars), "car"), d.GapInWords)
	return err
}

func countOf(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// progressLines shows stages as plain lines, one each, so that a log stays readable; a bar would hide
// the gap, which is what a planner waits for.
type progressLines struct {
	w     io.Writer
	stage string
	last  planning.Progress
	at    time.Time
}

func newProgress(w io.Writer) *progressLines { return &progressLines{w: w} }

// every is how often a stage that goes on says so.
const every = 5 * time.Second

func (l *progressLines) report(p planning.Progress) {
	if p.Warning != "" {
		fmt.Fprintln(l.w, "warning:", p.Warning)
		return
	}
	if p.Stage != l.stage {
		l.stage, l.at = p.Stage, time.Now()
		fmt.Fprintf(l.w, "%3.0f %% %s\n", 100*p.Fraction, p.Stage)
	} else if time.Since(l.at) >= every {
		l.at = time.Now()
		fmt.Fprintf(l.w, "%3.0f %% %s%s\n", 100*p.Fraction, p.Stage, inSearch(p))
	}
	l.last = p
}

func (l *progressLines) end() {
	if l.stage != "" {
		fmt.Fprintf(l.w, "%3.0f %% done\n", 100*l.last.Fraction)
	}
}

func inSearch(p planning.Progress) string {
	if p.Value <= 0 {
		return ""
	}
	return fmt.Sprintf(": %s %s, at most %.1f %% from the best", p.Unit.Say(p.Value), p.Unit, 100*p.Gap)
}
