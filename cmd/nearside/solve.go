package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/signal"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
	"github.com/nearside-ems/nearside/optimiser/cover"
	"github.com/nearside-ems/nearside/optimiser/instances"
)

// solveCommand solves standard instance files, so that anyone can check the optimiser against published values.
type solveCommand struct {
	Pmedian solvePmedianCommand `cmd:"" help:"Place p facilities so that the sum of demand times distance to the nearest is least."`
	Pcentre solvePcentreCommand `cmd:"" help:"Place p facilities so that the longest distance to the nearest is least."`
	Mclp    solveMclpCommand    `cmd:"" help:"Place p facilities so that most demand lies within a radius."`
	Lscp    solveLscpCommand    `cmd:"" help:"Place as few facilities as cover all points, or a share of demand, within a radius."`
}

// solveFlags are what all kinds of problem share.
type solveFlags struct {
	File      string        `arg:"" help:"OR-Library p-median, TSPLIB (EUC_2D) or city MCLP file; - is standard input." placeholder:"FILE"`
	TimeLimit time.Duration `default:"60s" help:"Longest search; then the best found so far is printed with its gap."`
	JSON      bool          `name:"json" help:"Print JSON."`
	Workers   int           `default:"0" help:"Processors to use; 0 is all. The answer does not depend on it unless time runs out."`
	Seed      uint64        `default:"0" help:"Of the random choices."`
}

// placeFlag is how many facilities to place.
type placeFlag struct {
	P int `name:"p" help:"Facilities to place; default: as the file states." placeholder:"N"`
}

// radiusFlag is within which distance a point is covered.
type radiusFlag struct {
	Radius float64 `required:"" help:"Distance within which a point is covered, in the file's units." placeholder:"R"`
}

type solvePmedianCommand struct {
	solveFlags
	placeFlag
}

type solvePcentreCommand struct {
	solveFlags
	placeFlag
}

type solveMclpCommand struct {
	solveFlags
	placeFlag
	radiusFlag
}

type solveLscpCommand struct {
	solveFlags
	radiusFlag
	Share float64 `default:"1" help:"Share of demand to cover, above 0, at most 1 (every point with demand)." placeholder:"X"`
}

// solution is what is printed of a solved instance, in the units of the literature.
type solution struct {
	Instance string           `json:"instance"`
	Format   instances.Format `json:"format"`
	Points   int              `json:"points"`
	Problem  string           `json:"problem"`
	P        int              `json:"p,omitempty"`
	Radius   *float64         `json:"radius,omitempty"`
	Share    float64          `json:"share,omitempty"`
	Value    float64          `json:"value"`
	Bound    float64          `json:"bound"`
	Gap      float64          `json:"gap"` // |value - bound| / value
	Status   optimiser.Status `json:"status"`
	Nodes    int              `json:"nodes"` // of the proof's tree
	Read     float64          `json:"read_seconds"`
	Solve    float64          `json:"solve_seconds"`
	Verify   float64          `json:"verify_seconds"`
	Verified bool             `json:"verified"`
	Sites    []int            `json:"sites"` // numbered from 1, in the file's order
	ofAll    float64          // total demand, where value is a part of it
}

func (c *solvePmedianCommand) Run() error {
	return c.run("p-median", func(ctx context.Context, in *instances.Instance, s *solution) error {
		if err := c.place(in, s); err != nil {
			return err
		}
		p := &optimiser.Problem{
			Sites: in.Points, Cells: in.Points, Place: s.P,
			Layers: []optimiser.Layer{{Weight: in.Weight, Time: in.Distance, Share: []float64{1}}},
		}
		scale := 1000 / float64(in.Unit)
		return c.optimise(ctx, p, s, func(v float64) float64 { return v * scale })
	})
}

func (c *solveMclpCommand) Run() error {
	return c.run("maximal covering", func(ctx context.Context, in *instances.Instance, s *solution) error {
		reach, err := c.reach(in, s)
		if err != nil {
			return err
		}
		if err := c.place(in, s); err != nil {
			return err
		}
		for _, w := range in.Weight {
			s.ofAll += w
		}
		p := cover.Coverage(&cover.Problem{Sites: in.Points, Cells: in.Points, Time: in.Distance, Weight: in.Weight}, reach, s.P)
		return c.optimise(ctx, p, s, func(v float64) float64 { return s.ofAll - v/1000 })
	})
}

// optimise solves by the general engine; show turns its values into those of the literature.
func (c *solveFlags) optimise(ctx context.Context, p *optimiser.Problem, s *solution, show func(float64) float64) error {
	start := time.Now()
	plan, err := optimiser.Solve(ctx, p, optimiser.Settings{Seed: c.Seed, Workers: c.Workers})
	if err != nil {
		return err
	}
	s.solved(start, plan.Sites, plan.Status, max(1, len(plan.Certificate.Proof)))
	s.Value, s.Bound = show(plan.Certificate.Value), show(plan.Certificate.Bound)
	return s.check(func() error { return optimiser.Verify(p, plan) })
}

func (c *solvePcentreCommand) Run() error {
	return c.run("p-centre", func(ctx context.Context, in *instances.Instance, s *solution) error {
		if err := c.place(in, s); err != nil {
			return err
		}
		start := time.Now()
		p := &cover.Problem{Sites: in.Points, Cells: in.Points, Time: in.Distance, Weight: in.Weight}
		plan, err := cover.Centre(ctx, p, s.P, cover.Settings{Seed: c.Seed})
		if err != nil {
			return err
		}
		s.solved(start, plan.Sites, plan.Status, plan.Proof.Parts())
		s.Value, s.Bound = float64(plan.Worst)/float64(in.Unit), float64(plan.Bound)/float64(in.Unit)
		return s.check(func() error { return cover.VerifyCentre(p, plan) })
	})
}

func (c *solveLscpCommand) Run() error {
	if !(c.Share > 0 && c.Share <= 1) {
		return fmt.Errorf("--share %v: want above 0, at most 1", c.Share)
	}
	return c.run("fewest facilities", func(ctx context.Context, in *instances.Instance, s *solution) error {
		reach, err := c.reach(in, s)
		if err != nil {
			return err
		}
		s.Share = c.Share
		start := time.Now()
		p, set := &cover.Problem{Sites: in.Points, Cells: in.Points, Time: in.Distance, Weight: in.Weight}, cover.Settings{Seed: c.Seed, Workers: c.Workers}
		if c.Share < 1 {
			plan, err := cover.FewestFor(ctx, p, reach, c.Share, set)
			if err != nil {
				return err
			}
			nodes := 1
			if plan.Fewer != nil {
				nodes = max(1, len(plan.Fewer.Certificate.Proof))
			}
			s.solved(start, plan.Sites, plan.Status, nodes)
			s.Value, s.Bound = float64(len(plan.Sites)), float64(plan.Bound)
			return s.check(func() error { return cover.VerifyShare(p, plan) })
		}
		plan, err := cover.Fewest(ctx, p, reach, set)
		if err != nil {
			return err
		}
		s.solved(start, plan.Sites, plan.Status, plan.Proof.Parts())
		s.Value, s.Bound = float64(len(plan.Sites)), float64(plan.Bound)
		return s.check(func() error { return cover.VerifyFewest(p, plan) })
	})
}

// run reads the file, lets answer fill the solution, and prints it.
func (c *solveFlags) run(problem string, answer func(context.Context, *instances.Instance, *solution) error) error {
	switch {
	case c.TimeLimit <= 0:
		return fmt.Errorf("--time-limit %v: want more than 0", c.TimeLimit)
	case c.Workers < 0:
		return fmt.Errorf("--workers %d: want at least 0", c.Workers)
	}
	start := time.Now()
	in, err := c.read()
	if err != nil {
		return err
	}
	s := &solution{Instance: in.Name, Format: in.Format, Points: in.Points, Problem: problem, Read: time.Since(start).Seconds()}
	// The first interrupt ends the search with the best so far; a second one ends the program.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop)
	ctx, cancel := context.WithTimeout(ctx, c.TimeLimit)
	defer cancel()
	if err := answer(ctx, in, s); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	return s.print(os.Stdout, c.JSON)
}

func (c *solveFlags) read() (*instances.Instance, error) {
	if c.File == "-" {
		return instances.Read(os.Stdin, "standard input")
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return instances.Read(f, c.File)
}

func (f *placeFlag) place(in *instances.Instance, s *solution) error {
	if s.P = f.P; s.P == 0 {
		s.P = in.Place
	}
	if s.P < 1 || s.P > in.Points {
		return fmt.Errorf("--p %d: want 1 to %d%s", f.P, in.Points, when(in.Place == 0, "; the file states none"))
	}
	return nil
}

// reach is the radius in the instance's steps.
func (f *radiusFlag) reach(in *instances.Instance, s *solution) (road.Millis, error) {
	steps := f.Radius * float64(in.Unit)
	if !(steps >= 0 && steps <= instances.MaxDistance) || math.Abs(steps-math.Round(steps)) > 1e-6 {
		return 0, fmt.Errorf("--radius %v: want 0 to %v, a multiple of %v for this file", f.Radius, instances.MaxDistance/float64(in.Unit), 1/float64(in.Unit))
	}
	s.Radius = &f.Radius
	return road.Millis(math.Round(steps)), nil
}
