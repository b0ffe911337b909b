package optimiser

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestResumedSolveIsAsGood(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		from, err := Solve(context.Background(), p, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		q := *p
		q.Layers = slices.Clone(p.Layers)
		for l := range q.Layers {
			q.Layers[l].Weight = rapid.SliceOfN(rapid.SampledFrom([]float64{0, 1, 3.5}), p.Cells, p.Cells).Draw(t, "weight")
		}
		plan, err := Solve(context.Background(), &q, Settings{From: from})
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(&q, plan); err != nil {
			t.Fatal(err)
		}
		if best := bestOfAll(&q); plan.Certificate.Bound > best*(1+1e-9)+1e-8 || plan.Status == Optimal && !like(plan.Certificate.Value, best) {
			t.Fatalf("%s with %v, bound %v; the best of all is %v", plan.Status, plan.Certificate.Value, plan.Certificate.Bound, best)
		}
	})
}

// A plan for like demand is a better start than none: the same few steps prove more.
func TestResumingIsQuicker(t *testing.T) {
	p := town(4100, 80, 6, 1, 2, 0.3, 1)
	from := solvedFor(t, p, nil, 12)
	q := *p
	q.Layers = slices.Clone(p.Layers)
	q.Layers[0].Weight = slices.Clone(q.Layers[0].Weight)
	for i := range q.Layers[0].Weight {
		if i%3 == 0 {
			q.Layers[0].Weight[i] *= 1.1
		}
	}
	afresh, resumed := solvedFor(t, &q, nil, 1), solvedFor(t, &q, from, 1)
	if resumed.Certificate.Gap() >= afresh.Certificate.Gap() {
		t.Errorf("resumed: gap %v; afresh: %v", resumed.Certificate.Gap(), afresh.Certificate.Gap())
	}
}

// solvedFor solves until so many reports of progress after the first.
func solvedFor(t *testing.T, p *Problem, from *Plan, reports int) *Plan {
	ctx, enough := context.WithCancel(context.Background())
	defer enough()
	plan, err := Solve(ctx, p, Settings{From: from, Progress: func(_, _ float64) {
		if reports--; reports < 0 {
			enough()
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestFromOfAnotherProblemIsRefused(t *testing.T) {
	p := town(40, 12, 3, 1, 2, 0.3, 1)
	plan := solved(t, p, Settings{})
	for name, tamper := range map[string]func(*Plan){
		"sites":       func(p *Plan) { p.Sites = p.Sites[1:] },
		"multipliers": func(p *Plan) { p.Certificate.Multiplier = p.Certificate.Multiplier[1:][:5] },
		"prices":      func(p *Plan) { p.Certificate.Price = []float64{1} },
	} {
		from := *plan
		tamper(&from)
		if _, err := Solve(context.Background(), p, Settings{From: &from}); !errors.Is(err, ErrProblem) {
			t.Errorf("other %s: %v", name, err)
		}
	}
}
