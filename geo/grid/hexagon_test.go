package grid

import (
	"math"
	"testing"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
)

func TestHexagonAgreesWithGrid(t *testing.T) {
	g := newGrid(t, 8)
	for i := Index(0); int(i) < g.Len(); i += 97 {
		h, err := HexagonAt(g.Centre(i), 8)
		if err != nil {
			t.Fatal(err)
		}
		if h.ID != g.id[i] {
			t.Errorf("cell %d is %x, want %x", i, h.ID, g.id[i])
		}
		if d := math.Hypot(h.Centre[0]-g.Centre(i)[0], h.Centre[1]-g.Centre(i)[1]); d > 1e-9 {
			t.Errorf("centre of cell %d is %g° off", i, d)
		}
		if got, want := geo.RingArea(h.Outline), geo.RingArea(g.Outline(i)); math.Abs(got/want-1) > 1e-6 {
			t.Errorf("cell %d has %v m², want %v", i, got, want)
		}
	}
	if _, err := HexagonAt(orb.Point{0, 51}, 99); err == nil {
		t.Error("resolution 99 was accepted")
	}
}
