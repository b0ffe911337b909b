package grid

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Index is a cell's position in a Grid.
type Index int32

// Grid is the cells of one resolution that cover London. It is immutable and safe to share.
type Grid struct {
	res   int
	plane plane
	table
	id        []uint64 // per cell, ascending
	at        [][2]int32
	centre    []orb.Point
	land      []float32
	borough   []int8
	sector    []geo.Sector
	neighbour []Index // six per cell, the present ones first, ascending
	degree    []uint8
}

// The resolutions that New takes. Below 5 a cell is larger than a borough; above 10 London has half a
// million cells and more.
const (
	MinRes = 5
	MaxRes = 10
)

// New makes the grid of the cells of an H3 resolution that overlap the boroughs' land.
func New(boroughs []geo.Borough, res int) (*Grid, error) {
	if err := check(boroughs, res); err != nil {
		return nil, fmt.Errorf("grid: %w", err)
	}
	g := &Grid{res: res, plane: newPlane(&faces[londonFace], res)}
	all := pieces(&g.plane, boroughs)
	if len(all) == 0 {
		return nil, fmt.Errorf("grid: the boroughs have no area")
	}
	if err := g.number(all); err != nil {
		return nil, err
	}
	g.assign(all, boroughs)
	g.join()
	return g, nil
}

// check says what New cannot take.
func check(boroughs []geo.Borough, res int) error {
	if res < MinRes || res > MaxRes {
		return fmt.Errorf("resolution %d; want %d to %d", res, MinRes, MaxRes)
	}
	if len(boroughs) == 0 || len(boroughs) > math.MaxInt8 {
		return fmt.Errorf("%d boroughs; want 1 to %d", len(boroughs), math.MaxInt8)
	}
	for _, b := range boroughs {
		if b.Sector >= geo.Sectors {
			return fmt.Errorf("borough %s has no sector", b.Name)
		}
		if err := geo.CheckLand(b.Land); err != nil {
			return fmt.Errorf("borough %s: %w", b.Name, err)
		}
	}
	return nil
}

// number gives each cell its index, by H3 identifier.
func (g *Grid) number(all []piece) error {
	slices.SortStableFunc(all, func(a, b piece) int { return cmp.Or(cmp.Compare(a.r, b.r), cmp.Compare(a.q, b.q)) })
	type cell struct {
		id     uint64
		at     [2]int32
		centre orb.Point
	}
	var cells []cell
	for i, p := range all {
		if i > 0 && p.q == all[i-1].q && p.r == all[i-1].r {
			continue
		}
		c := g.plane.point(axial{float64(p.q), float64(p.r)})
		id, err := h3.LatLngToCell(h3.LatLng{Lat: c.Lat(), Lng: c.Lon()}, g.res)
		if err != nil {
			return fmt.Errorf("grid: cell at %v: %w", c, err)
		}
		cells = append(cells, cell{uint64(id), [2]int32{int32(p.q), int32(p.r)}, c})
	}
	slices.SortFunc(cells, func(a, b cell) int { return cmp.Compare(a.id, b.id) })
	for _, c := range cells {
		g.id = append(g.id, c.id)
		g.at = append(g.at, c.at)
		g.centre = append(g.centre, c.centre)
	}
	g.table = newTable(g.at)
	return nil
}

// assign gives each cell its land area and the borough and the sector with the largest share of it.
func (g *Grid) assign(all []piece, boroughs []geo.Borough) {
	type shares struct {
		best   float64
		total  float64
		sector [geo.Sectors]float64
	}
	n := len(g.id)
	g.land, g.borough, g.sector = make([]float32, n), make([]int8, n), make([]geo.Sector, n)
	of := make([]shares, n)
	for _, p := range all { // boroughs in ascending order within a cell, so that ties go to the first
		i := g.lookup(p.q, p.r)
		s := &of[i]
		s.total += p.share
		s.sector[boroughs[p.borough].Sector] += p.share
		if p.share > s.best {
			s.best = p.share
			g.borough[i] = int8(p.borough)
		}
	}
	for i := range of {
		g.land[i] = float32(of[i].total * geo.RingArea(g.Outline(Index(i))))
		for k := range geo.Sectors {
			if of[i].sector[k] > of[i].sector[g.sector[i]] {
				g.sector[i] = k
			}
		}
	}
}

// join finds every cell's neighbours.
func (g *Grid) join() {
	g.neighbour = make([]Index, 6*len(g.id))
	g.degree = make([]uint8, len(g.id))
	for i, at := range g.at {
		row := g.neighbour[6*i : 6*i]
		for _, d := range directions {
			if n := g.lookup(int(at[0])+d[0], int(at[1])+d[1]); n != none {
				row = append(row, n)
			}
		}
		slices.Sort(row)
		g.degree[i] = uint8(len(row))
	}
}
