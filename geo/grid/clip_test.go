package grid

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// anyRing draws a ring around a place: a star, dented as it comes, so that cuts leave it in pieces.
func anyRing(t *rapid.T) []axial {
	ring := make([]axial, rapid.IntRange(3, 40).Draw(t, "points"))
	q, r := rapid.Float64Range(-5, 5).Draw(t, "q"), rapid.Float64Range(-5, 5).Draw(t, "r")
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(len(ring)))
		d := rapid.Float64Range(0.01, 8).Draw(t, "reach")
		ring[i] = axial{q + d*cos, r + d*sin}
	}
	return ring
}

// cellByCell is the slow twin of clipper.ring: every cell that could be covered, cut out of the whole ring.
func cellByCell(ring []axial, found func(q, r int, share float64)) {
	for q := -15; q <= 15; q++ {
		for r := -15; r <= 15; r++ {
			left := make([]axial, len(ring))
			for i, a := range ring {
				left[i] = axial{a.q - float64(q), a.r - float64(r)}
			}
			for _, side := range sides {
				left = clip(left, nil, side, 1)
			}
			found(q, r, area(left))
		}
	}
}

func TestHalvingAgreesWithCellByCell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ring := anyRing(t)
		got := map[[2]int]float64{}
		c := clipper{found: func(q, r int, share float64) { got[[2]int{q, r}] += share }}
		c.ring(ring)
		total := 0.0
		cellByCell(ring, func(q, r int, want float64) {
			if math.Abs(got[[2]int{q, r}]-want) > 1e-9 {
				t.Errorf("cell %d, %d: %v of it, want %v", q, r, got[[2]int{q, r}], want)
			}
			total += got[[2]int{q, r}]
		})
		if want := area(ring); math.Abs(total-want) > 1e-9*max(1, want) {
			t.Errorf("shares add up to %v, the ring has %v", total, want)
		}
	})
}

// The cell of a place is the one whose centre is nearest.
func TestRoundIsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := axial{rapid.Float64Range(-1e4, 1e4).Draw(t, "q"), rapid.Float64Range(-1e4, 1e4).Draw(t, "r")}
		q, r, clear := a.round()
		square := func(q, r int) float64 {
			dq, dr := a.q-float64(q), a.r-float64(r)
			return dq*dq + dq*dr + dr*dr
		}
		for _, d := range directions {
			if other := square(q+d[0], r+d[1]); clear && other < square(q, r) {
				t.Errorf("%v is in cell %d, %d, but nearer to its neighbour at %v", a, q, r, d)
			}
		}
	})
}
