package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/suitability"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// callsCommand shows and manages the calls that were imported. It shows counts by the rules of disclosure
// only, so that what it prints and writes can be passed on.
type callsCommand struct {
	List     callsListCommand     `cmd:"" help:"Show which calls are kept: their span, gaps, kinds, imports; counts are rounded."`
	Keep     callsKeepCommand     `cmd:"" help:"Set how long calls are kept, and let go of older ones now."`
	Export   callsExportCommand   `cmd:"" help:"Write counts that may be published: small ones left out, others rounded."`
	Suitable callsSuitableCommand `cmd:"" help:"Show which share of the calls suits a joint-response car, by rules; and what other rules would change."`
}

type keptFlags struct {
	DataDir string `default:"${data_dir}" help:"Where calls are kept (${default})." placeholder:"DIR"`
}

func (f *keptFlags) open(now time.Time) (*calls.Store, error) {
	s, err := calls.OpenStored(f.DataDir, now)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("--data-dir %s: no calls are kept there; bring them in with nearside import calls FILE", f.DataDir)
	}
	return s, err
}

type thresholdFlag struct {
	Threshold int `default:"${threshold}" help:"Counts below this are left out, whether there were a few calls or none (${default}; ${least_threshold} at least). Others are rounded to the nearest 5."`
}

// Validate is called by kong after parsing.
func (f *thresholdFlag) Validate() error {
	if f.Threshold < calls.LeastThreshold {
		return fmt.Errorf("--threshold %d: want %d at least", f.Threshold, calls.LeastThreshold)
	}
	return nil
}

type callsListCommand struct{ keptFlags }

func (c *callsListCommand) Run() error { return c.run(os.Stdout, time.Now()) }

func (c *callsListCommand) run(out io.Writer, now time.Time) error {
	store, err := c.open(now)
	if err != nil {
		return err
	}
	return printStore(out, store)
}

type callsKeepCommand struct {
	Retention string `arg:"" help:"Such as 3y (years), 26w (weeks) or forever." placeholder:"TIME"`
	keptFlags
}

// Validate is called by kong after parsing.
func (c *callsKeepCommand) Validate() error {
	_, err := calls.ParseRetention(c.Retention)
	return err
}

func (c *callsKeepCommand) Run() error { return c.run(os.Stdout, time.Now()) }

func (c *callsKeepCommand) run(out io.Writer, now time.Time) error {
	r, err := calls.ParseRetention(c.Retention)
	if err != nil {
		return err
	}
	store, err := c.open(now)
	if err != nil {
		return err
	}
	gone, err := store.Keep(r, now)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Calls are kept %s. Let go now: %s. A forecast learnt before still knows of them: learn it again.\n", keptFor(r), countOf(gone, "call"))
	return err
}

type callsExportCommand struct {
	By  string `required:"" help:"What to count by, parted by commas: district, one of hour-of-week, month and day, category, channel." placeholder:"NAMES"`
	Out string `required:"" help:"CSV file to write." placeholder:"FILE"`
	thresholdFlag
	keptFlags
}

// Validate is called by kong after parsing.
func (c *callsExportCommand) Validate() error {
	if _, err := calls.ParseBy(c.By); err != nil {
		return fmt.Errorf("--by: %w", err)
	}
	return c.thresholdFlag.Validate()
}

func (c *callsExportCommand) Run() error { return c.run(os.Stdout, time.Now()) }

func (c *callsExportCommand) run(out io.Writer, now time.Time) error {
	by, err := calls.ParseBy(c.By)
	if err != nil {
		return err
	}
	if err := checkOut(c.Out); err != nil {
		return err
	}
	store, err := c.open(now)
	if err != nil {
		return err
	}
	ground := store.Ground()
	rows, err := calls.Publish(store.History(), &ground, by, c.Threshold)
	if err != nil {
		return err
	}
	if err := artefact.Replace(c.Out, func(w io.Writer) error { return calls.WriteCounts(w, by, rows) }); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: %s. Counts below %d are left out, whether there were a few calls or none; others are rounded to the nearest %d. Totals are those of the rows.\n",
		c.Out, countOf(len(rows), "row"), c.Threshold, calls.RoundTo)
	return err
}

type callsSuitableCommand struct {
	rulesFlags
	thresholdFlag
	keptFlags
}

func (c *callsSuitableCommand) Run() error { return c.run(os.Stdout, time.Now()) }

func (c *callsSuitableCommand) run(out io.Writer, now time.Time) error {
	store, err := c.keptFlags.open(now)
	if err != nil {
		return err
	}
	london, err := data.Load()
	if err != nil {
		return err
	}
	rules, err := c.rulesFlags.open(london)
	if err != nil {
		return err
	}
	ground := store.Ground()
	rows, err := calls.Publish(store.History(), &ground, calls.By{Category: true, Channel: true}, c.Threshold)
	if err != nil {
		return err
	}
	var mix []suitability.Part
	for _, r := range rows {
		mix = append(mix, suitability.Part{Kind: calls.Kind{Category: r.Category, Channel: r.Channel}, Calls: float64(r.Calls)})
	}
	if len(mix) == 0 {
		return fmt.Errorf("no kind has %d calls: too few to say which share suits", c.Threshold)
	}
	printSuitable(out, suitability.Compare(london.Suitability, rules, mix, c.basis()), london.Suitability.Name, rules, c.basis())
	return nil
}
