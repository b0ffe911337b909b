package transport

import (
	"context"
	"math"
	"testing"

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
