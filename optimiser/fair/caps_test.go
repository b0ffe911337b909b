package fair

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestCapsAreKeptOrShownToConflict(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		caps := make([]float64, len(p.Names))
		for b := range caps {
			caps[b] = rapid.SampledFrom([]float64{0.001, 0.5, 3, 1000, 3000}).Draw(t, "cap")
		}
		got, err := SolveCapped(context.Background(), p, caps, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		least, feasible := math.Inf(1), false
		eachPlan(p, func(sites []int) {
			means, _ := bruteMeans(p, sites)
			over := math.Inf(-1)
			for b, v := range means {
				over = max(over, v-caps[b])
			}
			least, feasible = min(least, over), feasible || over <= 0
		})
		if err := Verify(p, Aim{Kind: Capped, Cap: caps}, got.Plan); err != nil {
			t.Fatal(err)
		}
		if got.Plan.Within {
			if got.Relaxation != nil || got.Infeasible() {
				t.Fatal("a plan within the caps, and a relaxation")
			}
			return
		}
		if err := Verify(p, RelaxationOf(caps), got.Relaxation); err != nil {
			t.Fatal(err)
		}
		c := got.Relaxation.Certificate
		if got.Infeasible() && (feasible || len(got.Conflict()) == 0) || c.Bound > least+1e-6 || c.Value < least-1e-6 {
			t.Fatalf("infeasible: %v; relaxation from %v to %v, the least is %v", got.Infeasible(), c.Bound, c.Value, least)
		}
	})
}

func TestConflictNamesTheParts(t *testing.T) {
	got, err := SolveCapped(context.Background(), row(), []float64{1e4, 20}, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Infeasible() || !slices.Equal(got.Conflict(), []int{1}) || got.Relaxation.Certificate.Value != 16 {
		t.Errorf("infeasible: %v, conflict %v, relaxation %v", got.Infeasible(), got.Conflict(), got.Relaxation.Certificate.Value)
	}
}

func TestFrontierIsBoundedAndNotDominated(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		points, err := Frontier(context.Background(), p, rapid.IntRange(2, 5).Draw(t, "points"), Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if len(points) == 0 {
			t.Fatal("no points")
		}
		for i := range points {
			point := &points[i]
			if err := Verify(p, point.Aim(), point.Plan); err != nil {
				t.Fatal(err)
			}
			if i > 0 && (point.Worst >= points[i-1].Worst || point.Plan.Mean <= points[i-1].Plan.Mean) {
				t.Fatalf("point %d of %v and %v after %v and %v", i, point.Plan.Mean, point.Worst, points[i-1].Plan.Mean, points[i-1].Worst)
			}
			eachPlan(p, func(sites []int) {
				means, all := bruteMeans(p, sites)
				if slices.Max(means) <= point.Cap && point.Plan.Certificate.Bound > all && !like(point.Plan.Certificate.Bound, all, means) {
					t.Fatalf("under the cap %v the bound %v is above the mean %v of %v", point.Cap, point.Plan.Certificate.Bound, all, sites)
				}
			})
		}
	})
}

func TestFrontierOfARow(t *testing.T) {
	points, err := Frontier(context.Background(), row(), 4, Settings{})
	if err != nil {
		t.Fatal(err)
	}
	if first, last := points[0], points[len(points)-1]; len(points) < 3 || math.Abs(first.Plan.Mean-48) > 1 || math.Abs(last.Worst-72) > 1 {
		t.Errorf("%d points from %v to %v", len(points), first, last)
	}
}

func TestHalvingVisitsAll(t *testing.T) {
	for n := range 12 {
		got := halving(n)
		slices.Sort(got)
		if !slices.Equal(got, numbers(n + 1)[1:]) {
			t.Errorf("halving(%d) sorted is %v", n, got)
		}
	}
	if got := halving(7); got[0] != 4 {
		t.Errorf("halving(7) begins with %d", got[0])
	}
}

// futures makes each layer of a problem a sample of its own.
func futures(p *Problem) *Problem {
	q := &Problem{Demand: p.Demand}
	for l, layer := range p.Demand.Layers {
		if !slices.ContainsFunc(layer.Weight, func(w float64) bool { return w > 0 }) {
			layer.Weight[0] = 1
		}
		q.Names = append(q.Names, "sample "+string(rune('1'+l)))
		q.Part = append(q.Part, slices.Repeat([]int32{int32(l)}, p.Demand.Cells))
	}
	return q
}

func TestRobustPlanHasTheLeastRegret(t *testing.T) {
	missed, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := futures(drawProblem(t))
		good := rapid.SampledFrom([]float64{0.001, 0.1}).Draw(t, "good")
		got, err := SolveRobust(context.Background(), p, good, Settings{})
		if errors.Is(err, ErrAim) {
			t.Skip("a sample of which all calls may be served in no time: it has no regret")
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := VerifyRobust(p, good, got); err != nil {
			t.Fatal(err)
		}
		bounds, best := got.Bounds(), math.Inf(1)
		eachPlan(p, func(sites []int) {
			means, _ := bruteMeans(p, sites)
			for b, v := range means {
				if bounds[b] > v && !like(bounds[b], v, means) {
					t.Fatalf("sample %d: the bound %v is above the mean %v of %v", b, bounds[b], v, sites)
				}
			}
			best = min(best, slices.Max(Regrets(bounds, means)))
		})
		worst := slices.Max(Regrets(bounds, got.Plan.Means))
		if got.Plan.Certificate.Bound > best+1e-7 {
			t.Fatalf("no plan has a regret below %v, it says; one has %v", got.Plan.Certificate.Bound, best)
		}
		all++
		if worst > max(best, good)+1e-7 {
			missed++
		}
	})
	if all == 0 || missed*20 > all {
		t.Errorf("%d of %d plans have more regret than they need", missed, all)
	}
}

func TestVerifyRobustRejectsTampering(t *testing.T) {
	p := row()
	again := p.Demand.Layers[0]
	again.Weight = []float64{1, 1, 1, 1, 9, 9, 9, 9, 9}
	p.Demand.Layers = append(p.Demand.Layers, again)
	p = futures(p)
	for name, tamper := range map[string]func(*Robust){
		"a higher bound":   func(r *Robust) { r.Alone[0].Certificate.Bound++ },
		"a bound less":     func(r *Robust) { r.Alone = r.Alone[:1] },
		"swapped bounds":   func(r *Robust) { r.Alone[0], r.Alone[1] = r.Alone[1], r.Alone[0] },
		"no proof of mean": func(r *Robust) { r.Mean.Certificate.Proof = nil },
		"a lower regret":   func(r *Robust) { r.Plan.Certificate.Value /= 2 },
	} {
		r, err := SolveRobust(context.Background(), p, 0.01, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if err := VerifyRobust(p, 0.01, r); err != nil {
			t.Fatal(err)
		}
		alone := *r.Alone[0]
		r.Alone[0] = &alone
		tamper(r)
		if err := VerifyRobust(p, 0.01, r); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
