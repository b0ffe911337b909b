package optimiser

import (
	"context"
	"runtime"
	"slices"
)

// Settings steer Solve. The zero value is good.
type Settings struct {
	Seed     uint64                     // of the random choices; the same problem and settings give the same plan
	Workers  int                        // goroutines at once; 0 is GOMAXPROCS; the plan does not depend on it
	Gap      float64                    // stop once the plan is proved to be this near the best: (value − bound)/value; 0: go on
	Progress func(value, bound float64) // called from Solve's goroutine when either improves; may be nil

	// From is a plan of a problem that differs from this one in weights or times only; the search goes on
	// from its sites and multipliers, which is quicker where the difference is small. nil: it starts afresh.
	From *Plan
	// Quick stops where one vector of multipliers gains little more, rather than go on to a tree.
	Quick bool
}

// Solve places the facilities. When ctx ends it returns the best plan so far with Status Stopped and a
// bound that holds; the only errors are those of Validate,
// and about a From that is of another problem.
func Solve(ctx context.Context, p *Problem, s Settings) (*Plan, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if err := checkFrom(p, s.From); err != nil {
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
	return &Plan{Sites: r.in.sites(r.columns), Status: status, Certificate: r.certificate(<-hash)}, nil
}

// run is one call of Solve.
type run struct {
	p       *Problem
	s       Settings
	ctx     context.Context
	in      *instance
	search  *searcher
	layout  *layout
	columns []int   // the best plan
	value   float64 // its value, weighted milliseconds
	tree    *tree
}

// A problem of more clients than twice enoughFor is first solved on a sketch with a tenth of its
// clients, that one perhaps on a sketch again. So the many steps are taken where they are cheap, and
// each refinement starts from good multipliers.
const (
	coarse    = 2000 // clients of any sketch, at least
	perPlace  = 60   // and for each facility to place
	thinner   = 10
	starts    = 3   // greedy starts, where they are cheap
	firstRise = 100 // steps of the ascent on the coarsest sketch: its gap falls below 1 % in about as many
	nextRise  = 25  // steps on each finer one
)

func enoughFor(in *instance) int { return max(coarse, perPlace*in.place) }

func newRun(ctx context.Context, p *Problem, s Settings) *run {
	in := newInstance(p)
	return &run{p: p, s: s, ctx: ctx, in: in, search: newSearcher(in, s.Seed, s.Workers)}
}

func (r *run) ended() bool { return r.ctx.Err() != nil }

func (r *run) solve() Status {
	var a *ascent
	if r.s.From != nil {
		r.layout, a = r.resume(r.s.From)
	} else {
		r.layout, a = r.start(r.in)
	}
	r.offer()
	a.target = r.value
	r.tree = newTree(r, a)
	r.report(r.tree.floor.base)
	r.tree.root()
	switch {
	case r.met():
		return Optimal
	case r.ended():
		return Stopped
	case r.enough(r.tree.bound):
		return Stopped
	}
	return Converged
}

// enough reports whether a bound is as near to the value as was asked for.
func (r *run) enough(bound float64) bool { return r.value-bound <= r.s.Gap*r.value }

// start finds a plan for an instance and multipliers from which to raise the bound.
func (r *run) start(in *instance) (*layout, *ascent) {
	d := newDual(in, r.s.Workers, r.ended)
	search := newSearcher(in, r.s.Seed, r.s.Workers)
	if in.clients() < 2*enoughFor(in) {
		var l *layout
		for range starts {
			again := search.greedy(r.ctx, in)
			if l == nil {
				in.list(again, make([]bool, len(in.site)), nil, r.s.Workers, r.ended)
			}
			search.improve(r.ctx, again, nil)
			if l == nil || again.value < l.value {
				l = again
			}
		}
		d.from(l)
		return l, r.climb(in, d, l, firstRise)
	}
	sketch, of := in.sketch(max(enoughFor(in), in.clients()/thinner), search.rng)
	rough, b := r.start(sketch)
	l := newLayout(in, rough.open)
	if in != r.in { // there the bound comes first: see tree.first
		in.list(l, make([]bool, len(in.site)), nil, r.s.Workers, r.ended)
		search.improve(r.ctx, l, nil)
	}
	d.from(l)
	rough.reset(l.open)
	d.lift(b.dual, rough, of)
	return l, r.climb(in, d, l, nextRise)
}

// climb raises a sketch's bound, by which nothing is proved; that of the problem itself is the tree's work.
func (r *run) climb(in *instance, d *dual, l *layout, steps int) *ascent {
	a := newAscent(d, l.value)
	if in != r.in {
		a.climb(steps)
	}
	return a
}

// offer keeps the layout's columns if they are the best so far.
func (r *run) offer() {
	if r.columns == nil || r.layout.value < r.value {
		r.columns, r.value = slices.Clone(r.layout.open), r.layout.value
	}
}

// try searches from the columns. Those dropped can be in no better plan.
func (r *run) try(columns []int, dropped []bool) {
	r.layout.reset(columns)
	r.search.improve(r.ctx, r.layout, dropped)
	r.offer()
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

func (r *run) certificate(hash [32]byte) Certificate {
	c := Certificate{
		Value:   r.value / 1000,
		Bound:   min(r.tree.bound, r.value) / 1000, // rounding may put a met bound above
		Proof:   r.tree.proof,
		Problem: hash,
	}
	for _, v := range r.tree.vectors {
		c.Multiplier = r.spread(c.Multiplier, v.mu)
		if r.in.rules.cost != nil {
			c.Price = append(c.Price, v.price/1000)
		}
	}
	return c
}

// vectorSize is the length of a vector in the certificate.
func (p *Problem) vectorSize() int {
	n := 0
	for _, l := range p.Layers {
		n += len(l.Share)
	}
	return n * p.Cells
}

// spread appends a vector of the instance in the order of the certificate, in thousandths.
func (r *run) spread(dst []float64, vector []int32) []float64 {
	for l, layer := range r.p.Layers {
		g := &r.in.groups[r.in.groupOf[l]]
		at, k := len(dst), g.levels()
		dst = append(dst, make([]float64, len(layer.Share)*r.p.Cells)...)
		for m := range k {
			level := dst[at+m*r.p.Cells:][:r.p.Cells]
			for i := range level {
				level[i] = float64(vector[g.flat+i*k+m]) / 1000
			}
		}
	}
	return dst
}
