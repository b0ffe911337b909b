package grid

import (
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// cutter cuts rings into H3 cells anywhere on earth, as clipper does on London's plane: it halves the
// bounds of a ring again and again down to tiles of a few cells, has H3 name the cells around each tile
// that is not empty by then, and cuts what is left by them. Places are degrees, in which edges are straight.
type cutter struct {
	res   int
	tile  float64 // greatest side of a tile, metres
	found func(id uint64, area float64)
	tiles int // so far
	seen  map[h3.Cell]hexagon
}

// hexagon is a cell's outline.
type hexagon struct {
	ring  orb.Ring
	bound orb.Bound
}

func newCutter(res int) *cutter {
	return &cutter{res: res, tile: tileEdges * edge(res), seen: map[h3.Cell]hexagon{}}
}

// A tile's corners are up to 3/√2 mean edges from its middle, and so under 3 edges of the smallest
// cells, whose edges are three quarters of the mean. A cell that overlaps it has its centre at most one
// edge further away, and the cell of the middle another edge: under 5. Cells outside the disk of 3 rings
// are 4 × 1.5 = 6 edges away at least.
const (
	tileEdges = 3
	rings     = 3
)

// edge returns the mean length of the cells' edges in metres.
func edge(res int) float64 {
	m, _ := h3.HexagonEdgeLengthAvgM(res) // fails for no resolution of ours
	return m
}

func (k *cutter) shape(m orb.MultiPolygon) error {
	if cells := geo.Area(m) / (1.5 * 2 * sqrt3Half * edge(k.res) * edge(k.res)); cells > 2*MaxCells { // cells differ by up to 2 in area
		return fmt.Errorf("%w: about %.0f at resolution %d; want at most %d", ErrTooManyCells, cells, k.res, MaxCells)
	}
	for _, polygon := range m {
		for i, ring := range polygon {
			sign := 1.0
			if i > 0 {
				sign = -1 // a hole
			}
			places := make([]axial, len(ring)-1)
			for j := range places {
				places[j] = axial{ring[j].Lon(), ring[j].Lat()}
			}
			b := ring.Bound()
			if err := k.halve(places, axial{b.Min[0], b.Min[1]}, axial{b.Max[0], b.Max[1]}, sign); err != nil {
				return err
			}
		}
	}
	return nil
}

// metresPerDegree of latitude; of longitude it is less by the cosine of the latitude.
const metresPerDegree = 111_195

// halve cuts what is left of a ring between the corners lo and hi.
func (k *cutter) halve(ring []axial, lo, hi axial, sign float64) error {
	if len(ring) < 3 {
		return nil
	}
	wide := (hi.q - lo.q) * metresPerDegree * math.Cos((lo.r+hi.r)/2*degrees)
	high := (hi.r - lo.r) * metresPerDegree
	if max(wide, high) <= k.tile {
		return k.cells(ring, lo, hi, sign)
	}
	along, middle := axial{1, 0}, (lo.q+hi.q)/2
	low, rest := axial{middle, hi.r}, axial{middle, lo.r}
	if high > wide {
		along, middle = axial{0, 1}, (lo.r+hi.r)/2
		low, rest = axial{hi.q, middle}, axial{lo.q, middle}
	}
	if err := k.halve(clip(ring, nil, along, middle), lo, low, sign); err != nil {
		return err
	}
	return k.halve(clip(ring, nil, axial{-along.q, -along.r}, -middle), rest, hi, sign)
}

// cells reports how much of each cell of a tile the ring covers.
func (k *cutter) cells(ring []axial, lo, hi axial, sign float64) error {
	if k.tiles++; k.tiles > MaxCells { // a tile that is not empty has a cell, most of them several
		return fmt.Errorf("%w: over %d at resolution %d", ErrTooManyCells, MaxCells, k.res)
	}
	middle, err := h3.LatLngToCell(h3.LatLng{Lat: (lo.r + hi.r) / 2, Lng: (lo.q + hi.q) / 2}, k.res)
	if err != nil {
		return err
	}
	ids, err := middle.GridDisk(rings)
	if err != nil {
		return err
	}
	tile := orb.Bound{Min: orb.Point{lo.q, lo.r}, Max: orb.Point{hi.q, hi.r}}
	for _, id := range ids {
		h := k.hexagon(id).near(tile)
		if !h.bound.Intersects(tile) {
			continue
		}
		if a := cutBy(ring, h.ring); a > 0 {
			k.found(uint64(id), sign*a)
		}
	}
	return nil
}

func (k *cutter) hexagon(id h3.Cell) hexagon {
	h, ok := k.seen[id]
	if !ok {
		h.ring = outline(id)
		h.bound = h.ring.Bound()
		k.seen[id] = h
	}
	return h
}

// near returns a cell on the 180th meridian, whose corners have longitudes of both signs, in one piece on
// the side that the tile lies on. Any other is as it is.
func (h hexagon) near(tile orb.Bound) hexagon {
	if h.bound.Max[0]-h.bound.Min[0] < 180 {
		return h
	}
	side := math.Copysign(360, tile.Min[0]+tile.Max[0])
	moved := slices.Clone(h.ring)
	for i, p := range moved {
		if p[0]*side < 0 {
			moved[i][0] += side
		}
	}
	return hexagon{moved, moved.Bound()}
}

// cutBy returns the area in m² of the part of a ring that lies in a cell.
func cutBy(ring []axial, cell orb.Ring) float64 {
	for i := 1; i < len(cell) && len(ring) > 0; i++ {
		a, b := cell[i-1], cell[i]
		out := axial{b[1] - a[1], a[0] - b[0]} // to the right of an edge of a ring that runs anticlockwise
		ring = clip(ring, nil, out, out.q*a[0]+out.r*a[1])
	}
	closed := make(orb.Ring, 0, len(ring)+1)
	for _, p := range ring {
		closed = append(closed, orb.Point{p.q, p.r})
	}
	if len(closed) < 3 {
		return 0
	}
	return math.Abs(geo.RingArea(append(closed, closed[0])))
}
