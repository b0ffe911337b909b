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

// newRun reduces the problem; see newSystem for some.
func newRun(ctx context.Context, p *Problem, reach road.Millis, some []bool, seed uint64) *run {
	r := &run{p: p, ctx: ctx, reach: reach, root: &tree{ctx: ctx}}
	all, rest := newSystem(p, reach, some)
	for _, i := range rest {
		r.root.step(Ignore, i, 0)
	}
	s := all.whole(p.Sites)
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
	d.climb(rootSteps, t.ended)
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

// search answers what try left open, unless ctx ends or the proof gets too long: by a small tree, then a long local search, then a tree
// of any size.
func (r *run) search(place int) ([]int, *Proof) {
	if sites, proof := r.tree(place, smallTree); sites != nil || proof != nil {
		return sites, proof
	}
	if r.local.cover(r.ctx, place-len(r.p.Fixed)-len(r.root.used), r.longSearch()) {
		return r.sites(r.local.in), nil
	}
	return r.tree(place, 0)
}

// fewer makes sites fewer by long local searches, down to a bound.
func (r *run) fewer(sites []int, bound int) []int {
	for bound < len(sites) && r.local.cover(r.ctx, len(sites)-1-len(r.p.Fixed)-len(r.root.used), r.longSearch()) {
		sites = r.sites(r.local.in)
	}
	return sites
}

// smallTree is the nodes of the first tree.
const smallTree = 300

// longSearch is the steps of a local search that may take as long as a few thousand nodes of the tree: a step
// looks at a column's rows, and at the columns of some of them.
func (r *run) longSearch() int {
	entries := float64(len(r.base.list.col))
	look := entries * entries / float64(len(r.base.site)*len(r.base.cell))
	return int(min(max(3e8/look, nextSearch), 3e5))
}

// tree is branch and bound from the best weights, with so many nodes at most, or 0.
func (r *run) tree(place, most int) ([]int, *Proof) {
	t, left, _ := r.begin(place)
	t.most = most
	s := r.base.whole(left)
	d := newDual(s.system, left, slices.Clone(r.weight))
	d.hold()
	whole := d.whole()
	return r.answer(t, t.divide(s, d, whole, t.vector(s.system, whole)))
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

// weaker returns a proof about the most sites that can be shown not to do without a tree, from the weights that
// try found.
func (r *run) weaker() *Proof {
	d := newDual(r.base.system, 1, slices.Clone(r.weight))
	d.hold()
	whole := d.whole()
	few := r.base.most(whole)
	for {
		d := newDual(r.base.system, few+1, slices.Clone(r.weight))
		d.climb(rootSteps, func() bool { return r.ctx.Err() != nil })
		next := d.whole()
		n := r.base.most(next)
		if n <= few {
			break
		}
		whole, few, r.weight = next, n, d.best
	}
	t, _, done := r.begin(few + len(r.p.Fixed) + len(r.root.used))
	if !done {
		t.step(Weigh, t.vector(r.base.system, whole), 0)
	}
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

// unreachable proves that no sites do within a time, which is below that from some cell's nearest allowed site.
func unreachable(p *Problem, place int, reach road.Millis) *Proof {
	t := &tree{proof: Proof{Place: place, Reach: reach}}
	cells, _ := Unreached(p, reach)
	t.weigh(&system{cell: []int32{int32(cells[0])}}, 0)
	return &t.proof
}
