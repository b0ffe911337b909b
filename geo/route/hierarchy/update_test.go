package hierarchy

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// TestUpdateEqualsCustomise closes, slows, quickens and reopens arcs, again and again.
func TestUpdateEqualsCustomise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		h, err := New(g, drawOrder(t, g))
		if err != nil {
			t.Fatal(err)
		}
		m := h.Customise(w)
		for range rapid.IntRange(1, 5).Draw(t, "updates") {
			other := drawWeights(t, g)
			w = slices.Clone(w)
			var changed []road.Arc
			for range rapid.IntRange(0, 4).Draw(t, "changed") {
				if g.Arcs() > 0 {
					a := rapid.IntRange(0, g.Arcs()-1).Draw(t, "arc")
					w[a] = other[a]
					changed = append(changed, road.Arc(a))
				}
			}
			if rapid.Bool().Draw(t, "perfect") {
				m = m.Perfect()
			}
			before := h.Customise(m.weight)
			updated, want := m.Update(w, changed), h.Customise(w)
			if !slices.Equal(updated.Up, want.Up) || !slices.Equal(updated.Down, want.Down) || updated.Out != nil {
				t.Fatalf("updated %v and %v, customised %v and %v", updated.Up, updated.Down, want.Up, want.Down)
			}
			if !slices.Equal(m.Up, before.Up) || !slices.Equal(m.Down, before.Down) {
				t.Fatal("the metric that was updated has changed")
			}
			m = updated
		}
	})
}
