package optimiser

import (
	"testing"

	"pgregory.net/rapid"
)

// TestEvaluateIsTheDefinition takes sites that are a plan and sites that are none.
func TestEvaluateIsTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		sites := rapid.Permutation(numbers(p.Sites)).Draw(t, "sites")[:rapid.IntRange(0, p.Sites).Draw(t, "count")]
		got, err := Evaluate(p, sites)
		if err != nil || !like(got, bruteValue(p, sites)) {
			t.Fatalf("Evaluate = %v, %v; want %v", got, err, bruteValue(p, sites))
		}
	})
}

func TestEvaluateRejectsBadSites(t *testing.T) {
	p := town(20, 10, 2, 1, 2, 0.2, 1)
	for _, sites := range [][]int{{-1}, {10}, {4, 2, 4}} {
		if _, err := Evaluate(p, sites); err == nil {
			t.Errorf("Evaluate accepts %v", sites)
		}
	}
}
