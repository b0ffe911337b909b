package roster

import (
	"cmp"
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"

	"github.com/nearside-ems/nearside/internal/parallel"
	"github.com/nearside-ems/nearside/optimiser"
)

// Plan finds where cars stand hour by hour when only few may move between two hours. Each hour is a
// Problem without Row, Quotas, Budget or Off, of the same sites, cells and cars, fixed and forbidden sites. The hours are first
// solved each by itself; then multipliers are raised and ways through the hours sought together, and the
// best schedule is improved hour by hour and run by run. When ctx ends the best schedule so far is
// returned, with a bound that holds. Errors wrap ErrHours.
func Plan(ctx context.Context, hours []*optimiser.Problem, limit Limit, s optimiser.Settings) (*Schedule, error) {
	if err := checkSchedule(hours, limit); err != nil {
		return nil, err
	}
	if s.Workers <= 0 {
		s.Workers = runtime.GOMAXPROCS(0)
	}
	free, err := freely(ctx, hours, s)
	if err != nil {
		return nil, err
	}
	p := newPlanner(ctx, hours, limit, s)
	p.startFrom(free)
	half, stop := within(ctx, 2)
	p.rise(half)
	stop()
	p.search()
	p.rise(ctx)
	return p.schedule(free), nil
}

// planner is one call of Plan.
type planner struct {
	ctx     context.Context
	hours   []*optimiser.Problem
	limit   Limit
	s       optimiser.Settings
	rows    costed
	relaxed []*relaxed
	columns []int // sites that may be used and are not fixed
	sweep   *sweep
	free    float64 // the sum of the hours' own bounds
	best    struct {
		bound      float64 // thousandths × calls
		multiplier [][]float64
		stay       [][]float64
		chosen     [][]int // sites per hour
	}
	value float64
	sites [][]int
}

func newPlanner(ctx context.Context, hours []*optimiser.Problem, limit Limit, s optimiser.Settings) *planner {
	first := hours[0]
	limit.Moves = min(limit.Moves, first.Place)
	p := &planner{ctx: ctx, hours: hours, limit: limit, s: s, rows: costed{}, value: math.Inf(1)}
	p.best.bound = math.Inf(-1)
	p.sweep = &sweep{limit: limit, fixed: make([]bool, first.Sites), workers: s.Workers}
	barred := make([]bool, first.Sites)
	for _, f := range first.Fixed {
		p.sweep.fixed[f], barred[f] = true, true
	}
	for _, f := range first.Forbidden {
		barred[f] = true
	}
	for site, no := range barred {
		if !no {
			p.columns = append(p.columns, site)
		}
	}
	p.sweep.order = slices.Clone(p.columns)
	for _, h := range hours {
		p.relaxed = append(p.relaxed, newRelaxed(h, p.rows))
		p.sweep.hours = append(p.sweep.hours, newStand(h, p.rows))
	}
	return p
}

// startFrom takes each hour's best multipliers, and as a first schedule, of which nothing moves, the
// hour's plan that serves them all best.
func (p *planner) startFrom(free []*optimiser.Plan) {
	parallel.For(p.s.Workers, len(p.hours), func(h int) {
		p.sweep.hours[h].reset(free[h].Sites)
		if vectors := free[h].Certificate.Multiplier; len(vectors) > 0 {
			p.relaxed[h].take(vectors)
		} else { // a proof without multipliers
			p.relaxed[h].from(p.sweep.hours[h])
		}
	})
	for _, f := range free {
		p.free += f.Certificate.Bound
	}
	var tried [][]int
	for _, f := range free {
		if p.ctx.Err() != nil && len(tried) > 0 {
			return
		}
		if !slices.ContainsFunc(tried, func(t []int) bool { return slices.Equal(t, f.Sites) }) {
			tried = append(tried, f.Sites)
			p.offer(slices.Repeat([][]int{f.Sites}, len(p.hours)))
		}
	}
}

// offer keeps a schedule if it is the best so far and within the limit.
func (p *planner) offer(sites [][]int) {
	for h := 1; h < len(sites); h++ {
		if !p.limit.allows(sites[h-1], sites[h]) {
			return
		}
	}
	parallel.For(p.s.Workers, len(p.hours), func(h int) { p.sweep.hours[h].reset(sites[h]) })
	p.keep()
}

// keep keeps the sweep's schedule if it is the best so far.
func (p *planner) keep() {
	if v := p.sweep.value(); v < p.value {
		p.value, p.sites = v, nil
		for _, s := range p.sweep.hours {
			p.sites = append(p.sites, slices.Sorted(slices.Values(s.open)))
		}
	}
}

// Settings of the ascent, as in package optimiser: steps without gain before the length shrinks, by how
// much, and when to give up.
const (
	steps    = 60
	misses   = 6
	shrink   = 0.7
	patience = 0.02
)

// rise raises the bound by subgradient steps on the multipliers of all hours, the ways through the hours being
// found anew at each, from the best multipliers known. The first bound is at least the sum of the hours' at their own multipliers.
func (p *planner) rise(ctx context.Context) {
	if p.best.stay != nil {
		p.back()
	}
	factor, missed := 1.0, 0
	for range steps {
		if ctx.Err() != nil && p.best.stay != nil {
			return
		}
		before := p.best.bound
		value, chosen := p.evaluate()
		if value > before+1e-6*math.Abs(before) {
			missed = 0
		} else if missed++; missed == misses {
			missed, factor = 0, factor*shrink
			if factor < patience {
				return
			}
			p.back()
			continue
		}
		norms := make([]float64, len(p.hours))
		parallel.For(p.s.Workers, len(p.hours), func(h int) { norms[h] = p.relaxed[h].slope(chosen[h]) })
		norm := 0.0
		for _, n := range norms {
			norm += n
		}
		if norm == 0 || p.best.bound >= p.value*(1-1e-9) {
			return
		}
		length := factor * (p.value - value) / norm
		parallel.For(p.s.Workers, len(p.hours), func(h int) { p.relaxed[h].move(length) })
	}
}

// back returns to the best multipliers.
func (p *planner) back() {
	parallel.For(p.s.Workers, len(p.hours), func(h int) { p.relaxed[h].take(p.best.multiplier[h]) })
}

// evaluate returns the relaxed value at the multipliers and the sites that are chosen there per hour, and
// keeps the best.
func (p *planner) evaluate() (float64, [][]int) {
	parallel.For(p.s.Workers, len(p.hours), func(h int) { p.relaxed[h].evaluate() })
	first := p.hours[0]
	value, fixed := 0.0, first.Fixed
	price, near := make([][]float64, len(p.hours)), p.promising()
	for h, r := range p.relaxed {
		value += r.base
		for _, f := range fixed {
			value += r.rho[f]
		}
		for _, c := range near {
			price[h] = append(price[h], r.rho[c])
		}
	}
	cars := first.Place - len(fixed)
	w := findWays(price, cars, p.limit.Moves)
	all, stay := p.stays(near, w)
	value += bounded(all, stay, cars, p.limit.Moves)
	chosen := make([][]int, len(p.hours))
	for h := range chosen {
		chosen[h] = slices.Clone(fixed)
		for _, c := range w.chosen[h] {
			chosen[h] = append(chosen[h], near[c])
		}
		slices.Sort(chosen[h])
	}
	if value > p.best.bound {
		p.best.bound, p.best.stay, p.best.chosen = value, stay, chosen
		p.best.multiplier = make([][]float64, len(p.hours))
		parallel.For(p.s.Workers, len(p.hours), func(h int) { p.best.multiplier[h] = p.relaxed[h].vector() })
	}
	return value, chosen
}

// promising returns the columns among which ways are sought: of each hour the cheapest, half as many
// again as there are cars, and some more. Prices of staying prove a bound over all columns, whatever they are.
func (p *planner) promising() []int {
	want := 3*p.hours[0].Place/2 + 20
	if len(p.columns) <= want {
		return p.columns
	}
	in := map[int]bool{}
	for _, r := range p.relaxed {
		order := slices.Clone(p.columns)
		slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(r.rho[a], r.rho[b]), a-b) })
		for _, c := range order[:want] {
			in[c] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(p.columns), func(c int) bool { return !in[c] })
}

// stays returns the prices and what staying costs, per hour and column, of all columns.
func (p *planner) stays(near []int, w *ways) (price, stay [][]float64) {
	price, stay = make([][]float64, len(p.hours)), make([][]float64, len(p.hours))
	for h, r := range p.relaxed {
		price[h], stay[h] = make([]float64, len(p.columns)), make([]float64, len(p.columns))
		for i, c := range p.columns {
			price[h][i] = r.rho[c]
		}
	}
	own, next := make([]float64, len(p.hours)), 0
	for i, c := range p.columns {
		sought := next < len(near) && near[next] == c
		for h := range own {
			own[h] = price[h][i]
		}
		if !sought {
			own = w.beyond(own)
		}
		for h := 1; h < len(own); h++ {
			if sought {
				stay[h][i] = w.stay[h][next]
			} else {
				stay[h][i] = own[h]
			}
		}
		if sought {
			next++
		}
	}
	return price, stay
}

// search improves the best schedule found so far and the one that the best bound came with.
func (p *planner) search() {
	rng := rand.New(rand.NewPCG(p.s.Seed, 0x73776565))
	starts := [][][]int{p.sites}
	if p.best.chosen != nil {
		starts = [][][]int{p.best.chosen, p.sites}
	}
	for _, sites := range starts {
		if p.ctx.Err() != nil {
			return
		}
		p.offer(sites)
		p.sweep.count()
		p.sweep.improve(p.ctx, rng)
		p.keep()
	}
}

// schedule returns the best schedule with its proof.
func (p *planner) schedule(free []*optimiser.Plan) *Schedule {
	s := &Schedule{Sites: p.sites, Value: p.value / 1000, Moves: make([]int, len(p.sites))}
	for h := range p.sites {
		if h > 0 {
			s.Moves[h] = moves(p.sites[h-1], p.sites[h])
		}
		s.Free = append(s.Free, *free[h])
	}
	s.Multiplier = p.best.multiplier
	for h := 1; h < len(p.hours); h++ {
		stay := make([]float64, p.hours[0].Sites)
		for i, c := range p.columns {
			stay[c] = p.best.stay[h][i] / 1000
		}
		s.Stay = append(s.Stay, stay)
	}
	s.Bound = min(s.Value, max(p.free, p.best.bound/1000))
	return s
}
