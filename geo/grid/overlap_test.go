package grid

import (
	"math"
	"testing"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
)

// TestOverlapsOfACell: a cell's own hexagon overlaps that cell wholly and no other.
func TestOverlapsOfACell(t *testing.T) {
	g := newGrid(t, 8)
	for i := 0; i < g.Len(); i += 37 {
		for _, o := range g.Overlaps(orb.MultiPolygon{{g.Outline(Index(i))}}) {
			want := 0.0
			if o.Cell == Index(i) {
				want = 1
			}
			if math.Abs(o.Share-want) > 1e-5 { // the outline's edges are straight in degrees, the cell's in H3's plane
				t.Errorf("the outline of cell %d covers %v of cell %d, want %v", i, o.Share, o.Cell, want)
			}
		}
	}
}

// TestOverlapsOfBoroughs: over all boroughs, the shares of a cell are its land.
func TestOverlapsOfBoroughs(t *testing.T) {
	g := newGrid(t, 8)
	share := make([]float64, g.Len())
	for _, b := range london(t) {
		for _, o := range g.Overlaps(b.Land) {
			share[o.Cell] += o.Share
		}
	}
	for i, s := range share {
		if whole := geo.RingArea(g.Outline(Index(i))); math.Abs(s*whole-g.Area(Index(i))) > 1 {
			t.Errorf("cell %d has %v m² of land by overlaps, %v by Area", i, s*whole, g.Area(Index(i)))
		}
	}
}

// TestOverlapsHole: a hole is not covered, and what lies outside the grid is left out.
func TestOverlapsHole(t *testing.T) {
	g := newGrid(t, 8)
	c := orb.Point{-0.12, 51.54} // inland on all sides
	square := func(half float64) orb.Ring {
		return orb.Bound{Min: orb.Point{c[0] - half, c[1] - half}, Max: orb.Point{c[0] + half, c[1] + half}}.ToRing()
	}
	area := func(m orb.MultiPolygon) (sum float64) {
		for _, o := range g.Overlaps(m) {
			sum += o.Share * geo.RingArea(g.Outline(o.Cell))
		}
		return sum
	}
	ring := orb.MultiPolygon{{square(0.02), square(0.01)}}
	if got, want := area(ring), geo.Area(ring); math.Abs(got/want-1) > 1e-3 {
		t.Errorf("a square ring covers %v m², want %v", got, want)
	}
	if far := g.Overlaps(orb.MultiPolygon{{orb.Bound{Min: orb.Point{1, 50}, Max: orb.Point{1.1, 50.1}}.ToRing()}}); len(far) > 0 {
		t.Errorf("a square in the Channel overlaps %v", far)
	}
}
