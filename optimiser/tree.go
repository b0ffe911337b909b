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
	bound   float64 // least over the parts written, weighted thousandths
	grain   float64 // instance.grain
	listed  int     // undecided columns when the lists of what is near were made
	nodes   int
	floor   vector // known before the ascent: no part's bound need be below it
}

// proofNumbers limits a certificate's multipliers: 2²¹ numbers are 16 MiB in memory.
const proofNumbers = 1 << 21

func newTree(r *run, a *ascent) *tree {
	return &tree{
		run: r, a: a, floor: a.floor(r.in.clients()*r.in.rows <= cheapFloor), room: max(3, proofNumbers/r.p.vectorSize()),
		bound: math.Inf(1), grain: r.in.grain(r.p), listed: len(r.in.site),
	}
}

// cheapFloor is the number of costs up to which dual.floor takes only a few milliseconds.
const cheapFloor = 1 << 23

// vector is a set of multipliers and the Lagrangian value at them: base and the least choice of rho.
type vector struct {
	mu    []int32
	price float64
	rho   []float64
	base  float64
}

// keep stores the best multipliers and returns their number.
func (t *tree) keep() int {
	t.vectors = append(t.vectors, vector{slices.Clone(t.a.best), t.a.bestPrice, slices.Clone(t.a.bestRho), t.a.bestBase})
	return len(t.vectors) - 1
}

// stop closes the part that the present decisions describe, with the bound that a vector gives under
// them: more than it gave where fewer were made.
func (t *tree) stop(vector int) {
	v := &t.vectors[vector]
	bound := v.base + t.a.choose(v.rho, t.a.use, t.a.drop)
	if bound < t.floor.base {
		t.vectors = append(t.vectors, t.floor)
		vector, bound = len(t.vectors)-1, t.floor.base
	}
	t.close(vector, bound)
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

// Steps of the ascent in a pass, and the share of the gap that a pass has to close for the ascent to go on.
const (
	rootPass, rootLeast = 25, 0.01
	pass, passLeast     = 20, 0.1
	roomy, often        = 1000, 5 // with room for so many vectors, columns are decided every so many steps
	searched            = 16      // the plan is searched from the ascent's choice in every so many nodes
	restarts            = 8       // of the root, see near
)

// decisions are the columns that a node has decided, and the parts that it cut off and the proof lists later.
type decisions struct {
	columns []int
	later   []bounded
}

// bounded is a part bounded by a vector.
type bounded struct {
	vector int
	bound  float64
}

// root proves a bound for all plans.
func (t *tree) root() {
	var d decisions
	if !t.run.in.listed() {
		t.first(&d)
		t.run.try(t.run.columns, t.a.drop)
	}
	again := 0
	for n := 0; ; n++ {
		before := t.a.high
		more := t.raise(&d, rootPass)
		if !t.run.ended() && !t.closed(t.a.high) {
			t.run.try(t.usual(float64(n%2)), t.a.drop)
			t.run.report(t.a.high)
		}
		stalled := !more || t.a.factor < settled && t.a.high-before < rootLeast*(t.run.value-t.a.high)
		if stalled && !t.run.s.Quick && t.a.high < (1-wanderGap)*t.run.value {
			t.wander(rootTries)
		}
		if stalled && again < restarts && !t.run.s.Quick && t.near() {
			again++
			t.restart()
			d = decisions{}
			continue
		}
		if t.end(&d, stalled, t.run.enough(t.a.high) || t.run.s.Quick && stalled) {
			break
		}
		t.relist()
	}
	if !t.run.met() && !t.run.enough(t.bound) && !t.run.s.Quick { // the proof got no farther; the plan may
		t.wander(lastTries)
	}
	t.undo(&d)
}

// wander searches on from the best plan among the columns left.
func (t *tree) wander(tries int) {
	t.run.wander(tries, t.a.drop, func() []int { return t.usual(1) })
}

// node proves a bound for the part that the decisions so far describe, starting from the ascent's best
// multipliers.
func (t *tree) node() {
	var d decisions
	t.a.factor, t.a.missed = opening, 0
	if t.nodes++; t.nodes%searched == 0 {
		t.run.try(t.usual(1), t.a.drop)
	}
	for {
		before := t.a.high
		more := t.raise(&d, pass)
		if t.end(&d, !more || t.a.high-before < passLeast*(t.run.value-t.a.high), false) {
			break
		}
	}
	t.undo(&d)
}

// raise takes steps of the ascent. While the certificate has much room it decides between them: the fewer
// columns are left, the higher the bound, and columns that cannot be decided at the best multipliers often can at others.
func (t *tree) raise(d *decisions, steps int) bool {
	t.a.target = t.run.value
	if t.room < roomy {
		return t.a.climb(steps)
	}
	for n := 1; n <= steps; n++ {
		if !t.a.advance() {
			return false
		}
		if n%often == 0 && !t.closed(t.a.high) {
			t.decide(d, true)
		}
	}
	return true
}

// end decides what it can after a pass, and ends the node where it is proved, where time or room is out or enough is done, where one
// plan is left, or by a split where the ascent has stalled. It reports whether the node has ended.
func (t *tree) end(d *decisions, stalled, enough bool) bool {
	if t.closed(t.a.high) || enough || t.run.ended() || t.room < 3 && stalled || !t.a.again() {
		t.stop(t.keep())
		return true
	}
	done := t.decide(d, stalled)
	if t.last() {
		return true
	}
	if done > 0 && stalled {
		t.a.factor = opening
	}
	if done > 0 || !stalled {
		return false
	}
	t.split()
	return true
}

// undo lists the parts that were cut off and takes the decisions back.
func (t *tree) undo(d *decisions) {
	for _, p := range slices.Backward(d.later) {
		t.close(p.vector, p.bound)
	}
	for _, j := range d.columns {
		t.a.use[j], t.a.drop[j] = false, false
	}
}

// near reports whether the root stalled so short of a proof, by less than two of the steps in which values come, that other
// multipliers, which decide other columns, may well make it.
func (t *tree) near() bool {
	return t.room >= roomy && !t.run.ended() && !t.closed(t.a.high) && t.a.high+2*t.grain > t.run.value
}

// restart forgets the root's proof and decisions and starts it anew, from the multipliers of another plan.
func (t *tree) restart() {
	r, in := t.run, t.run.in
	t.proof, t.vectors, t.bound = nil, nil, math.Inf(1)
	t.room = max(3, proofNumbers/r.p.vectorSize())
	t.a.reset()
	l := r.search.greedy(r.ctx, in)
	in.list(l, t.a.drop, nil, r.s.Workers, r.ended)
	r.search.improve(r.ctx, l, nil)
	t.listed = len(in.site)
	t.a.from(l)
	r.layout = l
	r.offer()
}

// first looks at all costs once, which decides most columns where the multipliers come from a sketch or another plan, and lists
// what is left.
func (t *tree) first(d *decisions) {
	a := t.a
	a.target = t.run.value
	if a.evaluate() && (a.value == a.high || a.again()) {
		t.run.report(a.high)
		t.decide(d, true)
		t.relist()
	}
}

// relist makes the lists of what is near anew where they would be much shorter, or hold down multipliers.
func (t *tree) relist() {
	open := 0
	for j, drop := range t.a.drop {
		if !drop && !t.a.use[j] {
			open++
		}
	}
	if in := t.run.in; !in.listed() || 4*open < 3*t.listed || in.held(t.a.best) > mostHeld {
		if in.list(t.run.layout, t.a.drop, t.a.best, t.run.s.Workers, t.run.ended) {
			t.listed = open
		}
	}
}

// mostHeld is the share of clients whose multipliers the lists may hold down.
const mostHeld = 0.005

// usual returns the plan of the columns that the ascent chose most often of late, as near as the rules allow; each
// share is first multiplied by a random number from 1 to 1 + noise.
func (t *tree) usual(noise float64) []int {
	value := make([]float64, len(t.a.mean))
	for j, y := range t.a.mean {
		value[j] = -y * (1 + noise*t.run.search.rng.Float64())
	}
	t.a.choose(value, t.a.use, t.a.drop)
	return t.run.in.repair(slices.Clone(t.a.chosen))
}

// decide settles columns by reduced cost at the best multipliers: where using one, or doing without
// it, brings the bound to the best plan's value, the other is assumed from here on. Unless all is set
// it acts only when it settles a tenth of the columns, since each time costs the proof a vector. It
// returns how many it settled.
func (t *tree) decide(d *decisions, all bool) int {
	a := t.a
	var settle []int
	open := 0
	for j := range a.rho {
		if a.use[j] || a.drop[j] {
			continue
		}
		open++
		if t.closed(a.value + t.against(j)) {
			settle = append(settle, j)
		}
	}
	if len(settle) == 0 || !all && 10*len(settle) < open {
		return 0
	}
	t.room--
	t.vectors = append(t.vectors, vector{slices.Clone(a.whole), a.paid, slices.Clone(a.rho), a.base})
	vector := len(t.vectors) - 1
	for _, j := range settle {
		t.proof = append(t.proof, Step{Split, t.run.in.site[j]})
		bound := a.value + t.against(j)
		if a.picked[j] {
			a.use[j] = true
			d.later = append(d.later, bounded{vector, bound})
		} else {
			a.drop[j] = true
			t.close(vector, bound)
		}
	}
	d.columns = append(d.columns, settle...)
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
		a.bestBase, a.bestPrice = t.vectors[vector].base, t.vectors[vector].price
		copy(a.mean, mean)
		a.high = high
		if t.room < 3 || !a.again() {
			t.stop(vector)
		} else {
			t.node()
		}
		side[at] = false
	}
}
