package optimiser

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSensitiveAgreesWithTryingEachChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		plan, err := Solve(context.Background(), p, Settings{})
		if err != nil {
			t.Fatal(err)
		}
		got := Sensitive(p, plan, p.Sites)
		for i := range plan.Sites {
			want, err := Evaluate(p, slices.Delete(slices.Clone(plan.Sites), i, i+1))
			if err != nil {
				t.Fatal(err)
			}
			if !near(got.Without[i], want, plan) {
				t.Fatalf("without site %d the value is %v, want %v", plan.Sites[i], got.Without[i], want)
			}
		}
		for _, e := range got.Next {
			other := append(slices.Clone(plan.Sites), e.Open)
			if e.Close >= 0 {
				other = slices.DeleteFunc(other, func(s int) bool { return s == e.Close })
			}
			slices.Sort(other)
			if v, _ := Evaluate(p, other); !near(e.Value, v, plan) || !brutePlan(p, other) {
				t.Fatalf("%+v: the value is %v, allowed: %v", e, v, brutePlan(p, other))
			}
		}
		for s := range p.Sites {
			if slices.Contains(plan.Sites, s) {
				continue
			}
			best := math.Inf(1)
			if more := slices.Sorted(slices.Values(append(slices.Clone(plan.Sites), s))); brutePlan(p, more) {
				best, _ = Evaluate(p, more)
			}
			for i := range plan.Sites {
				other := slices.Clone(plan.Sites)
				other[i] = s
				slices.Sort(other)
				if v, _ := Evaluate(p, other); brutePlan(p, other) {
					best = min(best, v)
				}
			}
			k := slices.IndexFunc(got.Next, func(e Exchange) bool { return e.Open == s })
			if (k < 0) != math.IsInf(best, 1) || k >= 0 && !near(got.Next[k].Value, best, plan) {
				t.Fatalf("site %d: exchange %d of %+v, the best by trial is %v", s, k, got.Next, best)
			}
		}
	})
}

// near allows for the rounding of a difference of sums as large as the plan's value.
func near(got, want float64, plan *Plan) bool {
	return math.Abs(got-want) <= 1e-9*(math.Abs(want)+plan.Certificate.Value)+1e-9
}
