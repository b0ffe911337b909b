package optimiser

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

// clonePlan copies a plan deeply enough to edit it.
func clonePlan(p *Plan) *Plan {
	c := *p
	c.Sites = slices.Clone(p.Sites)
	c.Certificate.Multiplier = slices.Clone(p.Certificate.Multiplier)
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

func TestVerifyRejectsAnotherProblem(t *testing.T) {
	made := func() *Problem { return town(60, 20, 3, 2, 2, 0.3, 6) }
	plan := solved(t, made(), Settings{})
	for name, edit := range map[string]func(*Problem){
		"weight":     func(p *Problem) { p.Layers[1].Weight[4] += 1e-9 },
		"time":       func(p *Problem) { p.Layers[0].Time.T[77]++ },
		"share":      func(p *Problem) { p.Layers[1].Share[1] *= 0.9 },
		"levels":     func(p *Problem) { p.Layers[0].Share = p.Layers[0].Share[:1] },
		"layers":     func(p *Problem) { p.Layers = p.Layers[:1] },
		"fixed":      func(p *Problem) { p.Fixed = plan.Sites[:1] },
		"forbidden":  func(p *Problem) { p.Forbidden = []int{(plan.Sites[0] + 1) % 20} },
		"same times": func(p *Problem) { p.Layers[1].Time = p.Layers[0].Time },
	} {
		p := made()
		edit(p)
		if err := Verify(p, plan); err == nil || name != "forbidden" && !errors.Is(err, ErrHash) {
			t.Errorf("%s: got %v, want %v", name, err, ErrHash)
		}
	}
}

// TestVerifyAcceptsAnyInterruptedProof stops the solver for want of room and at many moments, so that
// the tree is cut in many places.
func TestVerifyAcceptsAnyInterruptedProof(t *testing.T) {
	p := town(60, 25, 4, 1, 3, 0.45, 9)
	for room := 1; room < 40; room++ {
		r := newRun(context.Background(), p, Settings{Workers: 1})
		l, a := r.start(r.in)
		r.layout = l
		r.offer()
		a.target = r.value
		r.tree = newTree(r, a)
		r.tree.room = room
		r.tree.node(true)
		plan := &Plan{Sites: r.in.sites(r.columns), Status: Converged, Certificate: r.certificate(p.Hash())}
		if r.met() {
			plan.Status = Optimal
		}
		if err := Verify(p, plan); err != nil {
			t.Fatalf("room for %d vectors: %v", room, err)
		}
	}
	for stop := range 60 {
		ctx := &endsAfter{Context: context.Background(), left: 50 * stop}
		plan, err := Solve(ctx, p, Settings{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(p, plan); err != nil {
			t.Fatalf("stopped after %d checks: %v", 50*stop, err)
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
