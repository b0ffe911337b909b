package transport

import "github.com/nearside-ems/nearside/optimiser"

// Settings of the ascent, those of package optimiser.
const (
	momentum = 0.9  // share of the last direction that is kept
	misses   = 12   // steps without a better bound before the step shrinks
	shrink   = 0.85 // by how much it shrinks
	patience = 1e-3 // the step at which the ascent gives up, relative to the first
)

// ascent raises a dual by deflected subgradient steps, as in package optimiser.
type ascent struct {
	*dual
	factor float64
	missed int
	target float64   // value of the best plan
	mean   []float64 // per column: recent share of steps in which it was chosen
}

func newAscent(d *dual, target float64) *ascent {
	return &ascent{dual: d, factor: 1, target: target, mean: make([]float64, len(d.rho))}
}

// advance takes one step: it evaluates the multipliers and moves them. It reports whether more steps
// can help.
func (a *ascent) advance() bool {
	before := a.high
	if !a.evaluate() {
		return false
	}
	for j := range a.mean {
		a.mean[j] *= momentum
	}
	for _, j := range a.chosen {
		a.mean[j] += 1 - momentum
	}
	if a.value > before+1e-7*before {
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

// slope sets took. The subgradient is w·(1 − took); measured in the metric where a client's weight
// drops out, so that splitting a client in two changes nothing, its square is Σ w·(1 − took)².
func (a *ascent) slope() float64 {
	clear(a.took)
	total := 0.0
	for g := range a.in.groups {
		from, to := a.in.first[g], a.in.first[g+1]
		for _, j := range a.chosen {
			a.takers(g, j, a.took[from:to])
		}
		took := a.took[from:to]
		for i, w := range a.in.groups[g].weight {
			total += w * (1 - took[i]) * (1 - took[i])
		}
	}
	return total
}

// takers adds to took the shares of patients whom a column takes.
func (a *ascent) takers(g, j int, took []float64) {
	c := a.cut[g][j]
	u, row := a.whole[a.in.first[g]:a.in.first[g+1]], a.in.groups[g].row[j]
	for b, t := range a.in.groups[g].near[j] {
		if int32(t) >= a.tops[g][b] {
			continue
		}
		for i := b * block; i < min((b+1)*block, len(row)); i++ {
			if save := u[i] - int32(row[i]); save > c.price {
				took[i]++
			} else if save == c.price && save > 0 {
				took[i] += c.share
			}
		}
	}
}

// move takes a step of the given length along the momentum.
func (a *ascent) move(length float64) {
	for c, took := range a.took {
		a.step[c] = momentum*a.step[c] + (1-momentum)*(1-took)
		a.mu[c] = max(0, min(a.mu[c]+length*a.step[c], float64(optimiser.Cap)))
	}
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
