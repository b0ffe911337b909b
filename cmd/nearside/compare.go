package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/export"
	"github.com/nearside-ems/nearside/internal/artefact"
	"github.com/nearside-ems/nearside/planning"
)

// compareCommand sets two plans beside each other.
type compareCommand struct {
	A      string `arg:"" help:"Plan as written by plan --format json."`
	B      string `arg:"" help:"The plan to set beside it."`
	Format string `default:"table" enum:"table,geojson" help:"table, or geojson: boroughs and sites for a map of the difference."`
	Out    string `help:"File to write instead of standard output." placeholder:"FILE"`
}

func (c *compareCommand) Run() error {
	a, errA := readPlan(c.A)
	b, errB := readPlan(c.B)
	if err := errors.Join(errA, errB, checkOut(c.Out)); err != nil {
		return err
	}
	d := planning.Compare(a, b)
	if c.Format == "geojson" {
		city, err := data.Load()
		if err != nil {
			return err
		}
		text, err := export.DifferenceGeoJSON(d, city.Boroughs)
		if err != nil {
			return err
		}
		return writeOut(c.Out, text)
	}
	var text strings.Builder
	c.print(&text, a, b, d)
	return writeOut(c.Out, []byte(text.String()))
}

func (c *compareCommand) print(w io.Writer, a, b *planning.Document, d *planning.Difference) {
	fmt.Fprintf(w, "A is %s: %s and %s, %s.\nB is %s: %s and %s, %s.\n",
		c.A, countOf(len(a.Cars), "car"), countOf(len(a.Centres), "centre"), a.GapInWords,
		c.B, countOf(len(b.Cars), "car"), countOf(len(b.Centres), "centre"), b.GapInWords)
	if len(d.Apart) > 0 {
		fmt.Fprintln(w, "These plans answer different questions; the figures do not compare like with like:")
		for _, line := range d.Apart {
			fmt.Fprintf(w, "  %s\n", line)
		}
	}
	printMoved(w, "Cars", &d.Cars)
	printMoved(w, "Centres", &d.Centres)
	fmt.Fprintln(w, "\nResponse, A and B (modelled; busy cars counted)")
	t := newTable(w)
	fmt.Fprintln(t, "area\tmean A\tB\tchange\t90th pct A\tB\tin 15 min A\tB")
	printChange(t, "London", &d.All)
	areas := slices.Clone(d.ByBorough)
	slices.SortStableFunc(areas, func(x, y planning.AreaDifference) int {
		return int(x.MeanSeconds()*1000) - int(y.MeanSeconds()*1000)
	})
	for i := range areas {
		printChange(t, areas[i].A.Name, &areas[i])
	}
	t.Flush()
}

func printChange(w io.Writer, name string, d *planning.AreaDifference) {
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%.0f %%\t%.0f %%\n", name, clock(d.A.MeanSeconds), clock(d.B.MeanSeconds), signedClock(d.MeanSeconds()),
		clock(d.A.P90Seconds), clock(d.B.P90Seconds), 100*d.A.Within15, 100*d.B.Within15)
}

func printMoved(w io.Writer, title string, d *planning.SitesDifference) {
	if len(d.OnlyA)+len(d.OnlyB)+len(d.Both) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s: %d in both", title, len(d.Both))
	for _, part := range []struct {
		name  string
		sites []planning.Site
	}{{"only in A", d.OnlyA}, {"only in B", d.OnlyB}} {
		if len(part.sites) > 0 {
			fmt.Fprintf(w, "\n  %s: %s", part.name, strings.Join(siteNames(part.sites), "; "))
		}
	}
	fmt.Fprintln(w)
}

func siteNames(sites []planning.Site) []string {
	names := make([]string, len(sites))
	for i, s := range sites {
		names[i] = s.Place
		if s.Place == "" {
			names[i] = fmt.Sprintf("%s %s", s.Borough, s.GridRef)
		}
	}
	return names
}

// writeOut writes to a file, or to standard output where the name is empty.
func writeOut(path string, text []byte) error {
	if path == "" {
		_, err := os.Stdout.Write(text)
		return err
	}
	err := artefact.Replace(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if err != nil {
		return fmt.Errorf("out %s: %w", path, err)
	}
	return nil
}
