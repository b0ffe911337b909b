package outline

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Hash identifies the city by its name, clock, holidays and cells. Districts do not change it.
func (o *Outline) Hash() [32]byte {
	return demand.HashCells(o.name, o.zone.String(), o.holidays, o.ids())
}

// ids returns a text for each cell that stands for no other.
func (o *Outline) ids() []string {
	ids := make([]string, 0, o.Len())
	if o.cover != nil {
		for i := range grid.Index(o.cover.Len()) {
			ids = append(ids, o.cover.ID(i))
		}
		return ids
	}
	for i, m := range o.shapes {
		h := sha256.New()
		var b []byte
		for _, e := range edges(m) {
			for _, x := range []float64{e.a[0], e.a[1], e.b[0], e.b[1]} {
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
			}
		}
		_, _ = h.Write(b) // a hash takes everything
		ids = append(ids, o.labels[i]+" "+hex.EncodeToString(h.Sum(nil)))
	}
	return ids
}

// City returns the city that calls are learnt over. Its plane touches the earth in the middle of the
// cells. Nothing else is known of them, so there are no covariates and there is no prior.
func (o *Outline) City() (*demand.City, error) {
	c := &demand.City{
		Name: o.name, Hash: o.Hash(), Zone: o.zone, Holidays: o.holidays,
		District: slices.Clone(o.district), Districts: slices.Clone(o.districts),
	}
	centres, land := o.centres()
	plane := planeOf(centres)
	for i, p := range centres {
		x, y := plane.Project(p)
		c.X, c.Y, c.Land = append(c.X, x), append(c.Y, y), append(c.Land, land[i])
	}
	return c, c.Validate()
}

// Plane returns the plane of the city's cells.
func (o *Outline) Plane() *geo.Tangent {
	centres, _ := o.centres()
	return planeOf(centres)
}

func planeOf(centres []orb.Point) *geo.Tangent {
	return geo.TangentAt(orb.MultiPoint(centres).Bound().Center())
}

// centres returns the cells' centres and their land in m².
func (o *Outline) centres() (at []orb.Point, land []float64) {
	for i := range o.Len() {
		if o.cover != nil {
			at = append(at, o.cover.Centre(grid.Index(i)))
			land = append(land, o.cover.Area(grid.Index(i)))
			continue
		}
		p, _ := planar.CentroidArea(o.shapes[i])
		at = append(at, p)
		land = append(land, geo.Area(o.shapes[i]))
	}
	return at, land
}

// Cell returns a cell's boundary, for maps.
func (o *Outline) Cell(i int32) orb.MultiPolygon {
	if o.cover != nil {
		return orb.MultiPolygon{{o.cover.Outline(grid.Index(i))}}
	}
	return o.shapes[i]
}

// Label returns what a cell is known by: an area's name, or an H3 identifier.
func (o *Outline) Label(i int32) string {
	if o.cover != nil {
		return o.cover.ID(grid.Index(i))
	}
	return o.labels[i]
}
