package fair

import (
	"context"
	"math"
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
	atoms  []atom
	found  []found
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

// The search for weights ends after as many rounds, or when so many in a row gained too little.
const (
	mostRounds = 60
	idleRounds = 6
	tooLittle  = 1e-5 // of the value
)

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
	t := newTerrain(p)
	return &run{p: p, s: s, share: p.Shares(), layout: newLayout(t), search: newSearcher(t, s.Seed, s.Workers)}, nil
}

// chase is the search for one aim.
type chase struct {
	*run
	m      measure
	best   int // of found
	rank   []float64
	bound  float64
	by     int // the atom that proves it
	prices prices
	ends   [][]int // plans from which a search started or at which it ended
}

// pursue finds a plan for an aim.
func (r *run) pursue(ctx context.Context, aim Aim) *Plan {
	c := &chase{run: r, m: measure{aim, r.share}, best: -1, bound: math.Inf(-1)}
	c.prices = prices{measure: &c.m, most: 1}
	if len(r.atoms) == 0 {
		r.weigh(ctx, r.share, firstGap)
	}
	for i := range r.atoms {
		c.judge(i)
	}
	for i := range r.found {
		c.offer(i)
	}
	c.polish(ctx, c.best)
	c.prices.blur = c.prices.spread(r.found[c.best].means) / 4
	for round, idle := 0, 0; round < mostRounds && idle < idleRounds && !c.met() && ctx.Err() == nil; round++ {
		before, plan := c.bound, c.best
		c.round(ctx)
		if c.bound > before+tooLittle*math.Abs(c.value()) || c.best != plan {
			idle = 0
			continue
		}
		idle++
		c.prices.blur /= 2
		c.prices.most *= 2
	}
	return c.plan(ctx)
}

// The gap to which the placement problem with the weights of the whole is solved first, and the part of
// an aim's own gap to which those after it are: nearer would prove little more.
const (
	firstGap   = 2e-3
	ofTheGap   = 0.1
	likeItself = 1e-9
)

// weigh solves the placement problem with weighted parts until its gap is so small, and keeps it.
func (r *run) weigh(ctx context.Context, factor []float64, gap float64) {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	plan, err := optimiser.Solve(ctx, r.p.Reweighted(factor), optimiser.Settings{
		Seed: r.s.Seed, Workers: r.s.Workers,
		Progress: func(value, bound float64) {
			if value-bound <= gap*value {
				enough()
			}
		},
	})
	if err != nil {
		panic("fair: a valid problem with other weights is refused: " + err.Error())
	}
	r.layout.reset(plan.Sites)
	means := r.layout.seconds()
	r.atoms = append(r.atoms, atom{slices.Clone(factor), means, plan})
	r.keep(plan.Sites, means)
}

// keep adds a plan to those found, and returns its place there.
func (r *run) keep(sites []int, means []float64) int {
	at := slices.IndexFunc(r.found, func(f found) bool { return slices.Equal(f.sites, sites) })
	if at < 0 {
		at = len(r.found)
		r.found = append(r.found, found{sites, means})
	}
	return at
}

// round solves the placement problem at new weights, and searches from its plan.
func (c *chase) round(ctx context.Context) {
	means := make([][]float64, len(c.atoms))
	for i := range c.atoms {
		means[i] = c.atoms[i].means
	}
	gap := firstGap
	if v := c.value(); v > 0 {
		gap = min(gap, ofTheGap*(v-c.bound)/v)
	}
	c.weigh(ctx, c.prices.at(means), gap)
	last := len(c.atoms) - 1
	c.judge(last)
	c.polish(ctx, c.keep(c.atoms[last].proof.Sites, c.atoms[last].means))
}

// judge takes an atom's bound if it is the best so far.
func (c *chase) judge(i int) {
	if b := c.m.bound(c.atoms[i].factor, c.atoms[i].proof.Certificate.Bound); b > c.bound {
		c.bound, c.by = b, i
		c.report()
	}
}

// offer takes a plan if it is the best so far.
func (c *chase) offer(i int) {
	rank := c.m.rank(nil, c.found[i].means)
	if c.best < 0 || less(rank, c.rank, 0) {
		c.best, c.rank = i, rank
		c.report()
	}
}

// polish searches from a plan, unless that was done.
func (c *chase) polish(ctx context.Context, i int) {
	known := func(sites []int) bool {
		return slices.ContainsFunc(c.ends, func(e []int) bool { return slices.Equal(e, sites) })
	}
	c.offer(i)
	if known(c.found[i].sites) {
		return
	}
	c.layout.reset(c.found[i].sites)
	c.search.improve(ctx, c.layout, &c.m)
	end := c.layout.sites()
	c.ends = append(c.ends, c.found[i].sites, end)
	c.offer(c.keep(end, c.layout.seconds()))
}

func (c *chase) value() float64 { return c.m.value(c.found[c.best].means) }

// within reports whether the best plan is one that the aim allows.
func (c *chase) within() bool { return c.m.Kind != Capped || c.m.over(c.found[c.best].means) == 0 }

// met reports whether the bound meets the value, or, for Equal with Good, whether nothing better is asked.
func (c *chase) met() bool {
	v := c.value()
	return c.within() && c.bound >= v-likeItself*math.Abs(v)
}

func (c *chase) report() {
	if c.s.Progress != nil && c.best >= 0 {
		c.s.Progress(c.value(), min(c.bound, c.value()))
	}
}

func (c *chase) plan(ctx context.Context) *Plan {
	f, a := c.found[c.best], c.atoms[c.by]
	plan := &Plan{
		Sites: slices.Clone(f.sites), Means: slices.Clone(f.means), Mean: c.m.mean(f.means), Within: c.within(),
		Status:      optimiser.Converged,
		Certificate: Certificate{Value: c.value(), Bound: c.bound, Factor: a.factor, Proof: a.proof},
	}
	switch {
	case c.met():
		plan.Status = optimiser.Optimal
		plan.Certificate.Bound = min(c.bound, c.value()) // rounding may put a met bound above
	case ctx.Err() != nil:
		plan.Status = optimiser.Stopped
	}
	return plan
}
