package transport

import (
	"context"
	"math"
	"reflect"
	"runtime"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/optimiser"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func solved(t interface{ Fatal(...any) }, p *Problem, s optimiser.Settings) *Plan {
	plan, err := Solve(context.Background(), p, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(p, plan); err != nil {
		t.Fatal(err)
	}
	return plan
}

// like reports equality but for the rounding of sums.
func like(x, y float64) bool { return math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y))+1e-9 }

func TestAssignIsTheLeastCostFlow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		sites := rapid.Permutation(numbers(p.Sites)).Draw(t, "sites")[:p.Place]
		a, err := Assign(p, sites)
		if err != nil {
			t.Fatal(err)
		}
		if want := slowValue(p, sites); !like(a.Value, want) {
			t.Fatalf("sites %v: %v, want %v", sites, a.Value, want)
		}
	})
}

func TestSolveFindsTheBestOfAllPlans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		plan := solved(t, p, optimiser.Settings{Seed: rapid.Uint64().Draw(t, "seed")})
		best, c := bestOfAll(p), plan.Certificate
		if c.Bound > best*(1+1e-9)+1e-8 {
			t.Fatalf("bound %v is above the best value %v", c.Bound, best)
		}
		if !like(c.Value, best) || plan.Status != optimiser.Optimal {
			t.Fatalf("value %v (%s, bound %v); the best of all is %v", c.Value, plan.Status, c.Bound, best)
		}
	})
}

// TestWithoutLimitsItIsThePMedian compares with package optimiser, which has neither prices nor rooms.
func TestWithoutLimitsItIsThePMedian(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		q := &optimiser.Problem{Sites: p.Sites, Cells: p.Cells, Place: p.Place, Fixed: p.Fixed, Forbidden: p.Forbidden}
		for l := range p.Layers {
			p.Layers[l].Capacity = nil
			q.Layers = append(q.Layers, optimiser.Layer{Weight: p.Layers[l].Weight, Time: p.Layers[l].Time, Share: []float64{1}})
		}
		want, err := optimiser.Solve(context.Background(), q, optimiser.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		got := solved(t, p, optimiser.Settings{})
		if !like(got.Certificate.Value, want.Certificate.Value) || !like(got.Certificate.Bound, want.Certificate.Bound) {
			t.Fatalf("value %v, bound %v; the p-median's are %v, %v", got.Certificate.Value, got.Certificate.Bound, want.Certificate.Value, want.Certificate.Bound)
		}
	})
}

func TestSolveIsTheSameAtAnyNumberOfWorkers(t *testing.T) {
	for _, p := range []*Problem{town(300, 20, 4, 3, 1.1, 1), town(6000, 60, 3, 1, 1.2, 2)} {
		want := solved(t, p, optimiser.Settings{Seed: 7, Workers: 1})
		for _, procs := range []int{1, 2, 5} {
			old := runtime.GOMAXPROCS(procs)
			got := solved(t, p, optimiser.Settings{Seed: 7})
			runtime.GOMAXPROCS(old)
			if !reflect.DeepEqual(want, got) {
				t.Fatalf("GOMAXPROCS %d: %v %v, not %v %v", procs, got.Sites, got.Status, want.Sites, want.Status)
			}
		}
	}
}

// TestSketchesAreOnlyAStart solves cities large enough for sketches and compares with all pairs of sites.
func TestSketchesAreOnlyAStart(t *testing.T) {
	for seed := range uint64(3) {
		p := town(3000, 12, 2, 1, []float64{0.8, 1.1, 1.6}[seed], seed)
		in := newInstance(p)
		best := math.Inf(1)
		for a := range p.Sites {
			for b := range a {
				l := newLayout(in, 1)
				best = min(best, l.must([]int{b, a}).value/1000)
			}
		}
		plan := solved(t, p, optimiser.Settings{})
		if plan.Status != optimiser.Optimal || !like(plan.Certificate.Value, best) {
			t.Errorf("seed %d: %s, %v; want %v", seed, plan.Status, plan.Certificate.Value, best)
		}
	}
}

func TestSolveStopsAtTheDeadline(t *testing.T) {
	p := town(6000, 36, 4, 2, 1.05, 4)
	for _, after := range []time.Duration{0, 20 * time.Millisecond, 200 * time.Millisecond} {
		late := time.Hour
		for range 5 { // a busy machine can make any one run late
			late = min(late, lateness(t, p, after))
		}
		if late > 50*time.Millisecond {
			t.Errorf("after %v: returned %v late at best", after, late)
		}
	}
}

// lateness solves with a timeout and returns how long after it Solve returned.
func lateness(t *testing.T, p *Problem, after time.Duration) time.Duration {
	ctx, cancel := context.WithTimeout(context.Background(), after)
	defer cancel()
	start := time.Now()
	plan, err := Solve(ctx, p, optimiser.Settings{})
	late := time.Since(start) - after
	if err != nil {
		t.Fatal(err)
	}
	if plan.Status != optimiser.Stopped {
		t.Errorf("after %v: status %q", after, plan.Status)
	}
	if err := Verify(p, plan); err != nil {
		t.Fatal(err)
	}
	return late
}

// TestVerifyAcceptsAnyInterruptedProof stops the solver at many moments and for want of room, so that the
// tree is cut in many places.
func TestVerifyAcceptsAnyInterruptedProof(t *testing.T) {
	p := town(60, 16, 4, 2, 1.05, 9)
	for stop := range 80 {
		ctx := &endsAfter{Context: context.Background(), left: 30 * stop}
		plan, err := Solve(ctx, p, optimiser.Settings{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(p, plan); err != nil {
			t.Fatalf("stopped after %d checks: %v", 30*stop, err)
		}
	}
	for room := range 12 {
		r := newRun(context.Background(), p, optimiser.Settings{Workers: 1})
		a := r.start(newInstance(p))
		a.floor()
		r.tree = newTree(r, a)
		r.tree.room, r.tree.steps = room, 40+100*room
		r.tree.node(true)
		status := optimiser.Converged
		if r.met() {
			status = optimiser.Optimal
		}
		if err := Verify(p, r.plan(status, p.Hash())); err != nil {
			t.Fatalf("room for %d vectors: %v", room, err)
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
