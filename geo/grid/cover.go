package grid

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Cover is the cells of one H3 resolution that shapes anywhere on earth overlap, as a dense index in
// ascending order of their identifiers. Where a Grid knows London, a Cover knows no more than its
// shapes. It is immutable and safe to share.
type Cover struct {
	res  int
	id   []uint64  // ascending
	land []float64 // m² within the shapes
	part []int32   // the shape that has most of the cell
	face *onFace   // nil: H3 is asked for every point
}

// MaxCells is the greatest number of cells of a Cover.
const MaxCells = 200_000

// MaxLatitude is how near to the poles a Cover reaches, in degrees.
const MaxLatitude = 85

// ErrTooManyCells is returned for shapes of more than MaxCells cells; a lower resolution has fewer.
var ErrTooManyCells = errors.New("too many cells")

// NewCover returns the cells of an H3 resolution, MinRes to MaxRes, that the shapes overlap. Shapes
// must not cross the 180th meridian. What of a cell two shapes cover counts once.
func NewCover(shapes []orb.MultiPolygon, res int) (*Cover, error) {
	if res < MinRes || res > MaxRes {
		return nil, fmt.Errorf("resolution %d; want %d to %d", res, MinRes, MaxRes)
	}
	of := map[uint64]*covered{}
	k := newCutter(res)
	for i, shape := range shapes {
		if err := checkShape(shape); err != nil {
			return nil, fmt.Errorf("shape %d: %w", i, err)
		}
		k.found = func(id uint64, area float64) { add(of, id, i, area) }
		if err := k.shape(shape); err != nil {
			return nil, fmt.Errorf("shape %d: %w", i, err)
		}
	}
	return k.collect(of)
}

// covered is how much of a cell the shapes cover, in m².
type covered struct {
	shape int // the last one seen
	area  float64
	sum   float64 // of the shapes before
	most  float64
	part  int
}

func add(of map[uint64]*covered, id uint64, shape int, area float64) {
	c, ok := of[id]
	if !ok {
		c = &covered{shape: shape}
		of[id] = c
	}
	if c.shape != shape {
		c.settle()
		c.shape, c.area = shape, 0
	}
	c.area += area
}

// settle counts the shape that was seen last.
func (c *covered) settle() {
	c.sum += c.area
	if c.area > c.most {
		c.most, c.part = c.area, c.shape
	}
}

// collect puts the cells in order, without those that are no more than touched.
func (k *cutter) collect(of map[uint64]*covered) (*Cover, error) {
	c := &Cover{res: k.res}
	for id := range of {
		c.id = append(c.id, id)
	}
	slices.Sort(c.id)
	kept := c.id[:0]
	for _, id := range c.id {
		o := of[id]
		o.settle()
		whole := geo.RingArea(k.hexagon(h3.Cell(id)).near(orb.Bound{}).ring)
		if o.sum <= sliver*whole {
			continue
		}
		kept = append(kept, id)
		c.land = append(c.land, min(o.sum, whole))
		c.part = append(c.part, int32(o.part))
	}
	c.id = kept
	if len(kept) > MaxCells {
		return nil, fmt.Errorf("%w: %d at resolution %d; want at most %d", ErrTooManyCells, len(kept), k.res, MaxCells)
	}
	if len(kept) == 0 {
		return nil, errors.New("the shapes have no area")
	}
	c.face = newOnFace(c.id, c.res)
	return c, nil
}

// checkShape says what NewCover cannot take.
func checkShape(m orb.MultiPolygon) error {
	for i, polygon := range m {
		for j, ring := range polygon {
			if len(ring) < 4 || !ring.Closed() {
				return fmt.Errorf("polygon %d, ring %d: want at least 4 points, the last the same as the first", i, j)
			}
			for _, p := range ring {
				if !(math.Abs(p.Lon()) <= 180 && math.Abs(p.Lat()) <= MaxLatitude) { // NaN too
					return fmt.Errorf("polygon %d, ring %d: longitude %v, latitude %v; want -180 to 180 and %d to %d degrees", i, j, p.Lon(), p.Lat(), -MaxLatitude, MaxLatitude)
				}
			}
		}
	}
	return nil
}

// RestoreCover makes a cover again from what its methods gave: identifiers in ascending order, and of
// each cell the area within the shapes and the shape that has most of it.
func RestoreCover(res int, ids []string, land []float64, part []int32) (*Cover, error) {
	if res < MinRes || res > MaxRes {
		return nil, fmt.Errorf("resolution %d; want %d to %d", res, MinRes, MaxRes)
	}
	if len(ids) == 0 || len(ids) > MaxCells || len(land) != len(ids) || len(part) != len(ids) {
		return nil, fmt.Errorf("%d cells, %d areas of land, %d parts; want 1 to %d of each", len(ids), len(land), len(part), MaxCells)
	}
	c := &Cover{res: res, id: make([]uint64, len(ids)), land: slices.Clone(land), part: slices.Clone(part)}
	for i, s := range ids {
		id := h3.IndexFromString(s)
		if cell := h3.Cell(id); !cell.IsValid() || cell.Resolution() != res || cell.String() != s {
			return nil, fmt.Errorf("cell %d: %q is no H3 cell of resolution %d", i, s, res)
		}
		if i > 0 && cmp.Compare(c.id[i-1], id) >= 0 {
			return nil, fmt.Errorf("cell %d: %s comes after %s; want ascending order", i, s, ids[i-1])
		}
		if !(land[i] > 0) || math.IsInf(land[i], 1) {
			return nil, fmt.Errorf("cell %s: %v m² of land", s, land[i])
		}
		c.id[i] = id
	}
	c.face = newOnFace(c.id, c.res)
	return c, nil
}

// Len returns the number of cells.
func (c *Cover) Len() int { return len(c.id) }

// Res returns the H3 resolution.
func (c *Cover) Res() int { return c.res }

// At returns the cell that a point lies in; ok is false where that is no cell of the cover. It agrees
// with H3 everywhere.
func (c *Cover) At(p orb.Point) (i Index, ok bool) {
	if !(math.Abs(p.Lon()) <= 180 && math.Abs(p.Lat()) <= MaxLatitude) {
		return 0, false
	}
	if c.face != nil {
		if i, clear := c.face.at(p); clear {
			return max(i, 0), i != none
		}
	}
	id, err := h3.LatLngToCell(h3.LatLng{Lat: p.Lat(), Lng: p.Lon()}, c.res)
	if err != nil {
		return 0, false
	}
	return search(c.id, uint64(id))
}

// ID returns a cell's H3 identifier, such as "89195da49b7ffff".
func (c *Cover) ID(i Index) string { return h3.IndexToString(c.id[i]) }

// Find returns the cell with an H3 identifier; ok is false where the cover has none such.
func (c *Cover) Find(id string) (i Index, ok bool) { return search(c.id, h3.IndexFromString(id)) }

// Centre returns a cell's centre.
func (c *Cover) Centre(i Index) orb.Point {
	p, _ := h3.Cell(c.id[i]).LatLng() // fails for what is no cell only
	return orb.Point{p.Lng, p.Lat}
}

// Area returns how much of a cell lies in the shapes, in square metres on the WGS 84 ellipsoid.
func (c *Cover) Area(i Index) float64 { return c.land[i] }

// Part returns the position of the shape that has most of a cell.
func (c *Cover) Part(i Index) int { return int(c.part[i]) }

// Outline returns a cell's boundary as a closed ring, anticlockwise: six corners, and more where the
// cell lies on an edge of H3's icosahedron.
func (c *Cover) Outline(i Index) orb.Ring { return outline(h3.Cell(c.id[i])) }

func outline(c h3.Cell) orb.Ring {
	corners, _ := c.Boundary() // fails for what is no cell only
	ring := make(orb.Ring, 0, len(corners)+1)
	for _, p := range corners {
		ring = append(ring, orb.Point{p.Lng, p.Lat})
	}
	return append(ring, ring[0])
}

// search finds an identifier among ascending ones.
func search(ids []uint64, id uint64) (Index, bool) {
	i, ok := slices.BinarySearch(ids, id)
	if !ok {
		return 0, false
	}
	return Index(i), true
}
