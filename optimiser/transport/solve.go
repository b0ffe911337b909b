package transport

import (
	"context"
	"runtime"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// Solve places the centres. When ctx ends it returns the best plan so far with Status Stopped and a
// bound that holds; the only errors are those of Validate.
func Solve(ctx context.Context, p *Problem, s optimiser.Settings) (*Plan, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if s.Workers <= 0 {
		s.Workers = runtime.GOMAXPROCS(0)
	}
	hash := make(chan [32]byte, 1)
	go func() { hash <- p.Hash() }()
	r := newRun(ctx, p, s)
	status := r.solve()
	r.report(r.tree.bound)
	return r.plan(status, <-hash), nil
}

// run is one call of Solve.
type run struct {
	p      *Problem
	s      optimiser.Settings
	ctx    context.Context
	in     *instance
	search *searcher
	layout *layout
	best   *offer
	value  float64 // of best, weighted milliseconds
	tree   *tree
}

func newRun(ctx context.Context, p *Problem, s optimiser.Settings) *run {
	return &run{p: p, s: s, ctx: ctx}
}

// on makes the run one on an instance.
func (r *run) on(in *instance) {
	r.in, r.best = in, nil
	r.search, r.layout = newSearcher(r.ctx, in, r.s.Seed, r.s.Workers), newLayout(in, r.s.Workers)
}

func (r *run) ended() bool { return r.ctx.Err() != nil }

// A problem of more times than large is first solved on a sketch with a quarter of its clients, that one
// perhaps on a sketch again: there the many steps are cheap, and each refinement starts from a good plan and multipliers.
const (
	large     = 1 << 18
	starts    = 2   // greedy starts on the coarsest sketch
	kicks     = 12  // further searches there at most, each from the best plan with two centres moved
	kickWork  = 150 // kicks times centres: with more centres each takes longer
	rises     = 6   // rounds of the ascent there, each with a search from its own choice
	firstRise = 50  // steps of each of those rounds
	nextRise  = 25  // steps of the ascent on each finer sketch
)

func (r *run) solve() optimiser.Status {
	in := newInstance(r.p)
	var a *ascent
	listed := in.plans() <= float64(in.worth(rootSteps))
	if listed {
		r.on(in)
		r.search.greedy(r.layout)
		r.offer(r.layout.offer())
		a = newAscent(newDual(in, r.s.Workers, r.ended), r.value)
	} else {
		a = r.start(in)
	}
	a.floor()
	r.report(a.high)
	r.tree = newTree(r, a)
	if listed {
		r.tree.thin(r.tree.keep())
	} else {
		r.tree.node(true)
	}
	switch {
	case r.met():
		return optimiser.Optimal
	case r.ended():
		return optimiser.Stopped
	}
	return optimiser.Converged
}

// Steps of the ascent that the root takes at least, and a node below.
const (
	rootSteps = 50
	nodeSteps = 20
)

// worth is the number of plans that are tried in the time of so many steps of the ascent: a step looks at every
// client's time from every column, a trial five times at that from each open one.
func (in *instance) worth(steps int) int { return steps * len(in.site) / (5 * in.place) }

// plans returns how many plans there are.
func (in *instance) plans() float64 {
	fixed := 0
	for _, f := range in.fixed {
		if f {
			fixed++
		}
	}
	return choices(len(in.site)-fixed, in.place-fixed)
}

// choices returns n choose k.
func choices(n, k int) float64 {
	out := 1.0
	for i := range min(k, n-k) {
		out *= float64(n-i) / float64(i+1)
	}
	return out
}

// start finds a plan for an instance and multipliers from which to raise the bound.
func (r *run) start(in *instance) *ascent {
	var sketch *instance
	if in.clients()*len(in.site) > large && !r.ended() {
		sketch = in.sketch()
	}
	if sketch == nil {
		r.on(in)
		r.scan()
		r.layout.take(r.best)
		a := newAscent(newDual(in, r.s.Workers, r.ended), r.value)
		a.from(r.layout)
		return a
	}
	b := r.start(sketch)
	r.raise(b)
	rough, columns := r.layout, r.best.columns
	r.on(in)
	r.layout.take(r.layout.must(columns))
	r.search.improve(r.layout, nil)
	r.offer(r.layout.offer())
	r.search.takeUp(rough, r.best.columns)
	a := newAscent(newDual(in, r.s.Workers, r.ended), r.value)
	a.from(r.layout)
	a.lift(b.dual, rough)
	return a
}

// raise raises the bound of a sketch and searches from what it chooses.
func (r *run) raise(b *ascent) {
	b.floor()
	rounds, steps := 1, nextRise
	if b.in.clients()*len(b.in.site) <= large {
		rounds, steps = rises, firstRise
	}
	for range rounds {
		b.target = r.value
		if !b.climb(steps) || b.high >= r.value*tight {
			return
		}
		r.explore(b.chosen, nil)
	}
}

// scan searches from greedy starts and from kicks of the best plan.
func (r *run) scan() {
	for n := range starts + min(kicks, kickWork/r.in.place) {
		if n < starts {
			r.search.greedy(r.layout)
		} else {
			r.layout.take(r.best)
			r.search.kick(r.layout, 2)
		}
		r.search.improve(r.layout, nil)
		r.offer(r.layout.offer())
		if r.ended() {
			return
		}
	}
}

// offer keeps what was tried if it is the best so far.
func (r *run) offer(o *offer) {
	if r.best == nil || o.value < r.value {
		r.best, r.value = o, o.value
	}
}

// explore searches from the columns. Those dropped can be in no better plan.
func (r *run) explore(columns []int, dropped []bool) {
	r.search.takeUp(r.layout, slices.Clone(columns))
	r.search.improve(r.layout, dropped)
	r.offer(r.layout.offer())
}

// tight is how near the bound must be to the value to prove it: one part in 10⁹.
const tight = 1 - 1e-9

// met reports whether the bound meets the value.
func (r *run) met() bool { return r.tree.bound >= r.value*tight }

func (r *run) report(bound float64) {
	if r.s.Progress != nil {
		r.s.Progress(r.value/1000, min(bound, r.value)/1000)
	}
}

// plan writes down the best plan with its flows and certificate.
func (r *run) plan(status optimiser.Status, hash [32]byte) *Plan {
	r.layout.take(r.best) // whose prices make shipping again, now in the order of the sites, a matter of one look
	flows, o := ship(r.p, r.layout, slices.Sorted(slices.Values(r.best.columns)))
	c := Certificate{
		Value: o.value / 1000, Bound: min(r.tree.bound, o.value) / 1000, // rounding may put a met bound above
		Price: append(r.in.appendPrices(nil, o), r.tree.prices...), Proof: r.tree.proof, Problem: hash,
	}
	for _, v := range r.tree.vectors {
		c.Multiplier = r.spread(c.Multiplier, v.mu)
	}
	return &Plan{Sites: r.in.sites(o.columns), Flows: flows, Status: status, Certificate: c}
}

// spread appends a vector of the instance in the order of the certificate, in seconds.
func (r *run) spread(dst []float64, vector []int32) []float64 {
	for l := range r.p.Layers {
		base := r.in.first[r.in.groupOf[l]]
		for i := range r.p.Cells {
			dst = append(dst, float64(vector[base+i])/1000)
		}
	}
	return dst
}
