package transport

import (
	"math"
	"slices"

	"github.com/nearside-ems/nearside/optimiser"
)

// tree is a depth-first branch and bound that writes its proof as it goes. A node raises the bound
// under the columns decided so far, decides what reduced costs allow, and when that stalls splits on
// one column. When the certificate has no room for more vectors, or few plans are left, a part is split
// further with the vector it has, down to single plans, which need only their prices.
type tree struct {
	run     *run
	a       *ascent
	proof   []optimiser.Step
	vectors []vector
	prices  []float64 // of single plans, as in the certificate
	singles int
	room    int // vectors that the certificate may still hold
	steps   int // steps of the proof that it may still hold
	bound   float64
}

// Limits of a certificate: 2²¹ multipliers and as many prices are 16 MiB each in memory.
const (
	proofNumbers = 1 << 21
	proofSteps   = 1 << 20
)

func newTree(r *run, a *ascent) *tree {
	return &tree{
		run: r, a: a, bound: math.Inf(1), room: max(3, proofNumbers/(len(r.p.Layers)*r.p.Cells)),
		steps: min(proofSteps, proofNumbers/(len(r.p.Layers)*r.p.Place)),
	}
}

// vector is a set of multipliers and the Lagrangian value at them: base and the least choice of rho.
type vector struct {
	mu   []int32
	rho  []float64
	base float64
}

// keep stores the best multipliers and returns their number.
func (t *tree) keep() int {
	t.vectors = append(t.vectors, vector{slices.Clone(t.a.best), slices.Clone(t.a.bestRho), t.a.base})
	t.room--
	return len(t.vectors) - 1
}

// write appends a step to the proof.
func (t *tree) write(kind optimiser.Kind, index int) {
	t.proof = append(t.proof, optimiser.Step{Kind: kind, Index: index})
	t.steps--
}

// close writes a part bounded by a vector.
func (t *tree) close(vector int, bound float64) {
	t.write(optimiser.Relax, vector)
	t.bound = min(t.bound, bound)
}

// under returns the bound that a vector gives under the present decisions.
func (t *tree) under(vector int) float64 {
	v := &t.vectors[vector]
	return v.base + t.a.choose(v.rho)
}

// closed reports whether a part with this bound can hold nothing better than the best plan.
func (t *tree) closed(bound float64) bool { return bound >= t.run.value*tight }

// node proves a bound for the part that the decisions describe, starting from the ascent's best
// multipliers, and undoes the decisions that it makes.
func (t *tree) node(root bool) {
	a := t.a
	var decided []int
	var later []part
	steps, least := nodeSteps, 0.05
	a.factor, a.missed = 0.5, 0
	if root {
		steps, least, a.factor = rootSteps, 0.01, 1
	}
	for {
		before := a.high
		a.target = t.run.value
		more := a.climb(steps)
		if root && !t.run.ended() && !t.closed(a.high) {
			t.run.explore(a.chosen, a.drop)
			t.run.report(a.high)
		}
		stalled := !more || a.high-before < least*(t.run.value-a.high)
		if t.closed(a.high) || t.run.ended() || !a.again() {
			t.close(t.keep(), a.high)
			break
		}
		if used, open := t.left(); stalled && choices(len(open), t.run.in.place-len(used)) <= float64(t.run.in.worth(nodeSteps)) {
			t.thin(t.keep())
			break
		}
		done := t.decide(&decided, &later, stalled)
		if t.single() {
			break
		}
		if done == 0 && stalled && !t.run.ended() {
			t.split()
			break
		}
	}
	for _, p := range slices.Backward(later) {
		t.close(p.vector, p.bound)
	}
	for _, j := range decided {
		a.use[j], a.drop[j] = false, false
	}
}

// part is a bounded part that the proof lists later.
type part struct {
	vector int
	bound  float64
}

// decide settles columns by reduced cost at the best multipliers: where using one, or doing without
// it, brings the bound to the best plan's value, the other is assumed from here on. Unless all is set
// it acts only when it settles a tenth of the columns, since each time costs the proof a vector. It
// returns how many it settled.
func (t *tree) decide(decided *[]int, later *[]part, all bool) int {
	a := t.a
	in := make(map[int]bool, len(a.chosen))
	for _, j := range a.chosen {
		in[j] = true
	}
	var settle []int
	open := 0
	for j := range a.rho {
		if a.use[j] || a.drop[j] {
			continue
		}
		open++
		if in[j] && t.closed(a.high-a.rho[j]+a.margin[1]) || !in[j] && t.closed(a.high+a.rho[j]-a.margin[0]) {
			settle = append(settle, j)
		}
	}
	if len(settle) == 0 || t.room < 3 || !all && 10*len(settle) < open {
		return 0
	}
	vector := t.keep()
	for _, j := range settle {
		t.write(optimiser.Split, t.run.in.site[j])
		if in[j] {
			a.use[j] = true
			*later = append(*later, part{vector, a.high - a.rho[j] + a.margin[1]})
		} else {
			a.drop[j] = true
			t.close(vector, a.high+a.rho[j]-a.margin[0])
		}
	}
	*decided = append(*decided, settle...)
	return len(settle)
}

// left returns the columns decided to be used and those undecided.
func (t *tree) left() (used, open []int) {
	for j := range t.a.rho {
		if t.a.use[j] {
			used = append(used, j)
		} else if !t.a.drop[j] {
			open = append(open, j)
		}
	}
	return used, open
}

// single closes a part that holds a single plan, if this is one and it is not ended.
func (t *tree) single() bool {
	used, open := t.left()
	switch t.run.in.place - len(used) {
	case 0:
	case len(open):
		used = append(used, open...)
	default:
		return false
	}
	slices.Sort(used)
	o := t.run.layout.try(used, t.run.ended, nil)
	if o == nil {
		return false
	}
	t.run.offer(o)
	t.prices = t.run.in.appendPrices(t.prices, o)
	t.singles++
	t.write(optimiser.Single, t.singles) // 0 are the plan's own
	t.bound = min(t.bound, o.value)
	return true
}

// branch returns the undecided column whose use is least clear: its recent share of choices is nearest ½.
func (t *tree) branch() int {
	at := -1
	for j, y := range t.a.mean {
		if !t.a.use[j] && !t.a.drop[j] && (at < 0 || math.Abs(y-0.5) < math.Abs(t.a.mean[at]-0.5)) {
			at = j
		}
	}
	return at
}

// split divides the part in two.
func (t *tree) split() {
	if t.room < 3 {
		t.thin(t.keep())
		return
	}
	a, at := t.a, t.branch()
	vector, high := t.keep(), a.high
	mean := slices.Clone(a.mean)
	t.write(optimiser.Split, t.run.in.site[at])
	for _, side := range [][]bool{a.use, a.drop} {
		side[at] = true
		v := &t.vectors[vector]
		copy(a.best, v.mu)
		copy(a.bestRho, v.rho)
		a.base, a.high = v.base, high
		copy(a.mean, mean)
		switch {
		case t.single():
		case t.room < 3:
			t.thin(vector)
		case !a.again():
			t.close(vector, t.under(vector))
		default:
			t.node(false)
		}
		side[at] = false
	}
}

// thin closes the part with the vector, or splits it on until its parts are closed or hold one plan each.
func (t *tree) thin(vector int) {
	bound := t.under(vector)
	if t.closed(bound) || t.steps < 2*len(t.a.rho) {
		t.close(vector, bound)
		return
	}
	if t.single() {
		return
	}
	if t.run.ended() {
		t.close(vector, bound)
		return
	}
	at := t.a.chosen[len(t.a.chosen)-1]
	t.write(optimiser.Split, t.run.in.site[at])
	for _, side := range [][]bool{t.a.use, t.a.drop} {
		side[at] = true
		t.thin(vector)
		side[at] = false
	}
}
