package grid

import (
	"cmp"
	"slices"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
)

// Overlap is how much of a cell something covers.
type Overlap struct {
	Cell  Index
	Share float64 // of the whole hexagon, above 0 to 1
}

// Overlaps returns how much of each of the grid's cells a shape covers, ascending by cell. What lies
// in none of them is left out.
func (g *Grid) Overlaps(m orb.MultiPolygon) []Overlap {
	var out []Overlap
	for _, p := range pieces(&g.plane, []geo.Borough{{Land: m}}) {
		if i := g.lookup(p.q, p.r); i != none {
			out = append(out, Overlap{i, p.share})
		}
	}
	slices.SortFunc(out, func(a, b Overlap) int { return cmp.Compare(a.Cell, b.Cell) })
	return out
}
