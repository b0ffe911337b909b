package optimiser

import "math"

// Settings of the ascent, found on the OR-Library's p-median instances and a city of 15,000 cells.
const (
	momentum = 0.9  // share of the last direction that is kept
	memory   = 0.97 // share of the mean of past choices that is kept
	misses   = 20   // steps without a better bound before the step shrinks
	shrink   = 0.7  // by how much it shrinks
	opening  = 4.0  // Polyak's factor at first; below 2 the ascent stalls short of the best bound
	resumed  = 1.0  // the same where the multipliers come from another plan
	settled  = 0.1  // the factor from which on a root without progress is split
	patience = 1e-3 // the factor at which the ascent gives up
)

// ascent raises a dual by deflected subgradient steps: the step length is Polyak's, aimed at the best
// plan's value, times a factor that shrinks after misses, when the ascent also returns to the best
// multipliers known.
type ascent struct {
	*dual
	factor float64
	missed int
	target float64   // value of the best plan
	mean   []float64 // per column: recent share of steps in which it was chosen
	scale  float64   // of the price's steps, beside those of the multipliers
	over   float64   // what the chosen columns cost beyond the budget
}

func newAscent(d *dual, target float64) *ascent {
	a := &ascent{dual: d, factor: opening, target: target, mean: make([]float64, len(d.rho))}
	if b := d.in.rules.budget; b > 0 {
		for i := range d.in.groups {
			for _, w := range d.in.groups[i].weight {
				a.scale += w
			}
		}
		// A step of the multipliers by t changes a column's ρ by about t·(weight/place); one of the price should
		// change what a column of mean cost, budget/place, pays by as much where it is over by one column.
		a.scale *= float64(d.in.place) / (b * b)
	}
	return a
}

// advance takes one step: it evaluates the multipliers and moves them. It reports whether more steps
// can help.
func (a *ascent) advance() bool {
	before := a.high
	if !a.evaluate() {
		return false
	}
	for j := range a.mean {
		a.mean[j] *= memory
	}
	for _, j := range a.chosen {
		a.mean[j] += 1 - memory
	}
	if math.IsInf(before, -1) || a.value > before+1e-7*math.Abs(before) {
		a.missed = 0
	} else if a.missed++; a.missed >= misses {
		a.missed = 0
		a.factor *= shrink
		if !a.again() {
			return false
		}
	}
	norm := a.slope()
	if norm == 0 || a.high >= a.target {
		return false
	}
	a.move(a.factor * (a.target - a.value) / norm)
	return a.factor > patience
}

// slope counts, per client and level, the chosen columns nearer than the multiplier. The subgradient
// is w·b·(k − count); measured in the metric where a client's weight drops out, so that splitting a
// client in two changes nothing, its square is Σ w·b·(k − count)².
func (a *ascent) slope() float64 {
	part := make([]float64, len(a.in.pieces))
	a.eachPiece(func(n int, p piece, g *group) {
		a.tally(p, g)
		k := g.levels()
		for c := p.from; c < p.to; c++ {
			own := 0.0
			for m, b := range g.pooled {
				s := float64(m + 1 - int(a.count[g.flat+c*k+m]))
				own += b * s * s
			}
			part[n] += g.weight[c] * own
		}
	})
	sum := total(part)
	if cost := a.in.rules.cost; cost != nil {
		a.over = -a.in.rules.budget
		for _, j := range a.chosen {
			a.over += cost[j]
		}
		if a.price > 0 || a.over > 0 {
			sum += a.scale * a.over * a.over
		}
	}
	return sum
}

// tally sets count for a piece.
func (a *ascent) tally(p piece, g *group) {
	k := g.levels()
	count, whole := a.count[g.flat+p.from*k:g.flat+p.to*k], a.whole[g.flat+p.from*k:g.flat+p.to*k]
	clear(count)
	for _, j := range a.chosen {
		if !g.serves(j) {
			continue
		}
		cells, costs := g.cost.look(a.in.row[j], p.from, p.to)
		if k == 1 && cells != nil {
			for n, i := range cells {
				i -= int32(p.from)
				count[i] += int32(uint32(int32(costs[n])-whole[i]) >> 31) // 1 where the cost is less
			}
			continue
		}
		for n, t := range costs {
			i := n
			if cells != nil {
				i = int(cells[n]) - p.from
			}
			for m := k - 1; m >= 0 && int32(t) < whole[i*k+m]; m-- {
				count[i*k+m]++
			}
		}
	}
}

// move takes a step of the given length along the momentum.
func (a *ascent) move(length float64) {
	a.eachPiece(func(_ int, p piece, g *group) {
		k := g.levels()
		for c := p.from; c < p.to; c++ {
			low, most := 0.0, float64(g.cost.most(c))
			for m := range k {
				i := g.flat + c*k + m
				a.step[i] = momentum*a.step[i] + (1-momentum)*float64(m+1-int(a.count[i]))
				low = max(low, min(a.mu[i]+length*a.step[i], most))
				a.mu[i] = low
			}
		}
	})
	a.push = momentum*a.push + (1-momentum)*a.scale*a.over
	a.price = max(0, a.price+length*a.push)
}

// climb advances until the steps are spent or more of them cannot help; it reports whether it could
// go on.
func (a *ascent) climb(steps int) bool {
	for range steps {
		if !a.advance() {
			return false
		}
	}
	return true
}

// reset takes all decisions back and forgets the bound.
func (a *ascent) reset() {
	copy(a.use, a.in.fixed)
	clear(a.drop)
	a.high = math.Inf(-1)
	a.factor, a.missed = opening, 0
}
