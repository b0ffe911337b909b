package build

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestRoundPeople: borough totals are exact, and nothing moves by a whole person where the rounding
// down leaves fewer people over than there are parts.
func TestRoundPeople(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		boroughs := rapid.IntRange(1, 3).Draw(t, "boroughs")
		n := rapid.IntRange(1, 60).Draw(t, "parts")
		parts := make([]part, n)
		sum := make([]float64, boroughs)
		for i := range parts {
			parts[i].borough = rapid.IntRange(0, boroughs-1).Draw(t, "borough")
			parts[i].people = rapid.Float64Range(0, 50).Draw(t, "people")
			sum[parts[i].borough] += parts[i].people
		}
		want := make([]int, boroughs)
		for b := range want { // make the totals whole
			want[b] = int(sum[b])
			for i := range parts {
				if parts[i].borough == b && sum[b] > 0 {
					parts[i].people *= float64(want[b]) / sum[b]
				}
			}
		}
		worst := roundPeople(parts, want)
		have := make([]int, boroughs)
		for _, p := range parts {
			have[p.borough] += p.whole
			if math.Abs(p.people-float64(p.whole)) >= 1+1e-9 {
				t.Fatalf("%v people became %d", p.people, p.whole)
			}
		}
		for b := range want {
			if have[b] != want[b] {
				t.Fatalf("borough %d has %d people, want %d", b, have[b], want[b])
			}
		}
		if worst >= 1+1e-9 {
			t.Fatalf("worst change %v", worst)
		}
	})
}
