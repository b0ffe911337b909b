package fair

import (
	"context"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/optimiser"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestBoundIsBelowEveryPlanAndValueAtLeastTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		aim := drawAim(t, p)
		plan, err := Solve(context.Background(), p, aim, Settings{Seed: rapid.Uint64().Draw(t, "seed")})
		if err != nil {
			t.Fatal(err)
		}
		if err := Verify(p, aim, plan); err != nil {
			t.Fatal(err)
		}
		c := plan.Certificate
		again := Assemble(p, aim, plan.Sites, plan.Status, c.Factor, c.Proof.Certificate)
		if err := Verify(p, aim, again); err != nil {
			t.Fatalf("assembled: %v", err)
		}
		eachPlan(p, func(sites []int) {
			means, _ := bruteMeans(p, sites)
			value, over := valueOf(&aim, p.Shares(), means)
			if over <= 0 && plan.Certificate.Bound > value && !like(plan.Certificate.Bound, value, means) {
				t.Fatalf("%v: the bound %v is above the value %v of %v", aim, plan.Certificate.Bound, value, sites)
			}
			if plan.Status == optimiser.Optimal && over <= 0 && plan.Certificate.Value > value && !like(plan.Certificate.Value, value, means) {
				t.Fatalf("%v: optimal with %v; %v has %v", aim, plan.Certificate.Value, sites, value)
			}
		})
	})
}

// The search is a heuristic; on problems this small it should end at the best plan nearly always, and
// where it does not be near it.
func TestSolveFindsTheBestOfAllPlans(t *testing.T) {
	missed, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		aim := drawAim(t, p)
		plan, err := Solve(context.Background(), p, aim, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		m := measure{aim, p.Shares()}
		best, rank := m.rank(nil, plan.Means), []float64(nil)
		eachPlan(p, func(sites []int) {
			means, _ := bruteMeans(p, sites)
			if rank = m.rank(rank, means); less(rank, best, 1e-7) {
				best = slices.Clone(rank)
			}
		})
		all++
		if less(best, m.rank(nil, plan.Means), 1e-7) {
			missed++
		}
	})
	if missed*20 > all {
		t.Errorf("%d of %d plans are not the best", missed, all)
	}
}

func TestReweightedIsTheWeightedSumOfMeans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		factor := rapid.SliceOfN(rapid.Float64Range(0, 3), len(p.Names), len(p.Names)).Draw(t, "factor")
		sites := rapid.Permutation(numbers(p.Demand.Sites)).Draw(t, "sites")[:p.Demand.Place]
		means, _ := bruteMeans(p, sites)
		got, err := optimiser.Evaluate(p.Reweighted(factor), sites)
		if err != nil || !like(got, dot(factor, means), means) {
			t.Fatalf("Reweighted has %v, %v; want %v", got, err, dot(factor, means))
		}
	})
}

func TestExchangedIsTheMeansAfterTheSwap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		l := newLayout(newTerrain(p))
		order := rapid.Permutation(numbers(p.Demand.Sites)).Draw(t, "sites")
		l.reset(order[:p.Demand.Place])
		for range 4 {
			in, pos := rapid.IntRange(0, p.Demand.Sites-1).Draw(t, "in"), rapid.IntRange(0, p.Demand.Place-1).Draw(t, "pos")
			if l.at[in] > 0 {
				continue
			}
			var tr trial
			l.try(in, &tr)
			promised := slices.Clone(l.exchanged(pos, &tr))
			l.swap(pos, in)
			means, _ := bruteMeans(p, l.sites())
			for b := range means {
				if !like(promised[b], means[b], means) || !like(l.seconds()[b], means[b], means) {
					t.Fatalf("part %d: promised %v, layout %v, want %v", b, promised[b], l.seconds()[b], means[b])
				}
			}
		}
	})
}

// The bounds as the solver derives them, against every plan and any factors.
func TestBoundsFollowFromAnyFactors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		aim := drawAim(t, p)
		factor := rapid.SliceOfN(rapid.Float64Range(0, 3), len(p.Names), len(p.Names)).Draw(t, "factor")
		m := measure{aim, p.Shares()}
		least := math.Inf(1)
		eachPlan(p, func(sites []int) {
			means, _ := bruteMeans(p, sites)
			least = min(least, dot(factor, means))
		})
		bound := m.bound(factor, least)
		if again, ok := follows(&aim, m.share, factor, least); ok && !like(bound, again, []float64{max(least, math.Abs(bound))}) {
			t.Fatalf("solver derives %v, verifier %v", bound, again)
		}
		eachPlan(p, func(sites []int) {
			means, _ := bruteMeans(p, sites)
			value, over := valueOf(&aim, m.share, means)
			if over <= 0 && bound > value && !like(bound, value, means) {
				t.Fatalf("%v at %v: bound %v above %v of %v", aim, factor, bound, value, sites)
			}
		})
	})
}

func TestEqualServesTheVillages(t *testing.T) {
	p := row()
	efficient, err := Solve(context.Background(), p, Aim{Kind: Balanced, Power: 1}, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	equal, err := Solve(context.Background(), p, Aim{Kind: Equal}, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if !(equal.Certificate.Value < slices.Max(efficient.Means)) || equal.Mean < efficient.Mean {
		t.Errorf("equal: worst %v, mean %v; efficient: worst %v, mean %v", equal.Certificate.Value, equal.Mean, slices.Max(efficient.Means), efficient.Mean)
	}
	if efficient.Status != optimiser.Optimal {
		t.Errorf("efficient is %s", efficient.Status)
	}
}

func TestSameSeedSamePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		aim, seed := drawAim(t, p), rapid.Uint64().Draw(t, "seed")
		one, _ := Solve(context.Background(), p, aim, Settings{Seed: seed, Workers: 1})
		two, _ := Solve(context.Background(), p, aim, Settings{Seed: seed, Workers: 3})
		if !reflect.DeepEqual(one, two) {
			t.Fatalf("%+v\n%+v", one, two)
		}
	})
}

func TestDeadlineIsHonoured(t *testing.T) {
	p := town(3000, 300, 12, 16, 3, 0.3)
	for _, aim := range []Aim{{Kind: Equal}, {Kind: Balanced, Power: 4}} {
		for _, limit := range []time.Duration{20 * time.Millisecond, 300 * time.Millisecond} {
			ctx, stop := context.WithTimeout(context.Background(), limit)
			start := time.Now()
			plan, err := Solve(ctx, p, aim, Settings{})
			if took := time.Since(start); took > limit+100*time.Millisecond {
				t.Errorf("%s with %v took %v", aim.Kind, limit, took)
			}
			stop()
			if err != nil {
				t.Fatal(err)
			}
			if err := Verify(p, aim, plan); err != nil {
				t.Errorf("%s with %v: %v", aim.Kind, limit, err)
			}
			t.Logf("%s within %v: value %.1f, bound %.1f (%s)", aim.Kind, limit, plan.Certificate.Value, plan.Certificate.Bound, plan.Status)
		}
	}
}
