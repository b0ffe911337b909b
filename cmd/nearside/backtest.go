package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/backtest"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/internal/artefact"
	"github.com/nearside-ems/nearside/planning"
)

// backtestCommand proves the forecast on the calls that were imported.
type backtestCommand struct {
	Origins    int      `help:"How many weeks at the end of the calls are forecast, each from the calls before it. Default: half of the weeks, at most 26." placeholder:"N"`
	Since      string   `help:"Leave out calls before this day." placeholder:"YYYY-MM-DD"`
	Category   []string `help:"Only calls of this category; may be repeated." sep:"none" placeholder:"NAME"`
	Channel    []string `help:"Only calls that came by this channel; may be repeated." sep:"none" placeholder:"NAME"`
	Resolution int      `help:"H3 resolution of London's cells, 8 or 9; 9 takes ten times as long. Another city keeps the cells that it has. Default: 8." placeholder:"N"`
	Block      string   `default:"auto" enum:"auto,week,day" help:"What the bootstrap draws together: week, day, or auto: weeks where there are 15 or more."`
	JSON       string   `name:"json" help:"Write the report as JSON (docs/format/backtest.md)." placeholder:"FILE"`
	SVG        string   `name:"svg" help:"Draw the report." placeholder:"FILE"`
	DataDir    string   `default:"${data_dir}" help:"Where calls are kept (${default})." placeholder:"DIR"`
}

func (c *backtestCommand) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	b := newBars(os.Stderr)
	defer b.close()
	return c.run(ctx, os.Stdout, b, time.Now())
}

func (c *backtestCommand) run(ctx context.Context, out io.Writer, b *bars, now time.Time) error {
	if err := errors.Join(checkOut(c.JSON), checkOut(c.SVG)); err != nil {
		return err
	}
	t, err := c.open(now)
	if err != nil {
		return err
	}
	s := backtest.Settings{Origins: c.Origins}
	if c.Block != "auto" {
		s.Block = backtest.Block(c.Block)
	}
	bar := b.count("forecasts")
	report, err := backtest.Run(ctx, t.city, t.calls, backtest.All(t.city, t.settings), s, func(done, total int) { bar(int64(done), int64(total)) })
	b.end()
	if err != nil {
		return err
	}
	if err := report.WriteText(out); err != nil {
		return err
	}
	return errors.Join(
		c.write("json", c.JSON, func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(report)
		}),
		c.write("svg", c.SVG, report.WriteSVG))
}

func (c *backtestCommand) write(flag, path string, write func(io.Writer) error) error {
	if path == "" {
		return nil
	}
	if err := artefact.Replace(path, write); err != nil {
		return fmt.Errorf("--%s %s: %w", flag, path, err)
	}
	return nil
}

// tested is what a backtest is made of.
type tested struct {
	city     *demand.City
	calls    *calls.History
	settings forecast.Settings
}

// open returns the city of the data directory and its calls, or those asked for.
func (c *backtestCommand) open(now time.Time) (*tested, error) {
	city, err := openCity(c.DataDir)
	if err != nil {
		return nil, err
	}
	store, err := calls.Open(c.DataDir, city.City, now)
	if err != nil {
		return nil, err
	}
	t := &tested{city: city.City, calls: store.History()}
	if t.calls.Len() == 0 {
		return nil, fmt.Errorf("--data-dir %s keeps no calls; import some first: nearside import calls FILE", c.DataDir)
	}
	if city.outline == nil {
		err = t.london(c.Resolution)
	} else if c.Resolution != 0 {
		err = fmt.Errorf("--resolution %d: the cells of %s were chosen when its calls were imported; leave it out", c.Resolution, city.Name)
	}
	if err != nil {
		return nil, err
	}
	return t, t.keep(c)
}

// london regroups London's calls, which are kept at resolution 9.
func (t *tested) london(res int) error {
	london, err := data.Load()
	if err != nil {
		return err
	}
	prior, err := planning.Prior(london)
	if err != nil {
		return err
	}
	t.settings = prior.Settings()
	if res == data.FineRes {
		return nil
	}
	if res == 0 {
		res = data.CoarseRes
	}
	if t.city, err = london.City(res); err != nil {
		return fmt.Errorf("--resolution: %w", err)
	}
	parents := grid.Parents(london.Grid, london.Coarse)
	to := make([]int32, len(parents))
	for i, p := range parents {
		to[i] = int32(p)
	}
	t.calls, err = t.calls.Regroup(to, t.city.Len())
	return err
}

// keep leaves out the calls that are not asked for.
func (t *tested) keep(c *backtestCommand) error {
	if c.Since != "" {
		day, err := time.ParseInLocation(time.DateOnly, c.Since, t.city.Zone)
		if err != nil {
			return fmt.Errorf("--since %s: want a day such as 2024-01-31", c.Since)
		}
		t.calls = t.calls.Between(calls.Span{From: calls.HourAt(day), To: t.calls.Span.To})
	}
	known := map[string]bool{}
	for _, k := range t.calls.Kinds {
		known["category "+k.Category], known["channel "+k.Channel] = true, true
	}
	for what, asked := range map[string][]string{"category": c.Category, "channel": c.Channel} {
		for _, name := range asked {
			if !known[what+" "+name] {
				return fmt.Errorf("--%s %s: no call is of it; want one of the calls' own: %s", what, name, kindsOf(t.calls))
			}
		}
	}
	t.calls = ofKinds(t.calls, func(k calls.Kind) bool {
		return (len(c.Category) == 0 || slices.Contains(c.Category, k.Category)) && (len(c.Channel) == 0 || slices.Contains(c.Channel, k.Channel))
	})
	return nil
}

// kindsOf names the kinds of a history.
func kindsOf(h *calls.History) string {
	var all []string
	for _, k := range h.Kinds {
		all = append(all, fmt.Sprintf("%q by %q", k.Category, k.Channel))
	}
	return fmt.Sprint(all)
}

// ofKinds returns the calls of some kinds.
func ofKinds(h *calls.History, keep func(calls.Kind) bool) *calls.History {
	wanted := make([]bool, len(h.Kinds))
	for i, k := range h.Kinds {
		wanted[i] = keep(k)
	}
	if !slices.Contains(wanted, false) {
		return h
	}
	part := *h
	part.Hour, part.Cell, part.Kind = nil, nil, nil
	for i, k := range h.Kind {
		if wanted[k] {
			part.Hour, part.Cell, part.Kind = append(part.Hour, h.Hour[i]), append(part.Cell, h.Cell[i]), append(part.Kind, k)
		}
	}
	return &part
}
