package fair

import (
	"context"
	"runtime"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// Settings steer a search. The zero value is good.
type Settings struct {
	Seed     uint64                     // of the random choices; the same problem and seed give the same plan
	Workers  int                        // goroutines at once; 0 is GOMAXPROCS; the plan does not depend on it
	Progress func(value, bound float64) // called from the caller's goroutine when either improves; may be nil
}

// Solve finds a plan for the aim. When ctx ends it returns the best plan so far with status Stopped and a
// bound that holds; the only errors are those of Validate and of the aim.
func Solve(ctx context.Context, p *Problem, aim Aim, s Settings) (*Plan, error) {
	r, err := newRun(p, s, aim)
	if err != nil {
		return nil, err
	}
	return r.pursue(ctx, aim), nil
}

// run is what searches over one problem share: whatever plan was found for one aim is a candidate for the next,
// and whatever bound was proved for some weights of parts may bound the next aim too.
type run struct {
	p      *Problem
	s      Settings
	share  []float64
	layout *layout
	search *searcher
	sketch *run // of a smaller problem; nil where this one is small
	rough  bool // this is a sketch
	// inPassing: each aim is one of many, and gets little
	inPassing bool
	atoms     []atom
	found     []found
}

// atom is a placement problem with weighted parts, solved, and the means of its plan.
type atom struct {
	factor []float64
	means  []float64
	proof  *optimiser.Plan
}

// found is a plan and its parts' means.
type found struct {
	sites []int
	means []float64
}

func newRun(p *Problem, s Settings, aims ...Aim) (*run, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	for i := range aims {
		if err := aims[i].check(len(p.Names)); err != nil {
			return nil, err
		}
	}
	if s.Workers <= 0 {
		s.Workers = runtime.GOMAXPROCS(0)
	}
	return start(p, s), nil
}

func start(p *Problem, s Settings) *run {
	t := newTerrain(p)
	return &run{p: p, s: s, share: p.Shares(), layout: newLayout(t), search: newSearcher(t, s.Seed, s.Workers)}
}

// effort says when a problem with weighted parts is solved well enough: its gap is so small, or so many
// reports of progress have come after the first.
type effort struct {
	gap     float64
	reports int
	tree    bool // go on to a proof tree
}

// weigh solves the placement problem with weighted parts, going on from the solution of a like one, and
// keeps it.
func (r *run) weigh(ctx context.Context, factor []float64, from *optimiser.Plan, e effort) {
	plan := r.solve(ctx, r.p.Reweighted(factor), from, e)
	r.layout.reset(plan.Sites)
	means := r.layout.seconds()
	r.atoms = append(r.atoms, atom{slices.Clone(factor), means, plan})
	r.keep(plan.Sites, means)
}

// solve spends so much on a placement problem.
func (r *run) solve(ctx context.Context, d *optimiser.Problem, from *optimiser.Plan, e effort) *optimiser.Plan {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	seen := 0
	plan, err := optimiser.Solve(ctx, d, optimiser.Settings{
		Seed: r.s.Seed, Workers: r.s.Workers, From: from, Quick: !e.tree,
		Progress: func(value, bound float64) {
			if seen++; seen > e.reports || value-bound <= e.gap*value {
				enough()
			}
		},
	})
	if err != nil {
		panic("fair: a valid problem is refused with other weights: " + err.Error())
	}
	return plan
}

// keep adds a plan to those found, and returns its place there.
func (r *run) keep(sites []int, means []float64) int {
	at := slices.IndexFunc(r.found, func(f found) bool { return slices.Equal(f.sites, sites) })
	if at < 0 {
		at = len(r.found)
		r.found = append(r.found, found{slices.Clone(sites), means})
	}
	return at
}
