package transport

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/optimiser"
)

// TestSensitiveIsByTrying compares with a slow flow for each centre taken away or put elsewhere. Without
// limits the swaps are the best of all.
func TestSensitiveIsByTrying(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		free := rapid.Bool().Draw(t, "free")
		for l := range p.Layers {
			if free {
				p.Layers[l].Capacity = nil
			}
		}
		plan := solved(t, p, optimiser.Settings{})
		got := Sensitive(p, plan.Sites, 3)
		for n, v := range got.Without {
			if want := slowValue(p, slices.Delete(slices.Clone(plan.Sites), n, n+1)); !like(v, want) {
				t.Fatalf("without site %d: %v, want %v", plan.Sites[n], v, want)
			}
		}
		after := func(open, shut int) float64 {
			return slowValue(p, append(slices.DeleteFunc(slices.Clone(plan.Sites), func(s int) bool { return s == shut }), open))
		}
		for n, x := range got.Next {
			if slices.Contains(plan.Sites, x.Open) || slices.Contains(p.Forbidden, x.Open) || slices.Contains(p.Fixed, x.Close) || !like(x.Value, after(x.Open, x.Close)) {
				t.Fatalf("%+v", x)
			}
			if n > 0 && x.Value < got.Next[n-1].Value {
				t.Fatalf("not in order: %+v", got.Next)
			}
		}
		if !free || len(got.Next) == 0 {
			return
		}
		best := math.Inf(1)
		for open := range p.Sites {
			for _, shut := range plan.Sites {
				if !slices.Contains(plan.Sites, open) && !slices.Contains(p.Forbidden, open) && !slices.Contains(p.Fixed, shut) {
					best = min(best, after(open, shut))
				}
			}
		}
		if !like(got.Next[0].Value, best) {
			t.Fatalf("the best swap comes to %v, not %v", best, got.Next[0].Value)
		}
	})
}
