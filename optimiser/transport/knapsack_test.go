package transport

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestFillIsTheSortedKnapsack compares with taking items one after another, those that save most first.
func TestFillIsTheSortedKnapsack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.SampledFrom([]int32{3, 300, 7_000_000}).Draw(t, "most")
		n := rapid.IntRange(0, 300).Draw(t, "n")
		var items []item
		total := 0.0
		for range n {
			m := item{rapid.Int32Range(1, most).Draw(t, "save"), rapid.SampledFrom([]float64{0.3, 1, 2, 17}).Draw(t, "weight")}
			items = append(items, m)
			total += m.weight
		}
		room := total * rapid.SampledFrom([]float64{0, 0.01, 0.3, 0.9, 1.1}).Draw(t, "room")
		saved, price, share := fill(slices.Clone(items), room)
		slices.SortFunc(items, func(x, y item) int { return int(y.save) - int(x.save) })
		want, left, taken := 0.0, room, 0.0
		for _, m := range items {
			part := min(left, m.weight)
			want, left = want+part*float64(m.save), left-part
			switch {
			case m.save > price:
				taken += m.weight
			case m.save == price:
				taken += share * m.weight
			}
		}
		if !like(saved, want) || math.Abs(taken-min(room, total)) > 1e-9*total {
			t.Fatalf("%d items in %v: saved %v, want %v; price %d and share %v take %v", n, room, saved, want, price, share, taken)
		}
	})
}
