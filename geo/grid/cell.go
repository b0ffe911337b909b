package grid

import (
	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Len returns the number of cells.
func (g *Grid) Len() int { return len(g.id) }

// Res returns the H3 resolution.
func (g *Grid) Res() int { return g.res }

// At returns the cell that a point lies in; ok is false where that is no cell of the grid. It agrees
// with H3 everywhere, on the edges between cells too.
func (g *Grid) At(p orb.Point) (i Index, ok bool) {
	if !(p[0] > near.Min[0] && p[0] < near.Max[0] && p[1] > near.Min[1] && p[1] < near.Max[1]) { // NaN too
		return 0, false
	}
	q, r, clear := g.plane.project(p).round()
	if !clear {
		return g.ask(p)
	}
	i = g.lookup(q, r)
	return max(i, 0), i != none
}

// near bounds the cells of any grid: London and the width of the largest cell around it.
var near = geo.London.Pad(0.25)

// ask has H3 decide on which side of an edge between cells a point lies.
func (g *Grid) ask(p orb.Point) (Index, bool) {
	c, err := h3.LatLngToCell(h3.LatLng{Lat: p.Lat(), Lng: p.Lon()}, g.res)
	if err != nil {
		return 0, false
	}
	return g.find(uint64(c))
}

// ID returns a cell's H3 identifier, such as "89195da49b7ffff".
func (g *Grid) ID(i Index) string { return h3.IndexToString(g.id[i]) }

// Find returns the cell with an H3 identifier; ok is false where the grid has none such.
func (g *Grid) Find(id string) (i Index, ok bool) { return g.find(h3.IndexFromString(id)) }

func (g *Grid) find(id uint64) (Index, bool) {
	return search(g.id, id)
}

// Centre returns a cell's centre.
func (g *Grid) Centre(i Index) orb.Point { return g.centre[i] }

// Area returns how much of a cell is London's land, in square metres on the WGS 84 ellipsoid.
func (g *Grid) Area(i Index) float64 { return float64(g.land[i]) }

// Borough returns the position, among the boroughs that New was given, of the one with the largest
// share of a cell.
func (g *Grid) Borough(i Index) int { return int(g.borough[i]) }

// Sector returns the sector with the largest share of a cell. In a few cells on the border of sectors
// it is not the sector of the borough with the largest share.
func (g *Grid) Sector(i Index) geo.Sector { return g.sector[i] }

// Neighbours returns the cells of the grid that share an edge with a cell, ascending: six, or fewer
// at London's border and on the Thames. The slice belongs to the grid.
func (g *Grid) Neighbours(i Index) []Index {
	return g.neighbour[6*int(i) : 6*int(i)+int(g.degree[i])]
}

// Outline returns a cell's hexagon as a closed ring of seven points, anticlockwise.
func (g *Grid) Outline(i Index) orb.Ring {
	ring := make(orb.Ring, 0, 7)
	q, r := float64(g.at[i][0]), float64(g.at[i][1])
	for _, c := range corners {
		ring = append(ring, g.plane.point(axial{q + c.q, r + c.r}))
	}
	return append(ring, ring[0])
}
