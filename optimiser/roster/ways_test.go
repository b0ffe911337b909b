package roster

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// bestWays tries every sequence of sets.
func bestWays(price [][]float64, cars, most int) float64 {
	columns := len(price[0])
	var sets []int
	for m := range 1 << columns {
		if popcount(m) == cars {
			sets = append(sets, m)
		}
	}
	cost := func(h, m int) float64 {
		v := 0.0
		for c := range columns {
			if m>>c&1 == 1 {
				v += price[h][c]
			}
		}
		return v
	}
	best := map[int]float64{}
	for _, m := range sets {
		best[m] = cost(0, m)
	}
	for h := 1; h < len(price); h++ {
		next := map[int]float64{}
		for _, m := range sets {
			next[m] = math.Inf(1)
			for _, before := range sets {
				if popcount(m&^before) <= most {
					next[m] = min(next[m], best[before]+cost(h, m))
				}
			}
		}
		best = next
	}
	least := math.Inf(1)
	for _, v := range best {
		least = min(least, v)
	}
	return least
}

func popcount(m int) int {
	n := 0
	for ; m > 0; m &= m - 1 {
		n++
	}
	return n
}

func TestWaysAreTheCheapest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hours, columns := rapid.IntRange(1, 5).Draw(t, "hours"), rapid.IntRange(1, 6).Draw(t, "columns")
		cars, most := rapid.IntRange(1, columns).Draw(t, "cars"), rapid.IntRange(0, 3).Draw(t, "moves")
		price := make([][]float64, hours)
		for h := range price {
			price[h] = rapid.SliceOfN(rapid.Float64Range(-9, 2), columns, columns).Draw(t, "price")
		}
		want, w := bestWays(price, cars, most), findWays(price, cars, most)
		got := 0.0
		for h := range price {
			if len(w.chosen[h]) != cars {
				t.Fatalf("%d cars in hour %d", len(w.chosen[h]), h)
			}
			if h > 0 && moves(w.chosen[h-1], w.chosen[h]) > most {
				t.Fatalf("too many moves into hour %d: %v", h, w.chosen)
			}
			for _, c := range w.chosen[h] {
				got += price[h][c]
			}
		}
		if math.Abs(got-want) > 1e-9 {
			t.Fatalf("ways cost %v; the best of all %v", got, want)
		}
		if b := bounded(price, w.stay, cars, most); math.Abs(b-want) > 1e-9 {
			t.Fatalf("the prices of staying prove %v; the best of all is %v", b, want)
		}
	})
}
