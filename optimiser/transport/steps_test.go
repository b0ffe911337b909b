package transport

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/optimiser"
)

// TestStepsAreTheBestSingleOnes compares each step with all others that could be made then.
func TestStepsAreTheBestSingleOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		order := rapid.Permutation(numbers(p.Sites)).Draw(t, "standing")
		stand := order[:rapid.IntRange(1, p.Sites).Draw(t, "stand")]
		var addable, closable []int
		for _, s := range order {
			switch {
			case slices.Contains(stand, s) && !slices.Contains(p.Fixed, s):
				closable = append(closable, s)
			case !slices.Contains(stand, s) && !slices.Contains(p.Forbidden, s):
				addable = append(addable, s)
			}
		}
		grow := rapid.IntRange(0, len(addable)).Draw(t, "grow")
		steps, err := Expand(context.Background(), p, stand, grow, optimiser.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		checkSteps(t, p, stand, steps, grow, 1, func(s int, now []int) bool {
			return !slices.Contains(now, s) && !slices.Contains(p.Forbidden, s)
		})
		p.Fixed = slices.DeleteFunc(slices.Clone(p.Fixed), func(s int) bool { return !slices.Contains(stand, s) })
		shrink := rapid.IntRange(0, min(len(closable), len(stand)-1)).Draw(t, "shrink")
		if steps, err = Contract(context.Background(), p, stand, shrink, optimiser.Settings{}); err != nil {
			t.Fatal(err)
		}
		checkSteps(t, p, stand, steps, shrink, -1, func(s int, now []int) bool {
			return slices.Contains(now, s) && !slices.Contains(p.Fixed, s)
		})
	})
}

func checkSteps(t *rapid.T, p *Problem, stand []int, steps []Step, want, by int, may func(s int, now []int) bool) {
	if len(steps) != want {
		t.Fatalf("%d steps, want %d", len(steps), want)
	}
	now := slices.Clone(stand)
	after := func(s int) []int {
		if by > 0 {
			return append(slices.Clone(now), s)
		}
		return slices.DeleteFunc(slices.Clone(now), func(o int) bool { return o == s })
	}
	for n, step := range steps {
		if err := Verify(step.Problem, step.Plan); err != nil {
			t.Fatalf("step %d: %v", n, err)
		}
		best := math.Inf(1)
		for s := range p.Sites {
			if may(s, now) {
				best = min(best, slowValue(p, after(s)))
			}
		}
		if !may(step.Site, now) || !like(step.Plan.Certificate.Value, best) || !like(step.Plan.Certificate.Bound, best) {
			t.Fatalf("step %d: site %d, value %v, bound %v; the best is %v", n, step.Site, step.Plan.Certificate.Value, step.Plan.Certificate.Bound, best)
		}
		now = after(step.Site)
		if !slices.Equal(step.Plan.Sites, slices.Sorted(slices.Values(now))) {
			t.Fatalf("step %d: sites %v, want %v", n, step.Plan.Sites, now)
		}
	}
}

func TestStepsRefuseWhatDoesNotStand(t *testing.T) {
	p := town(20, 6, 2, 1, 1.2, 1)
	for _, stand := range [][]int{nil, {-1}, {6}, {1, 1}} {
		if _, err := Expand(context.Background(), p, stand, 1, optimiser.Settings{}); err == nil {
			t.Errorf("Expand accepts %v", stand)
		}
	}
	if _, err := Expand(context.Background(), p, []int{0, 1}, 5, optimiser.Settings{}); err == nil {
		t.Error("Expand adds more sites than there are")
	}
	if _, err := Contract(context.Background(), p, []int{0, 1}, 2, optimiser.Settings{}); err == nil {
		t.Error("Contract closes the last centre")
	}
}

// TestLackIsWhatNoPlanServes compares with the roomiest of all plans, layer by layer.
func TestLackIsWhatNoPlanServes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		for l, got := range p.Lack() {
			layer := &p.Layers[l]
			want := math.Inf(1)
			for mask := range 1 << p.Sites {
				room, sites := 0.0, []int(nil)
				for s := range p.Sites {
					if mask>>s&1 == 1 {
						room, sites = room+layer.room(s), append(sites, s)
					}
				}
				if checkSites(p, sites) == nil {
					want = min(want, max(0, sum(layer.Weight)-room))
				}
			}
			if !like(got, want) {
				t.Fatalf("layer %d lacks %v, want %v", l, got, want)
			}
		}
	})
}
