package optimiser

import (
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/parallel"
)

// dual holds multipliers and the Lagrangian value at them (docs/optimiser.md derives it):
//
//	L(μ, θ) = Σ w bₖ k μₖ − θ·Budget + the least choice of ρⱼ + θ·Costⱼ,  ρⱼ = Σ w bₖ min(0, cᵢⱼ − μₖ)
//
// Multipliers move as float64 and are evaluated as whole thousandths, so that the certificate holds
// exactly what was evaluated. Within a client they ascend with the level.
type dual struct {
	in      *instance
	workers int
	ended   func() bool // reports whether to give up
	mu      []float64   // client × level, where the search is
	step    []float64   // client × level, momentum
	price   float64     // θ, where the search is
	paid    float64     // θ as evaluated
	dearest float64     // the highest price that Verify admits, but for a hundredth
	push    float64     // momentum of θ
	whole   []int32     // client × level, as evaluated
	top     []int32     // client: the highest of its levels; no column at or beyond it counts
	rowRho  [][]float64 // per group, per row: Σ over its cells
	partRho [][]float64 // per piece, per row: the same over its cells
	rho     []float64   // per column, with its price
	count   []int32     // client × level: chosen columns nearer than the multiplier
	use     []bool      // per column: decided to be used
	drop    []bool      // per column: decided not to be
	*selector
	best      []int32 // whole at the highest value
	bestPrice float64
	bestRho   []float64
	base      float64 // of whole: the part of the value that no choice changes
	bestBase  float64 // of best
	value     float64 // L at whole
	high      float64 // L at best; −Inf before anything was evaluated
}

// alone is the size (clients × columns) below which starting goroutines costs more than it saves.
const alone = 1 << 18

func newDual(in *instance, workers int, ended func() bool) *dual {
	n, m, columns := in.clients(), in.multipliers(), len(in.site)
	if n*columns < alone {
		workers = 1
	}
	d := &dual{
		in: in, workers: workers, ended: ended,
		mu: make([]float64, m), step: make([]float64, m), whole: make([]int32, m),
		top: make([]int32, n), count: make([]int32, m), best: make([]int32, m),
		rowRho: make([][]float64, len(in.groups)), partRho: make([][]float64, len(in.pieces)), rho: make([]float64, columns), bestRho: make([]float64, columns),
		use: slices.Clone(in.fixed), drop: make([]bool, columns), selector: newSelector(in.rules), high: math.Inf(-1),
	}
	for g := range d.rowRho {
		d.rowRho[g] = make([]float64, in.rows)
	}
	if b := in.rules.budget; b > 0 {
		d.dearest = 99 * in.ceiling() / b
	}
	return d
}

// from starts at a layout: level k's multiplier is the cost of the next facility beyond the k nearest,
// the most that a client would pay for one more near it.
func (d *dual) from(l *layout) {
	for i := range d.in.groups {
		g := &d.in.groups[i]
		near, _, size := l.lists(g)
		k := g.levels()
		for c := range g.weight {
			for m := range k {
				d.mu[g.flat+c*k+m] = float64(near[c*size+m+1])
			}
		}
	}
	clear(d.step)
	d.price, d.push = l.margin(), 0
}

// margin returns what a unit of the budget buys at a layout, as a first price: what the facility that earns least for its cost would lose.
func (l *layout) margin() float64 {
	cost := l.in.rules.cost
	if cost == nil {
		return 0
	}
	least := math.Inf(1)
	for pos, j := range l.open {
		if cost[j] > 0 {
			least = min(least, l.loss[pos]/cost[j])
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

// floor returns a first bound, with each client's multipliers at its nearest column in service: no reduced
// cost is then below 0, so that the value follows from one look at the costs. Where looking is false all are at 0, which
// bounds the value by 0.
func (d *dual) floor(looking bool) vector {
	v := vector{mu: make([]int32, len(d.mu)), rho: make([]float64, len(d.rho))}
	if !looking {
		return v
	}
	part := make([]float64, len(d.in.pieces))
	d.eachPiece(func(n int, p piece, g *group) {
		share := 0.0
		for k, b := range g.pooled {
			share += b * float64(k+1)
		}
		d.nearest(p, g)
		k := g.levels()
		for c := p.from; c < p.to; c++ {
			top := d.top[g.client+c]
			for m := range k {
				v.mu[g.flat+c*k+m] = top
			}
			part[n] += g.weight[c] * share * float64(top)
		}
	})
	v.base = total(part)
	return v
}

// nearest sets top to each client's cost at its nearest column in service.
func (d *dual) nearest(p piece, g *group) {
	top := d.top[g.client+p.from : g.client+p.to]
	for i := range top {
		top[i] = g.cost.ceil
	}
	seen := make([]bool, d.in.rows)
	for j, r := range d.in.row {
		if seen[r] || !g.serves(j) {
			continue
		}
		seen[r] = true
		for i, t := range g.cost.dense[r][p.from:p.to] {
			top[i] = min(top[i], int32(t))
		}
	}
}

func total(part []float64) float64 {
	sum := 0.0
	for _, s := range part {
		sum += s
	}
	return sum
}

func (d *dual) eachPiece(do func(n int, p piece, g *group)) {
	parallel.For(d.workers, len(d.in.pieces), func(n int) {
		p := d.in.pieces[n]
		do(n, p, &d.in.groups[p.group])
	})
}

// evaluate sets whole, rho, chosen and value for mu and price, and keeps the best. It returns false,
// having changed neither value nor best, when it was ended.
func (d *dual) evaluate() bool {
	d.price = min(d.price, d.dearest)
	part := make([]float64, len(d.in.pieces))
	d.paid = d.price
	d.eachPiece(func(n int, p piece, g *group) { part[n] = d.round(p, g) })
	d.reduce()
	if d.ended() {
		return false
	}
	d.base = total(part) - d.price*d.in.rules.budget
	d.value = d.base + d.choose(d.rho, d.use, d.drop)
	if d.value > d.high {
		d.high, d.bestBase, d.bestPrice = d.value, d.base, d.price
		copy(d.best, d.whole)
		copy(d.bestRho, d.rho)
	}
	return true
}

// round sets whole and top, and returns Σ w bₖ k μₖ.
func (d *dual) round(p piece, g *group) float64 {
	k, sum := g.levels(), 0.0
	for c := p.from; c < p.to; c++ {
		w := g.weight[c]
		if w == 0 {
			d.top[g.client+c] = 0
			continue
		}
		low, own, most := 0.0, 0.0, float64(g.cost.most(c))
		for m := range k {
			i := g.flat + c*k + m
			low = max(low, min(math.Round(d.mu[i]), most))
			d.whole[i] = int32(low)
			own += g.pooled[m] * float64(m+1) * low
		}
		d.top[g.client+c] = int32(low)
		sum += w * own
	}
	return sum
}

// again returns to the best multipliers and evaluates them, as is due when columns were decided.
func (d *dual) again() bool {
	for i, v := range d.best {
		d.mu[i] = float64(v)
	}
	clear(d.step)
	d.price, d.push = d.bestPrice, 0
	return d.evaluate()
}

// reduce sets rho: first each group's part at each row, once however many columns share the row and
// however many groups a column serves, then the sums.
func (d *dual) reduce() {
	if d.in.listed() {
		d.reduceNear()
	} else {
		d.reduceDense()
	}
	for j := range d.rho {
		if d.drop[j] {
			continue
		}
		sum := 0.0
		for i := range d.in.groups {
			if d.in.groups[i].serves(j) {
				sum += d.rowRho[i][d.in.row[j]]
			}
		}
		if cost := d.in.rules.cost; cost != nil {
			sum += d.price * cost[j]
		}
		d.rho[j] = sum
	}
}

// reduceNear scans each client's rows from the nearest up to its highest multiplier. Each piece has sums of
// its own, added in order.
func (d *dual) reduceNear() {
	d.eachPiece(func(n int, p piece, g *group) {
		if d.partRho[n] == nil {
			d.partRho[n] = make([]float64, d.in.rows)
		}
		clear(d.partRho[n])
		if !d.ended() {
			d.scatter(p, g, d.partRho[n])
		}
	})
	for _, rho := range d.rowRho {
		clear(rho)
	}
	for n, p := range d.in.pieces {
		rho := d.rowRho[p.group]
		for r, v := range d.partRho[n] {
			rho[r] += v
		}
	}
}

// scatter adds a piece's part of ρ. Between two of a client's multipliers, each entry adds w·(B·cost − M), where B and
// M sum bₖ and bₖμₖ over the multipliers above.
func (d *dual) scatter(p piece, g *group, rho []float64) {
	near, k := g.cost.near, g.levels()
	for c := p.from; c < p.to; c++ {
		w, top := g.weight[c], d.top[g.client+c]
		if w == 0 || top == 0 {
			continue
		}
		list := near.near(c)
		if k == 1 {
			w *= g.pooled[0]
			for _, e := range list {
				cost := e.cost()
				if cost >= top {
					break
				}
				rho[e.row()] += w * float64(cost-top)
			}
			continue
		}
		mu, at, b, m := d.whole[g.flat+c*k:g.flat+c*k+k], 0, 0.0, 0.0
		for i, v := range g.pooled {
			b += w * v
			m += w * v * float64(mu[i])
		}
		for i, v := range mu {
			for ; at < len(list) && list[at].cost() < v; at++ {
				rho[list[at].row()] += b*float64(list[at].cost()) - m
			}
			b -= w * g.pooled[i]
			m -= w * g.pooled[i] * float64(v)
		}
	}
}

// reduceDense looks at every cost of every row at which a group has a column in service that is not dropped.
func (d *dual) reduceDense() {
	type task struct{ group, row int }
	var tasks []task
	for i := range d.in.groups {
		for r, wanted := range d.rowsFor(&d.in.groups[i]) {
			if wanted {
				tasks = append(tasks, task{i, r})
			}
		}
	}
	parallel.For(d.workers, len(tasks), func(n int) {
		if t := tasks[n]; !d.ended() {
			d.rowRho[t.group][t.row] = d.reduced(&d.in.groups[t.group], t.row)
		}
	})
}

// rowsFor marks the rows at which a group has a column in service that is not dropped.
func (d *dual) rowsFor(g *group) []bool {
	rows := make([]bool, d.in.rows)
	for j, r := range d.in.row {
		if !d.drop[j] && g.serves(j) {
			rows[r] = true
		}
	}
	return rows
}

// reduced returns a group's part of ρ at a row.
func (d *dual) reduced(g *group, row int) float64 {
	n, k := len(g.weight), g.levels()
	costs, top, whole := g.cost.dense[row], d.top[g.client:g.client+n], d.whole[g.flat:g.flat+n*k]
	switch k {
	case 1:
		return g.pooled[0] * reduced1(g.weight, costs, top)
	case 3:
		return reduced3(g.weight, costs, top, whole, g.pooled)
	}
	return reducedAny(g.weight, costs, top, whole, g.pooled)
}

// reducedAny is a group's part of ρ at a row. Hence the unrolled forms
// for one level and for three, which take a third less.
func reducedAny(weight []float64, row []road.Millis, top, whole []int32, pooled []float64) float64 {
	total, levels := 0.0, len(pooled)
	for i, t := range row {
		c := int32(t)
		if c >= top[i] {
			continue
		}
		mu, sum := whole[i*levels:(i+1)*levels], 0.0
		for k := levels - 1; k >= 0 && c < mu[k]; k-- {
			sum += pooled[k] * float64(c-mu[k])
		}
		total += weight[i] * sum
	}
	return total
}

func reduced1(weight []float64, row []road.Millis, top []int32) float64 {
	total := 0.0
	for i, t := range row {
		if c := int32(t); c < top[i] {
			total += weight[i] * float64(c-top[i])
		}
	}
	return total
}

func reduced3(weight []float64, row []road.Millis, top, whole []int32, pooled []float64) float64 {
	total, b1, b2, b3 := 0.0, pooled[0], pooled[1], pooled[2]
	for i, t := range row {
		c := int32(t)
		if c >= top[i] {
			continue
		}
		mu := whole[3*i : 3*i+3 : 3*i+3]
		total += weight[i] * (b3*float64(c-mu[2]) + b2*float64(min(c-mu[1], 0)) + b1*float64(min(c-mu[0], 0)))
	}
	return total
}
