package build

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// committedThames reads the river as shipped.
func committedThames(t *testing.T) (tidal orb.Polygon, upper orb.LineString) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(ThamesFile)))
	if err != nil {
		t.Fatal(err)
	}
	river, err := geo.ReadThames(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return river.Tidal, river.Upper
}

func TestThamesIsWater(t *testing.T) {
	tidal, _ := committedThames(t)
	for name, p := range map[string]orb.Point{
		"under Tower Bridge": {-0.0754, 51.5055}, "off Woolwich": {0.062, 51.4955}, "off Erith": {0.19, 51.484},
		"under Richmond Bridge": {-0.3072, 51.4573}, "under Hammersmith Bridge": {-0.2305, 51.4883},
	} {
		if !planar.PolygonContains(tidal, p) {
			t.Errorf("the river %s is missing", name)
		}
	}
	for name, p := range map[string]orb.Point{
		"Charing Cross": {-0.1246, 51.5081}, "the Isle of Dogs": {-0.0175, 51.4955}, "Royal Albert Dock": {0.05, 51.5075},
		"Crossness": {0.14, 51.505}, "Kingston": {-0.3, 51.41},
	} {
		if planar.PolygonContains(tidal, p) {
			t.Errorf("%s is in the river", name)
		}
	}
}

// The river and the boroughs must lie side by side: where one ends the other begins.
func TestThamesFitsTheBoroughs(t *testing.T) {
	tidal, upper := committedThames(t)
	boroughs := committedBoroughs(t)
	rings := append(allRings(boroughs), tidal[0])
	if bad := crossings(rings); len(bad) > 0 {
		t.Errorf("the river crosses a boundary at %v", bad[0][0].a)
	}
	if _, err := outlineOf(rings); err != nil {
		t.Errorf("with the river in it London is not one piece: %v", err)
	}
	// The source's column NONLD_AREA, land below mean high water, adds up to 2,119 ha.
	if a := geo.RingArea(tidal[0]) / 1e6; a < 21.19*0.97 || a > 21.19*1.03 {
		t.Errorf("the river has %.2f km², published 21.19", a)
	}
	last := upper[len(upper)-1]
	if !pointsOf(boroughs, kingston)[last] || !pointsOf(boroughs, richmond)[last] || last.Lat() > 51.395 {
		t.Errorf("the upper river ends at %v, not where Kingston and Richmond meet the edge of London", last)
	}
	for i, p := range upper[1:] {
		if d := segmentLength(p, upper[i]); d > 700 {
			t.Errorf("the upper river leaps %.0f m to %v", d, p)
		}
	}
}
