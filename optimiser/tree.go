package optimiser

import (
	"math"
	"slices"
)

// tree is a depth-first branch and bound that writes its proof as it goes. A node raises the bound
// under the columns decided so far, decides what reduced costs allow, and when that stalls splits on
// one column.
type tree struct {
	run     *run
	a       *ascent
	proof   []Step
	vectors []vector
	room    int     // vectors that the certificate may still hold
	bound   float64 // least over the parts written, weighted milliseconds
	grain   float64 // instance.grain
}

// proofNumbers limits a certificate's multipliers: 2²¹ numbers are 16 MiB in memory.
const proofNumbers = 1 << 21

func newTree(r *run, a *ascent) *tree {
	return &tree{run: r, a: a, room: max(3, proofNumbers/r.p.vectorSize()), bound: math.Inf(1), grain: r.in.grain(r.p)}
}

// vector is a set of multipliers and the Lagrangian value at them: base and the least choice of rho.
type vector struct {
	mu    []int32
	price float64
	rho   []float64
	base  float64
}

// keep stores the best multipliers and returns their number.
func (t *tree) keep() int {
	t.vectors = append(t.vectors, vector{slices.Clone(t.a.best), t.a.bestPrice, slices.Clone(t.a.bestRho), t.a.base})
	return len(t.vectors) - 1
}

// stop closes the part that the present decisions describe, with the bound that a vector gives under
// them: more than it gave where fewer were made.
func (t *tree) stop(vector int) {
	v := &t.vectors[vector]
	t.close(vector, v.base+t.a.choose(v.rho, t.a.use, t.a.drop))
}

// close writes a part bounded by a vector.
func (t *tree) close(vector int, bound float64) {
	t.proof = append(t.proof, Step{Relax, vector})
	t.bound = min(t.bound, roundUp(bound, t.grain))
}

// closed reports whether a part with this bound can hold nothing better than the best plan.
func (t *tree) closed(bound float64) bool {
	return roundUp(bound, t.grain) >= t.run.value*tight
}

// Steps of the ascent between two decisions: at the root, where also the plan is searched from the
// ascent's own choice; at a root that starts from a sketch's multipliers; and below.
const (
	rootPass   = 50
	liftedPass = 10
	pass       = 20
)

// node proves a bound for the part that the decisions describe, starting from the ascent's best
// multipliers, and undoes the decisions that it makes.
func (t *tree) node(root bool) {
	a := t.a
	var decided []int
	var later []part
	steps, least := pass, 0.05
	a.factor, a.missed = 0.5, 0
	if root {
		steps, least, a.factor = rootPass, 0.01, 1
		if t.run.in.clients() >= 2*enoughFor(t.run.in) {
			steps = liftedPass
		}
	}
	for n := steps; ; n += steps {
		before := a.high
		a.target = t.run.value
		more := a.climb(steps)
		if root && !t.run.ended() && !t.closed(a.high) {
			switch {
			case steps == liftedPass && n == steps: // the sketch's plan, not yet searched from
				t.run.search.improve(t.run.ctx, t.run.layout, nil)
				t.run.offer()
			case n%rootPass == 0:
				t.run.try(t.run.in.repair(a.chosen), a.drop)
			}
			t.run.report(a.high)
		}
		stalled := !more || a.high-before < least*(t.run.value-a.high)
		if t.closed(a.high) || t.run.ended() || (t.room < 3 || t.run.s.Quick) && stalled || !a.again() {
			t.stop(t.keep())
			break
		}
		done := t.decide(&decided, &later, stalled)
		if t.last() {
			break
		}
		if done == 0 && stalled {
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
	var settle []int
	open := 0
	for j := range a.rho {
		if a.use[j] || a.drop[j] {
			continue
		}
		open++
		if t.closed(a.high + t.against(j)) {
			settle = append(settle, j)
		}
	}
	if len(settle) == 0 || !all && 10*len(settle) < open {
		return 0
	}
	t.room--
	vector := t.keep()
	for _, j := range settle {
		t.proof = append(t.proof, Step{Split, t.run.in.site[j]})
		bound := a.high + t.against(j)
		if a.picked[j] {
			a.use[j] = true
			*later = append(*later, part{vector, bound})
		} else {
			a.drop[j] = true
			t.close(vector, bound)
		}
	}
	*decided = append(*decided, settle...)
	return len(settle)
}

// against returns how much the bound grows where an undecided column is not used although the least choice
// has it, or used although it has not.
func (t *tree) against(j int) float64 {
	if t.a.picked[j] {
		return t.a.toDrop(j, t.a.rho)
	}
	return t.a.toUse(j, t.a.rho)
}

// last closes a part that holds a single plan, if this is one.
func (t *tree) last() bool {
	var used, open []int
	for j := range t.a.rho {
		if t.a.use[j] {
			used = append(used, j)
		} else if !t.a.drop[j] {
			open = append(open, j)
		}
	}
	in := t.run.in
	switch {
	case len(used) == in.place:
	case len(open) == 0 || in.rules.cost == nil && len(used)+len(open) == in.place:
		used = append(used, open...)
	default:
		return false
	}
	t.proof = append(t.proof, Step{Kind: Single})
	if in.rules.holds(used) {
		t.run.layout.reset(used)
		t.run.offer()
		t.bound = min(t.bound, t.run.layout.value)
	}
	return true
}

// split divides the part by the undecided column whose use is least clear: its recent share of
// choices is nearest ½.
func (t *tree) split() {
	a := t.a
	at := -1
	for j, y := range a.mean {
		if !a.use[j] && !a.drop[j] && (at < 0 || math.Abs(y-0.5) < math.Abs(a.mean[at]-0.5)) {
			at = j
		}
	}
	t.room--
	vector, high := t.keep(), a.high
	mean := slices.Clone(a.mean)
	t.proof = append(t.proof, Step{Split, t.run.in.site[at]})
	for _, side := range [][]bool{a.use, a.drop} {
		side[at] = true
		copy(a.best, t.vectors[vector].mu)
		copy(a.bestRho, t.vectors[vector].rho)
		a.base, a.bestPrice = t.vectors[vector].base, t.vectors[vector].price
		copy(a.mean, mean)
		a.high = high
		if t.room < 3 || !a.again() {
			t.stop(vector)
		} else {
			t.node(false)
		}
		side[at] = false
	}
}
