package build

import (
	"testing"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// anyCountry draws 3 × 3 boroughs with wavy boundaries of up to 40 m to either side: every boundary is
// drawn once and used from both sides.
func anyCountry(t *rapid.T) []orb.Ring {
	const n, pieces, size = 3, 12, 0.01
	at := func(i, j int) orb.Point { return orb.Point{float64(i) * size, 51.5 + float64(j)*size} }
	wave := func(a, b orb.Point) []orb.Point {
		line := []orb.Point{a}
		for k := 1; k < pieces; k++ {
			f := float64(k) / pieces
			line = append(line, orb.Point{
				a[0] + f*(b[0]-a[0]) + rapid.Float64Range(-5e-4, 5e-4).Draw(t, "east"),
				a[1] + f*(b[1]-a[1]) + rapid.Float64Range(-3e-4, 3e-4).Draw(t, "north"),
			})
		}
		return append(line, b)
	}
	var across, up [n + 1][n + 1][]orb.Point
	for i := range n + 1 {
		for j := range n + 1 {
			across[i][j], up[i][j] = wave(at(i, j), at(i+1, j)), wave(at(i, j), at(i, j+1))
		}
	}
	var rings []orb.Ring
	for i := range n {
		for j := range n {
			ring := orb.Ring{}
			ring = append(ring, across[i][j]...)
			ring = append(ring, up[i+1][j]...)
			for _, side := range [][]orb.Point{across[i][j+1], up[i][j]} {
				for k := len(side) - 1; k >= 0; k-- {
					ring = append(ring, side[k])
				}
			}
			rings = append(rings, rounded(ring))
		}
	}
	return rings
}

// Simplifying a country leaves a country: nothing overlaps, no gap opens, and no point moves further
// than the tolerance.
func TestSimplifyKeepsCountriesWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rings := anyCountry(t)
		if len(crossings(rings)) > 0 {
			t.Skip("the waves cross")
		}
		tolerance := rapid.Float64Range(1, 60).Draw(t, "tolerance")
		simple, err := simplify(rings, tolerance)
		if err != nil {
			t.Fatal(err)
		}
		var boroughs []geo.Borough
		for i, ring := range simple {
			boroughs = append(boroughs, geo.Borough{Land: orb.MultiPolygon{{ring}}})
			for _, p := range rings[i] {
				if d := ringDistance(p, ring); d > tolerance+0.1 {
					t.Errorf("%v is %.1f m from its simplified ring, more than %.1f", p, d, tolerance)
				}
			}
		}
		if err := checkBoroughs(boroughs); err != nil {
			t.Error(err)
		}
	})
}

func ringDistance(p orb.Point, ring orb.Ring) float64 {
	least := segmentDistance(p, ring[0], ring[1])
	for i := 2; i < len(ring); i++ {
		least = min(least, segmentDistance(p, ring[i-1], ring[i]))
	}
	return least
}

// The slow twin of crossings: every edge against every other.
func TestCrossingsAgreesWithEveryPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		coordinate := rapid.IntRange(0, 8) // few, so that edges touch, overlap and share ends
		var rings []orb.Ring
		for range rapid.IntRange(1, 3).Draw(t, "rings") {
			ring := orb.Ring{}
			for range rapid.IntRange(3, 8).Draw(t, "points") {
				ring = append(ring, orb.Point{float64(coordinate.Draw(t, "x")) * 1e-6, float64(coordinate.Draw(t, "y")) * 1e-6})
			}
			rings = append(rings, rounded(append(ring, ring[0])))
		}
		all := map[[2]orb.Point]bool{}
		for _, ring := range rings {
			for i := 1; i < len(ring); i++ {
				all[edgeKey(ring[i-1], ring[i])] = true
			}
		}
		want := 0
		for e := range all {
			for f := range all {
				if comparePoints(e[0], f[0]) < 0 || e[0] == f[0] && comparePoints(e[1], f[1]) < 0 {
					if meet(segment{a: e[0], b: e[1]}, segment{a: f[0], b: f[1]}) {
						want++
					}
				}
			}
		}
		if got := len(crossings(rings)); got != want {
			t.Errorf("%d crossings, want %d, in %v", got, want, rings)
		}
	})
}
