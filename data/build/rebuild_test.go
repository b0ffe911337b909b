package build

import (
	"io"
	"testing"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/internal/sourcedata"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// TestRebuild: the quick steps give the committed files byte for byte.
func TestRebuild(t *testing.T) {
	o := Options{Sources: sourcedata.Path(t), Out: "..", Only: []string{"population", "places", "demand", "lattice-order"}, Progress: io.Discard}
	if err := Check(o); err != nil {
		t.Error(err)
	}
}

// TestInterpolationKeepsAreas: an LSOA's people go to cells in proportion to its area there, found
// here by throwing points at it.
func TestInterpolationKeepsAreas(t *testing.T) {
	src := sourcedata.Path(t)
	boroughs, err := readBoroughs("..")
	if err != nil {
		t.Fatal(err)
	}
	g, err := grid.New(boroughs, data.FineRes)
	if err != nil {
		t.Fatal(err)
	}
	areas, err := readLSOAs(src, boroughs)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(areas); i += 500 {
		parts, _ := interpolate(g, areas[i:i+1])
		byArea := make(map[int]float64)
		for _, p := range parts {
			byArea[int(p.cell)] = p.people / areas[i].people
		}
		for cell, share := range sampleShares(g, areas[i].land) {
			// Of some 10,000 lattice points, those in a cell err by about a lattice row along its edge.
			if d := byArea[cell] - share; d > 0.02 || d < -0.02 {
				t.Errorf("LSOA %d gives cell %d %.4f of its people, points say %.4f", i, cell, byArea[cell], share)
			}
		}
	}
}

// sampleShares returns each cell's share of a shape's points on a regular lattice of 100 by 100.
func sampleShares(g *grid.Grid, land orb.MultiPolygon) map[int]float64 {
	const n = 100
	bound := land.Bound()
	shares, total := make(map[int]float64), 0.0
	for i := range n {
		for j := range n {
			p := orb.Point{
				bound.Min[0] + (float64(i)+0.5)/n*(bound.Max[0]-bound.Min[0]),
				bound.Min[1] + (float64(j)+0.5)/n*(bound.Max[1]-bound.Min[1]),
			}
			if cell, ok := g.At(p); ok && planar.MultiPolygonContains(land, p) {
				shares[int(cell)]++
				total++
			}
		}
	}
	for cell := range shares {
		shares[cell] /= total
	}
	return shares
}
