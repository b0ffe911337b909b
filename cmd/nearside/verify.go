package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/nearside-ems/nearside/planning"
)

// verifyCommand checks a plan document.
type verifyCommand struct {
	Plan string `arg:"" help:"Plan as written by plan --format json."`
	rulesFlags
	Fresh   bool   `help:"Compute travel times again instead of using kept ones."`
	DataDir string `default:"${data_dir}" help:"Where travel times and the imported network are kept (${default})." placeholder:"DIR"`
}

func (c *verifyCommand) Run() error {
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
	dir := c.DataDir
	if c.Fresh {
		dir = ""
	}
	show := newProgress(os.Stderr)
	if err := planning.Verify(ctx, d, on, dir, show.report); err != nil {
		return fmt.Errorf("%s: %w", c.Plan, err)
	}
	fmt.Printf("%s holds: %s, %s; value %g, bound %g %s: %s\n", c.Plan,
		countOf(len(d.Cars), "car"), countOf(len(d.Centres), "centre"), d.Value, d.Bound, d.Unit, d.GapInWords)
	return nil
}

func readPlan(path string) (*planning.Document, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	d, err := planning.Decode(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}
