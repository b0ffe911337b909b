package optimiser

// Settings of the ascent, found on the OR-Library's p-median instances.
const (
	momentum = 0.9  // share of the last direction that is kept
	misses   = 12   // steps without a better bound before the step shrinks
	shrink   = 0.85 // by how much it shrinks
	patience = 1e-3 // the step at which the ascent gives up, relative to the first
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

// slope counts, per client and level, the chosen columns nearer than the multiplier. The subgradient
// is w·b·(k − count); measured in the metric where a client's weight drops out, so that splitting a
// client in two changes nothing, its square is Σ w·b·(k − count)².
func (a *ascent) slope() float64 {
	var part [blocks]float64
	a.eachBlock(func(b, from, to int) {
		clear(a.count[from*a.k : to*a.k])
		for g := range a.in.groups {
			base := a.in.first[g]
			lo, hi := max(from, base), min(to, a.in.first[g+1])
			for _, j := range a.chosen {
				row := a.in.groups[g].row[j]
				for c := lo; c < hi; c++ {
					t := int32(row[c-base])
					for k := a.k - 1; k >= 0 && t < a.whole[c*a.k+k]; k-- {
						a.count[c*a.k+k]++
					}
				}
			}
		}
		a.weightOf(from, to, func(c int, w float64) {
			for k, bk := range a.in.pooled {
				g := float64(k + 1 - int(a.count[c*a.k+k]))
				part[b] += w * bk * g * g
			}
		})
	})
	sum := 0.0
	for _, s := range part {
		sum += s
	}
	return sum
}

// move takes a step of the given length along the momentum.
func (a *ascent) move(length float64) {
	a.eachBlock(func(_, from, to int) {
		for c := from; c < to; c++ {
			low := 0.0
			for k := range a.k {
				i := c*a.k + k
				g := float64(k + 1 - int(a.count[i]))
				a.step[i] = momentum*a.step[i] + (1-momentum)*g
				low = max(low, min(a.mu[i]+length*a.step[i], float64(Cap)))
				a.mu[i] = low
			}
		}
	})
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
