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
	in := newInstance(p)
	return &run{p: p, s: s, ctx: ctx, in: in, search: newSearcher(ctx, in, s.Seed, s.Workers)}
}

func (r *run) ended() bool { return r.ctx.Err() != nil }

// starts is how often the search starts anew.
const starts = 2

func (r *run) solve() optimiser.Status {
	r.layout = newLayout(r.in, r.s.Workers)
	for range starts {
		r.search.greedy(r.layout)
		r.search.improve(r.layout, nil)
		r.offer(r.layout.offer())
		if r.ended() {
			break
		}
	}
	r.layout.take(r.best)
	a := newAscent(newDual(r.in, r.s.Workers, r.ended), r.value)
	a.from(r.layout)
	a.floor()
	r.report(a.high)
	r.tree = newTree(r, a)
	r.tree.node(true)
	switch {
	case r.met():
		return optimiser.Optimal
	case r.ended():
		return optimiser.Stopped
	}
	return optimiser.Converged
}

// offer returns the layout as what was tried.
func (l *layout) offer() *offer {
	o := &offer{columns: slices.Clone(l.open), value: l.value}
	for g := range l.price {
		price := make([]int32, len(l.open))
		for pos, j := range l.open {
			price[pos] = l.price[g][j]
		}
		o.price = append(o.price, price)
	}
	return o
}

// offer keeps what was tried if it is the best so far.
func (r *run) offer(o *offer) {
	if r.best == nil || o.value < r.value {
		r.best, r.value = o, o.value
	}
}

// explore searches from the columns. Those dropped can be in no better plan.
func (r *run) explore(columns []int, dropped []bool) {
	r.layout.take(r.layout.try(slices.Clone(columns)))
	r.search.improve(r.layout, dropped)
	r.offer(r.layout.offer())
}

// few is the number of plans below which trying each takes less time than raising the bound.
func (r *run) few() int { return 2 * len(r.in.site) / r.in.place }

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
