package optimiser

import (
	"context"
	"runtime"
	"slices"
)

// Settings steer Solve. The zero value is good.
type Settings struct {
	Seed     uint64                     // of the random choices; the same problem and seed give the same plan
	Workers  int                        // goroutines at once; 0 is GOMAXPROCS; the plan does not depend on it
	Progress func(value, bound float64) // called from Solve's goroutine when either improves; may be nil
}

// Solve places the facilities. When ctx ends it returns the best plan so far with Status Stopped and a
// bound that holds; the only errors are those of Validate.
func Solve(ctx context.Context, p *Problem, s Settings) (*Plan, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if s.Workers <= 0 {
		s.Workers = runtime.GOMAXPROCS(0)
	}
	hash := make(chan [32]byte, 1)
	go func() { hash <- p.Hash() }()
	r := newRun(p, s)
	status := r.solve(ctx)
	return &Plan{Sites: r.in.sites(r.columns), Status: status, Certificate: r.certificate(<-hash)}, nil
}

// run is one call of Solve.
type run struct {
	p       *Problem
	s       Settings
	in      *instance
	search  *searcher
	columns []int   // the best plan
	value   float64 // its value, weighted milliseconds
	dual    *dual
}

func newRun(p *Problem, s Settings) *run {
	in := newInstance(p)
	return &run{p: p, s: s, in: in, search: newSearcher(in, s.Seed, s.Workers)}
}

// betweenSearches is how many steps of the ascent go between two searches from its own set.
const betweenSearches = 50

func (r *run) solve(ctx context.Context) Status {
	l := r.search.greedy(ctx, r.in)
	r.search.improve(ctx, l)
	r.offer(l)
	r.dual = newDual(r.in, r.s.Workers)
	a := newAscent(r.dual, r.value)
	a.from(l)
	for more := true; more && !r.met() && ctx.Err() == nil; {
		more = a.climb(ctx, betweenSearches)
		l.reset(a.chosen)
		r.search.improve(ctx, l)
		r.offer(l)
		a.target = r.value
		r.report()
	}
	switch {
	case r.met():
		return Optimal
	case ctx.Err() != nil:
		return Stopped
	}
	return Converged
}

// offer keeps a layout's columns if they are the best so far.
func (r *run) offer(l *layout) {
	if r.columns == nil || l.value < r.value {
		r.columns, r.value = slices.Clone(l.open), l.value
	}
}

// met reports whether the bound meets the value, to the precision of Optimal.
func (r *run) met() bool { return r.dual.high >= r.value*(1-1e-9) }

func (r *run) report() {
	if r.s.Progress != nil {
		r.s.Progress(r.value/1000, r.dual.high/1000)
	}
}

func (r *run) certificate(hash [32]byte) Certificate {
	return Certificate{
		Value:      r.value / 1000,
		Bound:      min(r.dual.high, r.value) / 1000,
		Multiplier: r.spread(r.dual.best),
		Problem:    hash,
	}
}

// spread writes the multipliers of an instance in the order of the certificate, in seconds.
func (r *run) spread(best []int32) []float64 {
	out := make([]float64, len(r.p.Layers)*r.p.Levels*r.p.Cells)
	for l := range r.p.Layers {
		base := r.in.first[r.in.groupOf[l]]
		for k := range r.in.levels() {
			for i := range r.p.Cells {
				out[(l*r.p.Levels+k)*r.p.Cells+i] = float64(best[(base+i)*r.in.levels()+k]) / 1000
			}
		}
	}
	return out
}
