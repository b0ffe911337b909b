package optimiser

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// clonePlan copies a plan deeply enough to edit it.
func clonePlan(p *Plan) *Plan {
	c := *p
	c.Sites = slices.Clone(p.Sites)
	c.Certificate.Multiplier = slices.Clone(p.Certificate.Multiplier)
	c.Certificate.Price = slices.Clone(p.Certificate.Price)
	c.Certificate.Proof = slices.Clone(p.Certificate.Proof)
	return &c
}

func TestVerifyRejectsEveryEdit(t *testing.T) {
	p := town(80, 25, 4, 2, 3, 0.3, 5)
	p.Fixed, p.Forbidden = []int{3}, []int{7, 8}
	good := solved(t, p, Settings{})
	if good.Status != Optimal || len(good.Certificate.Proof) < 10 {
		t.Fatalf("the plan to edit should have a proof: %s, %d steps", good.Status, len(good.Certificate.Proof))
	}
	other := slices.IndexFunc(numbers(p.Sites), func(s int) bool { return !slices.Contains(good.Sites, s) && s != 7 && s != 8 })
	single := slices.IndexFunc(good.Certificate.Proof, func(s Step) bool { return s.Kind == Single })
	for _, c := range []struct {
		name string
		want error
		edit func(*Plan)
	}{
		{"value up", ErrValue, func(q *Plan) { q.Certificate.Value *= 1 + 1e-7 }},
		{"value down", ErrValue, func(q *Plan) { q.Certificate.Value *= 1 - 1e-7 }},
		{"value NaN", ErrValue, func(q *Plan) { q.Certificate.Value = math.NaN() }},
		{"bound up", ErrBound, func(q *Plan) { q.Certificate.Bound *= 1 + 1e-7 }},
		{"bound down", ErrBound, func(q *Plan) { q.Certificate.Bound *= 1 - 1e-7 }},
		{"bound NaN", ErrBound, func(q *Plan) { q.Certificate.Bound = math.NaN() }},
		{"hash", ErrHash, func(q *Plan) { q.Certificate.Problem[31] ^= 1 }},
		{"status", ErrStatus, func(q *Plan) { q.Status = Converged }},
		{"status unknown", ErrStatus, func(q *Plan) { q.Status = "best" }},
		{"another site", ErrValue, func(q *Plan) {
			q.Sites = slices.DeleteFunc(q.Sites, func(s int) bool { return s != 3 && s == q.Sites[len(q.Sites)-1] })
			q.Sites = append(q.Sites, other)
			slices.Sort(q.Sites)
		}},
		{"site missing", ErrSites, func(q *Plan) { q.Sites = q.Sites[1:] }},
		{"site twice", ErrSites, func(q *Plan) { q.Sites[1] = q.Sites[0] }},
		{"sites unsorted", ErrSites, func(q *Plan) { q.Sites[0], q.Sites[1] = q.Sites[1], q.Sites[0] }},
		{"site outside", ErrSites, func(q *Plan) { q.Sites[3] = p.Sites }},
		{"forbidden site", ErrSites, func(q *Plan) { q.Sites = []int{3, 7, 9, 10} }},
		{"fixed site missing", ErrSites, func(q *Plan) { q.Sites = []int{4, 5, 9, 10} }},
		{"multipliers cut", ErrMultiplier, func(q *Plan) { q.Certificate.Multiplier = q.Certificate.Multiplier[1:] }},
		{"multiplier negative", ErrMultiplier, func(q *Plan) { q.Certificate.Multiplier[0] = -1 }},
		{"multiplier NaN", ErrMultiplier, func(q *Plan) { q.Certificate.Multiplier[0] = math.NaN() }},
		{"multiplier beyond the cap", ErrMultiplier, func(q *Plan) { q.Certificate.Multiplier[0] = 7201 }},
		{"multiplier not whole", ErrMultiplier, func(q *Plan) { q.Certificate.Multiplier[0] += 0.0005 }},
		{"multipliers moved", ErrBound, func(q *Plan) {
			for i := range q.Certificate.Multiplier {
				q.Certificate.Multiplier[i] = 100
			}
		}},
		{"proof gone", ErrBound, func(q *Plan) { q.Certificate.Proof = nil }},
		{"proof cut", ErrProof, func(q *Plan) { q.Certificate.Proof = q.Certificate.Proof[:len(q.Certificate.Proof)-1] }},
		{"proof too long", ErrProof, func(q *Plan) { q.Certificate.Proof = append(q.Certificate.Proof, Step{Relax, 0}) }},
		{"split twice on a site", ErrProof, func(q *Plan) { q.Certificate.Proof = slices.Insert(q.Certificate.Proof, 0, q.Certificate.Proof[0]) }},
		{"split on a fixed site", ErrProof, func(q *Plan) { q.Certificate.Proof[0] = Step{Split, 3} }},
		{"split outside", ErrProof, func(q *Plan) { q.Certificate.Proof[0] = Step{Split, -1} }},
		{"single too early", ErrProof, func(q *Plan) { q.Certificate.Proof = []Step{{Kind: Single}} }},
		{"single relaxed", ErrBound, func(q *Plan) { q.Certificate.Proof[single] = Step{Relax, 0} }},
		{"unknown vector", ErrProof, func(q *Plan) { q.Certificate.Proof = []Step{{Relax, 1 << 40}} }},
		{"unknown kind", ErrProof, func(q *Plan) { q.Certificate.Proof = []Step{{9, 0}} }},
	} {
		q := clonePlan(good)
		c.edit(q)
		if err := Verify(p, q); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	if err := Verify(p, good); err != nil {
		t.Error("the edits reached the original:", err)
	}
}

// withoutProof returns the plan with its first vector only, so that any other number in it gives another bound.
func withoutProof(t *testing.T, p *Problem, plan *Plan) *Plan {
	plan = clonePlan(plan)
	c := &plan.Certificate
	c.Multiplier, c.Price, c.Proof = c.Multiplier[:p.vectorSize()], c.Price[:1], nil
	bound, _, err := proofBound(p, c)
	if err != nil {
		t.Fatal(err)
	}
	plan.Status, c.Bound = Converged, bound
	if err := Verify(p, plan); err != nil {
		t.Fatal(err)
	}
	return plan
}

// rich returns a problem that uses every field.
func rich() *Problem {
	p := town(40, 18, 5, 2, 2, 0.3, 6)
	p.Layers[1].Curve, p.Layers[1].Share = Within(900_000), ExpectedCover(0.4, 3)
	p.Layers[1].Off = make([]bool, p.Sites)
	p.Layers[1].Off[4] = true
	for s := range p.Sites {
		p.Row = append(p.Row, int32(s*2%17))
		p.Cost = append(p.Cost, []float64{4, 3, 5, 2.5}[s%4])
	}
	p.Budget = 13
	p.Fixed, p.Forbidden = []int{3}, []int{7}
	p.Quotas = []Quota{{"day", numbers(10), 2, 4}, {"early", []int{1, 2, 5}, 1, 1}, {"late", []int{12, 13, 14}, 1, 2}}
	return p
}

func TestVerifyRejectsEveryEditUnderRules(t *testing.T) {
	p := rich()
	good := withoutProof(t, p, solved(t, p, Settings{}))
	sites := func(want ...int) func(*Plan) { return func(q *Plan) { q.Sites = want } }
	vector := p.vectorSize()
	for _, c := range []struct {
		name string
		want error
		edit func(*Plan)
	}{
		{"over the budget", ErrSites, sites(2, 3, 6, 10, 14)},
		{"too few of a quota", ErrSites, sites(2, 3, 16)},
		{"too many of a quota", ErrSites, sites(1, 2, 3, 13)},
		{"too many of a quota within another", ErrSites, sites(1, 3, 5, 13)},
		{"more than may be placed", ErrSites, sites(1, 3, 9, 11, 13, 15)},
		{"none", ErrSites, sites()},
		{"price up", ErrBound, func(q *Plan) { scaled(q.Certificate.Price, 10) }},
		{"price down", ErrBound, func(q *Plan) { scaled(q.Certificate.Price, 0) }},
		{"prices gone", ErrMultiplier, func(q *Plan) { q.Certificate.Price = nil }},
		{"price too many", ErrMultiplier, func(q *Plan) { q.Certificate.Price = append(q.Certificate.Price, 1) }},
		{"price too few", ErrMultiplier, func(q *Plan) { q.Certificate.Price = q.Certificate.Price[1:] }},
		{"price negative", ErrMultiplier, func(q *Plan) { q.Certificate.Price[0] = -1e-9 }},
		{"price NaN", ErrMultiplier, func(q *Plan) { q.Certificate.Price[0] = math.NaN() }},
		{"price infinite", ErrMultiplier, func(q *Plan) { q.Certificate.Price[0] = math.Inf(1) }},
		{"multiplier above what a lost call costs", ErrMultiplier, func(q *Plan) { q.Certificate.Multiplier[vector-1] = Lost/1000 + 0.001 }},
		{"multipliers of a layer gone", ErrMultiplier, func(q *Plan) { q.Certificate.Multiplier = q.Certificate.Multiplier[2*p.Cells:] }},
		{"multipliers gone", ErrBound, func(q *Plan) { scaled(q.Certificate.Multiplier, 0) }},
		{"multipliers of a layer 0", ErrBound, func(q *Plan) { clear(q.Certificate.Multiplier[:2*p.Cells]) }},
		{"vectors of another size", ErrMultiplier, func(q *Plan) { q.Certificate.Multiplier = append(q.Certificate.Multiplier, 0) }},
		{"vector without price", ErrMultiplier, func(q *Plan) {
			q.Certificate.Multiplier = append(q.Certificate.Multiplier, q.Certificate.Multiplier...)
		}},
	} {
		q := clonePlan(good)
		c.edit(q)
		if err := Verify(p, q); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	if err := Verify(p, good); err != nil {
		t.Error("the edits reached the original:", err)
	}
}

func scaled(list []float64, by float64) {
	for i := range list {
		list[i] *= by
	}
}

// TestVerifyRejectsAnotherProblem edits every field of the problem that a plan was made for.
func TestVerifyRejectsAnotherProblem(t *testing.T) {
	plan := solved(t, rich(), Settings{})
	for name, edit := range map[string]func(*Problem){
		"weight":  func(p *Problem) { p.Layers[1].Weight[4] += 1e-9 },
		"weights": func(p *Problem) { p.Layers[0].Weight, p.Layers[1].Weight = p.Layers[1].Weight, p.Layers[0].Weight },
		"time":    func(p *Problem) { p.Layers[0].Time.T[77]++ },
		"share":   func(p *Problem) { p.Layers[1].Share[1] *= 0.9 },
		"levels":  func(p *Problem) { p.Layers[0].Share = p.Layers[0].Share[:1] },
		"curve": func(p *Problem) {
			p.Layers[0].Curve = &Curve{Time: []road.Millis{0, Cap}, Cost: []int32{0, int32(Cap)}}
		},
		"reach":        func(p *Problem) { p.Layers[1].Curve = Within(900_001) },
		"no curve":     func(p *Problem) { p.Layers[1].Curve = nil },
		"cost":         func(p *Problem) { p.Layers[1].Curve.Cost[1]-- },
		"off":          func(p *Problem) { p.Layers[1].Off[5] = true },
		"all on":       func(p *Problem) { p.Layers[1].Off[4] = false },
		"layers":       func(p *Problem) { p.Layers = p.Layers[:1] },
		"place":        func(p *Problem) { p.Place++ },
		"row":          func(p *Problem) { p.Row[5]++ },
		"no rows":      func(p *Problem) { p.Row = nil; p.Layers[0].Time = p.Layers[1].Time },
		"fixed":        func(p *Problem) { p.Fixed = plan.Sites[:2] },
		"free":         func(p *Problem) { p.Fixed = nil },
		"forbidden":    func(p *Problem) { p.Forbidden = append(p.Forbidden, 17) },
		"quota":        func(p *Problem) { p.Quotas = p.Quotas[:2] },
		"quota name":   func(p *Problem) { p.Quotas[0].Name = "night" },
		"quota sites":  func(p *Problem) { p.Quotas[2].Sites = append(p.Quotas[2].Sites, 16) },
		"quota least":  func(p *Problem) { p.Quotas[0].Least-- },
		"quota most":   func(p *Problem) { p.Quotas[0].Most++ },
		"site cost":    func(p *Problem) { p.Cost[6] += 1e-12 },
		"budget":       func(p *Problem) { p.Budget += 1e-12 },
		"same times":   func(p *Problem) { p.Layers[1].Time = p.Layers[0].Time },
		"fixed order":  func(p *Problem) { p.Fixed, p.Forbidden = p.Forbidden, p.Fixed },
		"moved a site": func(p *Problem) { p.Quotas[0].Sites = numbers(11) },
	} {
		p := rich()
		edit(p)
		if err := Verify(p, plan); err == nil || p.Hash() == plan.Certificate.Problem {
			t.Errorf("%s: got %v, want %v", name, err, ErrHash)
		}
	}
}

// TestVerifyAcceptsAnyInterruptedProof stops the solver for want of room and at many moments, so that
// the tree is cut in many places.
func TestVerifyAcceptsAnyInterruptedProof(t *testing.T) {
	hard := rich()
	hard.Layers[0].Share = Shares(0.8, 3)
	for name, p := range map[string]*Problem{"plain": town(60, 25, 4, 1, 3, 0.45, 9), "rules": hard} {
		for room := 1; room < 30; room++ {
			r := newRun(context.Background(), p, Settings{Workers: 1})
			l, a := r.start(r.in)
			r.layout = l
			r.offer()
			a.target = r.value
			r.tree = newTree(r, a)
			r.tree.room = room
			r.tree.root()
			plan := &Plan{Sites: r.in.sites(r.columns), Status: Converged, Certificate: r.certificate(p.Hash())}
			if r.met() {
				plan.Status = Optimal
			}
			if err := Verify(p, plan); err != nil {
				t.Fatalf("%s, room for %d vectors: %v", name, room, err)
			}
		}
		for stop := range 40 {
			ctx := &endsAfter{Context: context.Background(), left: 75 * stop}
			plan, err := Solve(ctx, p, Settings{Workers: 1})
			if err != nil {
				t.Fatal(err)
			}
			if err := Verify(p, plan); err != nil {
				t.Fatalf("%s, stopped after %d checks: %v", name, 75*stop, err)
			}
		}
	}
}

// endsAfter is a context that ends after it has been asked a number of times. Not for several goroutines.
type endsAfter struct {
	context.Context
	left int
}

func (c *endsAfter) Err() error {
	if c.left--; c.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// TestVerifyRejectsBoundsThatRoundingCouldProve states a bound that is too high, and adds numbers so large that their
// rounding would let it pass: a vector that no part uses, with a price at which the budget's two terms cancel.
func TestVerifyRejectsBoundsThatRoundingCouldProve(t *testing.T) {
	p := town(40, 18, 5, 1, 1, 0, 6)
	for range p.Sites {
		p.Cost = append(p.Cost, 12)
	}
	p.Budget = 60
	good := withoutProof(t, p, solved(t, p, Settings{}))
	for _, price := range []float64{1e12, 1e20, 1e300} {
		q := clonePlan(good)
		c := &q.Certificate
		c.Multiplier = append(c.Multiplier, c.Multiplier...)
		c.Price = append(c.Price, price)
		c.Bound *= 1.0001
		if err := Verify(p, q); !errors.Is(err, ErrMultiplier) {
			t.Errorf("price %v: got %v, want %v", price, err, ErrMultiplier)
		}
	}
}

// TestBoundsAreRoundedUpOnlyWhereSumsAreExact has a cell so heavy that the others' whole seconds are lost in the sums.
func TestBoundsAreRoundedUpOnlyWhereSumsAreExact(t *testing.T) {
	p := &Problem{Sites: 2, Cells: 2, Place: 1, Layers: []Layer{{Weight: []float64{1e15, 1}, Share: []float64{1},
		Time: &route.Matrix{Sites: 2, Cells: 2, T: []road.Millis{0, 3000, 1000, 2000}}}}}
	if got := nextValue(p, 2.5); got != 2.5 {
		t.Errorf("a bound of 2.5 became %v although sums of 10¹⁸ are rounded", got)
	}
	p.Layers[0].Weight[0] = 1
	if got := nextValue(p, 2.5); got != 3 {
		t.Errorf("a bound of 2.5 on whole seconds became %v", got)
	}
}
