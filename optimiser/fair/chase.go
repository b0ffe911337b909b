package fair

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/optimiser"
)

// chase is the search for one aim.
type chase struct {
	*run
	m      measure
	best   int // of found
	rank   []float64
	bound  float64
	by     int // the atom that proves it
	prices prices
	stride float64 // share of the way from the best factors to those proposed
	spend  thrift
	ends   [][]int // plans from which a search started or at which it ended
}

// thrift limits the search for factors: how many rounds, how many in a row may gain too little, and what
// is spent on the first problem, on each round's, and how near it is solved as a part of the aim's gap.
// Nearer would prove little about factors that are not yet good.
type thrift struct {
	rounds, idle int
	kicks        int // searches from the best plan with some sites exchanged at random
	first, next  effort
}

var (
	onTheWhole = thrift{60, 8, 20, effort{1e-3, 20, false}, effort{1e-3, 3, false}}
	oneOfMany  = thrift{8, 4, 0, effort{1e-3, 20, false}, effort{1e-3, 3, false}}
	onASketch  = thrift{25, 8, 8, effort{5e-3, 4, false}, effort{5e-3, 1, false}}
	toTheEnd   = effort{0, math.MaxInt, true}
)

const (
	tooLittle = 1e-5 // of the value
	ofTheGap  = 0.3
)

// pursue finds a plan for an aim.
func (r *run) pursue(ctx context.Context, aim Aim) *Plan {
	c := r.chase(ctx, aim)
	for round, idle := 0, 0; round < c.spend.rounds && idle < c.spend.idle && c.goesOn(ctx); round++ {
		before, plan := c.bound, c.best
		if !c.round(ctx) {
			break
		}
		gained := c.bound > before+tooLittle*math.Abs(c.value())
		c.adapt(gained)
		if idle++; gained || c.best != plan {
			idle = 0
		}
	}
	if r.rough {
		c.polish(ctx, c.best)
	}
	for kick := 0; kick < c.spend.kicks && c.goesOn(ctx); kick++ {
		c.kick(ctx)
	}
	if !r.rough && !r.inPassing && c.goesOn(ctx) && c.atoms[c.by].proof.Status != optimiser.Optimal {
		c.weighOn(ctx, c.atoms[c.by].factor, toTheEnd)
	}
	return c.plan(ctx)
}

// How the stride changes, and by how much the blur shrinks from round to round.
const (
	firstStride = 0.3
	longer      = 1.5
	shortest    = 0.02
	sharper     = 0.8
)

// adapt goes farther after a gain and less far after a miss.
func (c *chase) adapt(gained bool) {
	c.prices.blur *= sharper
	if gained {
		c.stride = min(1, c.stride*longer)
		return
	}
	c.stride = max(shortest, c.stride/2)
}

// chase begins with what the run knows, on a large problem also with what a sketch says, and a search from
// the best of it.
func (r *run) chase(ctx context.Context, aim Aim) *chase {
	first := r.share
	if r.p.Demand.Cells >= 2*coarse && (aim.Kind != Balanced || aim.Power > 1) { // of the mean the factors are known
		first = r.rehearse(ctx, aim)
	}
	switch n := len(r.atoms); {
	case n == 0:
		r.weigh(ctx, first, nil, r.thrift().first)
	case !r.rough && !slices.Equal(first, r.share) && ctx.Err() == nil:
		r.weigh(ctx, first, r.atoms[n-1].proof, r.thrift().first)
	}
	c := r.look(aim)
	if !c.rough {
		c.polish(ctx, c.best)
	}
	c.prices.blur = c.prices.spread(r.found[c.best].means) / 4
	return c
}

// rehearse pursues the aim on the sketch, in a third of the time, and returns its factors. Its plan joins those found.
func (r *run) rehearse(ctx context.Context, aim Aim) []float64 {
	if r.sketch == nil {
		r.sketch = start(r.p.sketch(r.s.Seed), Settings{Seed: r.s.Seed, Workers: r.s.Workers})
		r.sketch.rough = true
	}
	if end, ok := ctx.Deadline(); ok {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, time.Until(end)/3)
		defer stop()
	}
	rough := r.sketch.pursue(ctx, aim)
	r.layout.reset(rough.Sites)
	r.keep(rough.Sites, r.layout.seconds())
	return rough.Certificate.Factor
}

// look takes the best that the run knows.
func (r *run) look(aim Aim) *chase {
	c := &chase{run: r, m: measure{aim, r.share}, best: -1, bound: math.Inf(-1), stride: firstStride, spend: r.thrift()}
	c.prices = prices{measure: &c.m, most: 1}
	for i := range r.atoms {
		c.judge(i)
	}
	for i := range r.found {
		c.offer(i)
	}
	return c
}

func (r *run) thrift() thrift {
	switch {
	case r.rough:
		return onASketch
	case r.inPassing:
		return oneOfMany
	}
	return onTheWhole
}

func (c *chase) goesOn(ctx context.Context) bool { return ctx.Err() == nil && !c.met() }

// round solves the placement problem at new factors, and searches from its plan. It reports whether there
// were any: some aims have one best set of factors whatever the plans.
func (c *chase) round(ctx context.Context) bool {
	means := make([][]float64, len(c.atoms))
	for i := range c.atoms {
		means[i] = c.atoms[i].means
	}
	factor := c.inward(c.prices.at(means))
	if slices.ContainsFunc(c.atoms, func(a atom) bool { return slices.Equal(a.factor, factor) }) {
		return false
	}
	next := c.spend.next
	if v := c.value(); v > 0 {
		next.gap = min(next.gap, ofTheGap*(v-c.bound)/v)
	}
	c.weighOn(ctx, factor, next)
	return true
}

// weighOn solves the problem with weighted parts, takes its bound and searches from its plan.
func (c *chase) weighOn(ctx context.Context, factor []float64, e effort) {
	c.weigh(ctx, factor, c.atoms[c.by].proof, e)
	last := len(c.atoms) - 1
	c.judge(last)
	at := c.keep(c.atoms[last].proof.Sites, c.atoms[last].means)
	if c.offer(at); !c.rough {
		c.polish(ctx, at)
	}
}

// inward returns factors between the best so far and those proposed: the proposal rests on few plans at
// first and lies far outside (Wentges 1997).
func (c *chase) inward(factor []float64) []float64 {
	best := c.atoms[c.by].factor
	for b := range factor {
		factor[b] = best[b] + c.stride*(factor[b]-best[b])
	}
	return factor
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
	c.offer(i)
	from := c.found[i].sites
	if slices.ContainsFunc(c.ends, func(e []int) bool { return slices.Equal(e, from) }) {
		return
	}
	c.layout.reset(from)
	c.search.improve(ctx, c.layout, &c.m)
	end := c.layout.sites()
	c.ends = append(c.ends, from, end)
	c.offer(c.keep(end, c.layout.seconds()))
}

// kick exchanges an eighth of the best plan's sites, two at least, for others at random, and searches from there
// (iterated local search; Lourenço, Martin and Stützle 2003).
func (c *chase) kick(ctx context.Context) {
	c.layout.reset(c.found[c.best].sites)
	n, rng, order := len(c.layout.open), c.search.rng, c.search.order
	for range max(2, n/8) {
		if n == 0 {
			return
		}
		pos, site := rng.IntN(n), order[rng.IntN(len(order))]
		if c.layout.at[site] == 0 && c.layout.allowed(pos, site) {
			c.layout.swap(pos, site)
		}
	}
	c.polish(ctx, c.keep(c.layout.sites(), c.layout.seconds()))
}

func (c *chase) value() float64 { return c.m.value(c.found[c.best].means) }

// within reports whether the best plan is one that the aim allows.
func (c *chase) within() bool { return c.m.Kind != Capped || c.m.over(c.found[c.best].means) == 0 }

// met reports whether the bound meets the value, or nothing better is asked for.
func (c *chase) met() bool {
	v := c.value()
	if c.m.Good != nil && v <= *c.m.Good {
		return true
	}
	return c.within() && c.bound >= v-1e-9*math.Abs(v)
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
		Certificate: Certificate{Value: c.value(), Bound: c.bound, Factor: a.factor, Proof: beside(f.sites, f.means, a.factor, a.proof.Certificate)},
	}
	switch {
	case c.met() && c.bound >= plan.Certificate.Value-1e-9*math.Abs(plan.Certificate.Value):
		plan.Status = optimiser.Optimal
		plan.Certificate.Bound = min(c.bound, c.value()) // rounding may put a met bound above
	case ctx.Err() != nil:
		plan.Status = optimiser.Stopped
	}
	return plan
}
