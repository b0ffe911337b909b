package optimiser

import (
	"context"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// TestListsAreCompleteUpToTheirLimits checks that what the dual looks at in place of whole rows leaves nothing out
// below a cell's limit, and that no limit is lower than the lists allow.
func TestListsAreCompleteUpToTheirLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		in := newInstance(p)
		l := newSearcher(in, 1, 1).greedy(context.Background(), in)
		if !in.list(l, make([]bool, len(in.site)), nil, 1, func() bool { return false }) {
			t.Fatal("no lists were made")
		}
		wanted := make([]bool, in.rows)
		for _, r := range in.row {
			wanted[r] = true
		}
		for g := range in.groups {
			c := in.groups[g].cost
			for i, limit := range c.near.limit {
				if in.groups[g].weight[i] == 0 {
					continue // never looked at
				}
				listed := map[int]bool{}
				for _, e := range c.near.near(i) {
					listed[e.row()] = true
				}
				next := road.Millis(c.ceil)
				for r := range c.dense {
					if wanted[r] && !listed[r] {
						next = min(next, c.dense[r][i])
					}
				}
				if limit > int32(next) || c.curve != nil && limit != int32(next) {
					t.Fatalf("cell %d: limit %d, the least cost that is not listed is %d", i, limit, next)
				}
			}
		}
	})
}

// TestWanderGoesOnWhereSwapsEnd covers cells drawn at random, where swaps alone end early.
func TestWanderGoesOnWhereSwapsEnd(t *testing.T) {
	const cells, sites, reached = 600, 300, 14
	rng := rand.New(rand.NewPCG(3, 5))
	p := &Problem{Sites: sites, Cells: cells, Place: 25}
	m := &route.Matrix{Sites: sites, Cells: cells, T: make([]road.Millis, sites*cells)}
	for i := range m.T {
		m.T[i] = road.Unreachable
	}
	for s := range sites {
		for range reached {
			m.T[s*cells+rng.IntN(cells)] = 0
		}
	}
	weight := make([]float64, cells)
	for i := range weight {
		weight[i] = float64(1 + rng.IntN(9))
	}
	p.Layers = []Layer{{Weight: weight, Time: m, Share: []float64{1}, Curve: Within(60_000)}}
	r := newRun(context.Background(), p, Settings{Workers: 1})
	r.layout, _ = r.start(r.in)
	r.offer()
	before := r.value
	r.wander(rootTries, make([]bool, len(r.in.site)), func() []int { return r.columns })
	if v, _ := Evaluate(p, r.in.sites(r.columns)); !like(v, r.value/1000) || !(r.value < before) {
		t.Errorf("from %v to %v, which is %v", before, r.value, v)
	}
}
