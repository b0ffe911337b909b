package build

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
)

// committedBoroughs reads the boroughs as shipped.
func committedBoroughs(t *testing.T) []geo.Borough {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(BoroughsFile)))
	if err != nil {
		t.Fatal(err)
	}
	boroughs, err := geo.ReadBoroughs(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return boroughs
}

func TestCommittedBoroughsFitTogether(t *testing.T) {
	boroughs := committedBoroughs(t)
	if len(boroughs) != 33 {
		t.Fatalf("%d boroughs, want 33", len(boroughs))
	}
	if err := checkBoroughs(boroughs); err != nil {
		t.Error(err)
	}
	inner, sectors := 0, map[geo.Sector]int{}
	for _, b := range boroughs {
		if b.Inner {
			inner++
		}
		sectors[b.Sector]++
	}
	// 12 inner boroughs and the City; boroughs by integrated care board as NHS England lists them.
	want := map[geo.Sector]int{geo.NCL: 5, geo.NEL: 8, geo.NWL: 8, geo.SEL: 6, geo.SWL: 6}
	if inner != 13 {
		t.Errorf("%d inner boroughs, want 13", inner)
	}
	for s, n := range want {
		if sectors[s] != n {
			t.Errorf("%v has %d boroughs, want %d", s, sectors[s], n)
		}
	}
}

// The published areas are hectares to mean high water, inland water included, from ONS Standard Area
// Measurements as in the source's columns HECTARES less NONLD_AREA.
func TestCommittedAreasAreThePublishedOnes(t *testing.T) {
	published := map[string]float64{"E09000001": 290.396, "E09000006": 15013.487, "E09000020": 1212.385, "E09000021": 3726.117}
	for _, b := range committedBoroughs(t) {
		if want, ok := published[b.Code]; ok {
			if got := geo.Area(b.Land) / 1e4; math.Abs(got/want-1) > mostAreaChange {
				t.Errorf("%s: %.1f ha, published %.1f", b.Name, got, want)
			}
		}
	}
}

func TestCheckBoroughsFindsFaults(t *testing.T) {
	square := func(x, y float64) orb.MultiPolygon {
		return orb.MultiPolygon{{{{x, y}, {x + 0.01, y}, {x + 0.01, y + 0.01}, {x, y + 0.01}, {x, y}}}}
	}
	two := func(land orb.MultiPolygon) []geo.Borough {
		return []geo.Borough{{Name: "A", Land: square(0, 51.5)}, {Name: "B", Land: land}}
	}
	if err := checkBoroughs(two(square(0.01, 51.5))); err != nil {
		t.Errorf("neighbours: %v", err)
	}
	for _, c := range []struct {
		name, want string
		land       orb.MultiPolygon
	}{
		{"overlap", "cross", square(0.005, 51.505)},
		{"the same twice", "same side", square(0, 51.5)},
		{"apart", "more than one piece", square(0.02, 51.5)},
		{"a side slid along", "cross", square(0.01, 51.505)},
		{"touching at a corner", "twice", square(0.01, 51.51)},
	} {
		if err := checkBoroughs(two(c.land)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
}

func TestSimplifySharesBoundaries(t *testing.T) {
	// Two boroughs with a wavy border, and a third that must not be cut by the straightened line.
	wave := []orb.Point{{0.01, 51.5}, {0.01002, 51.502}, {0.00998, 51.504}, {0.01003, 51.506}, {0.01, 51.51}}
	west, east := orb.Ring{{0, 51.51}, {0, 51.5}}, orb.Ring{{0.02, 51.5}, {0.02, 51.51}}
	west = append(append(west, wave...), west[0])
	for i := len(wave) - 1; i >= 0; i-- {
		east = append(east, wave[i])
	}
	east = append(east, east[0])
	simple, err := simplify([]orb.Ring{rounded(west), rounded(east)}, 8)
	if err != nil {
		t.Fatal(err)
	}
	for _, ring := range simple {
		if len(ring) != 5 {
			t.Errorf("ring %v has %d points, want the 4 corners", ring, len(ring)-1)
		}
	}
	if err := checkBoroughs([]geo.Borough{{Land: orb.MultiPolygon{{simple[0]}}}, {Land: orb.MultiPolygon{{simple[1]}}}}); err != nil {
		t.Error(err)
	}
}

func TestSimplifyKeepsEdgesApart(t *testing.T) {
	// A bay 6 m deep with an islet in it: straightening the bay at 8 m would run through the islet.
	land := orb.Ring{{0, 51.5}, {0.01, 51.5}, {0.01, 51.51}, {0.0055, 51.51}, {0.005, 51.50995}, {0.0045, 51.51}, {0, 51.51}, {0, 51.5}}
	islet := orb.Ring{{0.00498, 51.50998}, {0.00502, 51.50998}, {0.005, 51.51002}, {0.00498, 51.50998}}
	simple, err := simplify([]orb.Ring{rounded(land), rounded(islet)}, 8)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(crossings(simple)); n > 0 {
		t.Errorf("%d crossings are left", n)
	}
	if len(simple[0]) < 8 {
		t.Errorf("the bay was straightened: %v", simple[0])
	}
}
