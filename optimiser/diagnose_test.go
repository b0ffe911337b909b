package optimiser

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// TestDiagnoseIsTheDefinition looks at every site and cell, and at every choice of sites.
func TestDiagnoseIsTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawProblem(t)
		l := &p.Layers[0]
		within := road.Millis(rapid.Uint32Range(0, 3_000_000).Draw(t, "within"))
		time := func(s, i int) road.Millis {
			if slices.Contains(p.Forbidden, s) || l.Off != nil && l.Off[s] {
				return Cap
			}
			return min(Cap, l.Time.Row(p.row(s))[i])
		}
		got := Diagnose(p, 0, within)
		var beyond []int
		least := road.Millis(0)
		for i, w := range l.Weight {
			nearest := Cap
			for s := range p.Sites {
				nearest = min(nearest, time(s, i))
			}
			if got.Nearest[i] != nearest {
				t.Fatalf("cell %d: nearest %d, want %d", i, got.Nearest[i], nearest)
			}
			if w > 0 && nearest > within {
				beyond = append(beyond, i)
			}
			if w > 0 {
				least = max(least, nearest)
			}
		}
		if !slices.Equal(got.Beyond, beyond) || got.Least != least {
			t.Fatalf("beyond %v, least %v; want %v, %v", got.Beyond, got.Least, beyond, least)
		}
		for _, i := range got.Apart {
			if l.Weight[i] == 0 || slices.Contains(beyond, i) {
				t.Fatalf("cell %d of %v need not or cannot be reached", i, got.Apart)
			}
		}
		fewest := p.Sites
		for mask := range 1 << p.Sites {
			all, n := true, 0
			for i, w := range l.Weight {
				all = all && (w == 0 || slices.Contains(beyond, i) || slices.ContainsFunc(numbers(p.Sites), func(s int) bool {
					return mask>>s&1 == 1 && time(s, i) <= within
				}))
			}
			for s := range p.Sites {
				n += mask >> s & 1
			}
			if all {
				fewest = min(fewest, n)
			}
		}
		if len(got.Apart) > fewest || fewest > 0 && len(got.Apart) == 0 {
			t.Fatalf("%v need a facility each, but %d do", got.Apart, fewest)
		}
	})
}
