package cover

import (
	"context"
	"math/rand/v2"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// run is a problem at a reach.
type run struct {
	p      *Problem
	ctx    context.Context
	reach  road.Millis
	root   *tree  // with the steps of the reduction, and the sites that it takes
	base   *state // what is left
	local  *local
	weight []float64 // the best weights known of base
}

// Steps of the local search: before the first bound, and after it from what the bound chose.
const (
	firstSearch = 300
	nextSearch  = 3000
)

// newRun reduces the problem. It returns without a base where ctx ends.
func newRun(ctx context.Context, p *Problem, reach road.Millis, seed uint64) *run {
	r := &run{p: p, ctx: ctx, reach: reach, root: &tree{ctx: ctx}}
	s := newSystem(p, reach).whole(p.Sites)
	if dead, is := s.reduce(r.root); is {
		r.root.weigh(s.system, dead)
		return r
	}
	r.base, _ = s.compact(nil)
	r.local = newLocal(r.base.system, rand.New(rand.NewPCG(seed, 1)))
	return r
}

// greedy finds a first cover.
func (r *run) greedy() []int {
	r.local.fill(len(r.base.site))
	return r.sites(r.local.in)
}

// sites returns the sites of a cover, ascending.
func (r *run) sites(columns []int) []int {
	var taken []int32
	for _, c := range columns {
		taken = append(taken, r.base.site[c])
	}
	return r.all(append(taken, r.root.used...))
}

func (r *run) all(taken []int32) []int {
	sites := slices.Clone(r.p.Fixed)
	for _, j := range taken {
		sites = append(sites, int(j))
	}
	slices.Sort(sites)
	return sites
}

// begin returns the tree of a proof that place sites do not do, after the reduction, and the sites left to
// place; it reports true where that proof is complete already.
func (r *run) begin(place int) (t *tree, left int, done bool) {
	t = &tree{ctx: r.ctx, used: slices.Clone(r.root.used)}
	t.proof = r.root.proof
	t.proof.Place, t.proof.Reach, t.proof.Steps = place, r.reach, slices.Clone(t.proof.Steps)
	if r.base == nil {
		return t, 0, true
	}
	left = place - len(r.p.Fixed) - len(t.used)
	if left < 0 || left == 0 && len(r.base.cell) > 0 {
		r.cut(t, left)
		return t, left, true
	}
	return t, left, false
}

// try finds place sites or fewer, fixed ones included, that reach all cells, or a proof that there are none,
// by local search and one bound. Often it finds neither.
func (r *run) try(place int) ([]int, *Proof) {
	t, left, done := r.begin(place)
	if done {
		return nil, &t.proof
	}
	if r.local.cover(r.ctx, left, firstSearch) {
		return r.sites(r.local.in), nil
	}
	s := r.base.whole(left)
	if left == 1 {
		return r.answer(t, t.last(s))
	}
	d := newDual(s.system, left, slices.Clone(r.weight))
	for range rootSteps {
		if !d.advance() || t.ended() {
			break
		}
	}
	r.weight = d.best
	if whole := d.whole(); s.margin(whole, s.open, s.due, left) > 0 {
		t.step(Weigh, t.vector(s.system, whole), 0)
		return nil, &t.proof
	}
	r.local.hold(d.chosen)
	if r.local.cover(r.ctx, left, nextSearch) {
		return r.sites(r.local.in), nil
	}
	return nil, nil
}

// search answers what try left open, by branch and bound, unless ctx ends.
func (r *run) search(place int) ([]int, *Proof) {
	t, left, _ := r.begin(place)
	s := r.base.whole(left)
	d := newDual(s.system, left, r.weight)
	d.high = d.evaluate()
	copy(d.best, d.weight)
	whole := d.whole()
	return r.answer(t, t.branch(s, d, whole, t.vector(s.system, whole)))
}

func (r *run) answer(t *tree, proved bool) ([]int, *Proof) {
	switch {
	case proved:
		return nil, &t.proof
	case t.found != nil:
		return r.all(t.found), nil
	}
	return nil, nil
}

// weaker returns the proof about the most sites that the weights which try found give.
func (r *run) weaker() *Proof {
	d := newDual(r.base.system, 1, slices.Clone(r.weight))
	d.evaluate()
	copy(d.best, d.weight)
	whole := d.whole()
	left := r.base.whole(0).most(whole)
	t, _, _ := r.begin(left + len(r.p.Fixed) + len(r.root.used))
	t.step(Weigh, t.vector(r.base.system, whole), 0)
	return &t.proof
}

// cut ends the proof of the reduction where it takes more sites than are left, at the cell that one more
// is taken for, or where it leaves a cell without.
func (r *run) cut(t *tree, left int) {
	if left == 0 {
		t.weigh(r.base.system, 0)
		return
	}
	steps := t.proof.Steps
	for i := len(steps) - 1; ; i-- {
		if steps[i].Kind != Take {
			continue
		}
		if left++; left == 0 {
			t.proof.Steps = steps[:i]
			t.weigh(&system{cell: []int32{steps[i].B}}, 0)
			return
		}
	}
}
