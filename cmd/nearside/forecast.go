package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// forecastCommand learns from the stored calls, and says what to expect.
type forecastCommand struct {
	Fit     forecastFitCommand     `cmd:"" help:"Learn a forecast from the calls that were imported, and keep it."`
	Show    forecastShowCommand    `cmd:"" help:"Show how many calls to expect in an area and hours, with intervals."`
	Explain forecastExplainCommand `cmd:"" help:"Say what the forecast is made of, and what drives a place."`
	Export  forecastExportCommand  `cmd:"" help:"Write expected calls per cell or district as CSV or GeoJSON."`
}

// forecastFitCommand learns a forecast.
type forecastFitCommand struct {
	DataDir string `default:"${data_dir}" help:"Where calls and the forecast are kept (${default})." placeholder:"DIR"`
}

func (c *forecastFitCommand) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return c.run(ctx, os.Stdout, time.Now())
}

// run learns from the calls of the hours that have ended: an import says nothing of the rest of its last day.
func (c *forecastFitCommand) run(ctx context.Context, out io.Writer, now time.Time) error {
	city, err := openCity(c.DataDir)
	if err != nil {
		return err
	}
	store, err := calls.Open(c.DataDir, city.City, now)
	if err != nil {
		return err
	}
	h := store.History().Before(calls.HourAt(now))
	if h.Len() == 0 {
		return fmt.Errorf("--data-dir %s keeps no calls to learn from; run nearside import calls first", c.DataDir)
	}
	var s forecast.Settings
	if city.prior != nil {
		s = city.prior.Settings()
	}
	inputs, err := forecast.Inputs(city.City, h.Hash(), s)
	if err != nil {
		return err
	}
	if kept, err := forecast.Open(c.DataDir, city.City); err == nil && kept.About().Hash == inputs {
		printFit(out, city, kept)
		_, _ = fmt.Fprintln(out, "Already learnt from these calls; nothing changed.")
		return nil
	}
	start := time.Now()
	fit, err := forecast.Learn(ctx, city.City, h, s)
	if err != nil {
		return err
	}
	took := time.Since(start)
	if err := fit.Save(c.DataDir); err != nil {
		return err
	}
	printFit(out, city, fit)
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	_, err = fmt.Fprintf(out, "Learnt in %.1f s with %d MiB of memory; kept in %s. A running server takes it up when it is started again.\n", took.Seconds(), m.Sys>>20, keptIn(c.DataDir, forecast.File))
	return err
}

// printFit says what was learnt.
func printFit(w io.Writer, city *cityOfDir, f *forecast.Fit) {
	a := f.About()
	at := func(h calls.Hour) string { return h.Time().In(city.Zone).Format("2006-01-02 15:04") }
	fmt.Fprintf(w, "City: %s\nForecast: %s, inputs SHA-256 %x\n", city, a.Name, a.Hash)
	fmt.Fprintf(w, "Calls: %s, %s to %s, %s\n", rounded(a.Calls), at(a.Span.From), at(a.Span.To), countOf(a.Span.Hours()/24, "day"))
	for _, g := range f.Gaps() {
		fmt.Fprintf(w, "  nothing is known of %s to %s\n", at(g.From), at(g.To))
	}
	printVolume(w, f)
	printComponents(w, f)
	printMix(w, f.Mix())
}

// printVolume says when calls come, and how far from what is expected.
func printVolume(w io.Writer, f *forecast.Fit) {
	v := f.Volume().Explain()
	fmt.Fprintf(w, "Volume: %.1f calls a day now, %.1f in the long run; a day counts half after %s, half the way back takes %s\n",
		v.PerDay, v.LongRunPerDay, daysOf(v.HalfLifeDays), daysOf(v.BackDays))
	if v.PriorPart > 0.0005 {
		fmt.Fprintf(w, "  %.1f %% of the long run is the prior's\n", 100*v.PriorPart)
	}
	fmt.Fprintf(w, "  year: %+.1f %% growth; January to December%s\n", math.Round(1000*v.TrendPerYear)/10+0, factors(v.Months[:]))
	fmt.Fprintf(w, "  week: Monday to Sunday%s; hours smoothed by %.2f h\n", factors(v.Weekdays[:]), v.SigmaHours)
	for _, h := range v.Holidays {
		seen := "presumed"
		if h.Days > 0 {
			seen = "seen on " + countOf(h.Days, "day")
		}
		fmt.Fprintf(w, "  %s: %.2f times an ordinary day, %s\n", h.Name, h.Factor, seen)
	}
	late := f.Dispersion(forecast.TypicalDaysAhead)
	fmt.Fprintf(w, "  beyond chance a day strays from what is expected by %.0f %%, the level by %.0f %% within a week and %.0f %% in %d days\n",
		100*math.Sqrt(v.Day), 100*math.Sqrt(v.Level), 100*math.Sqrt(late.Level), forecast.TypicalDaysAhead)
}

func daysOf(days float64) string {
	if days > 3650 || math.IsInf(days, 1) {
		return "longer than is known"
	}
	return fmt.Sprintf("%.0f days", days)
}

// factors writes what a mean of 1 is multiplied by.
func factors(list []float64) string {
	var b strings.Builder
	for _, x := range list {
		fmt.Fprintf(&b, " %.2f", x)
	}
	return b.String()
}

func printComponents(w io.Writer, f *forecast.Fit) {
	fmt.Fprintln(w, "Where calls come from")
	t := newTable(w)
	fmt.Fprintln(t, "  weight\tcomponent\thalf-life\tcalls\tshrinks like")
	for _, c := range f.Mixture().Components() {
		fmt.Fprintf(t, "  %.1f %%\t%s\t%s\t%s\t%s\n", 100*c.Weight, c.Name, weeks(c.HalfLife), someOf(c.Calls), someOf(c.Kappa))
	}
	_ = t.Flush()
}

func printMix(w io.Writer, m *forecast.Mix) {
	if m == nil || len(m.Kinds) < 2 {
		return
	}
	fmt.Fprintf(w, "Kinds: %d, their shares by district and hour of day", len(m.Kinds))
	if !math.IsInf(m.HalfLife, 1) {
		fmt.Fprintf(w, "; a call counts half after %.0f weeks", m.HalfLife)
	}
	if !math.IsInf(m.ByBoth, 1) {
		fmt.Fprintf(w, "; a district's hour weighs its own calls against %.0f of the rest", m.ByBoth)
	}
	fmt.Fprintln(w)
}

func weeks(w float64) string {
	if w == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f weeks", w)
}

func someOf(calls float64) string {
	if calls == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", calls)
}

func keptIn(dir, file string) string { return strings.TrimRight(dir, "/") + "/" + file }
