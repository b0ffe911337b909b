package bng

import (
	"fmt"
	"math"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/bng/internal/mercator"
	"github.com/paulmach/orb"
)

// Point is a place on the British National Grid (EPSG:27700), in metres.
type Point struct {
	Easting, Northing float64
}

// The least and greatest coordinates that are taken: the extent of geo.London on the grid.
const (
	minEasting, maxEasting   = 502_000, 564_020
	minNorthing, maxNorthing = 153_900, 203_310
)

// FromWGS84 returns the grid coordinates of a point, or a *geo.PointError where it is not in geo.London.
func FromWGS84(p orb.Point) (Point, error) {
	if _, err := geo.CheckPoint(p.Lat(), p.Lon()); err != nil {
		return Point{}, err
	}
	e, n := mercator.Forward(p.Lat(), p.Lon())
	de, dn := shift(e, n)
	return Point{e + de, n + dn}, nil
}

// WGS84 returns the longitude and latitude of a point, or a *geo.PointError where it is not in geo.London.
func (p Point) WGS84() (orb.Point, error) {
	if err := p.check(); err != nil {
		return orb.Point{}, err
	}
	// The shifts are tabulated by where a point comes from. They change by under 1 part in 10⁴, so
	// three rounds find it to under 10⁻⁶ m.
	e, n := p.Easting, p.Northing
	for range 3 {
		de, dn := shift(e, n)
		e, n = p.Easting-de, p.Northing-dn
	}
	return geo.CheckPoint(mercator.Inverse(e, n))
}

// check says which coordinate is not London's.
func (p Point) check() error {
	for _, c := range []struct {
		field           string
		value, min, max float64
	}{
		{"easting", p.Easting, minEasting, maxEasting},
		{"northing", p.Northing, minNorthing, maxNorthing},
	} {
		if !(c.value >= c.min && c.value <= c.max) {
			return &geo.PointError{Field: c.field, Value: c.value, Want: fmt.Sprintf("want %.0f to %.0f metres (Greater London)", c.min, c.max)}
		}
	}
	return nil
}

// shift returns what OSTN15 adds to projected coordinates, by bilinear interpolation in the table. Places
// beyond its edge have the shift of the edge.
func shift(e, n float64) (de, dn float64) {
	i, t := locate((e-shiftsEast)/shiftsStep, shiftsColumns)
	j, u := locate((n-shiftsNorth)/shiftsStep, len(shifts)/shiftsColumns)
	k := j*shiftsColumns + i
	for _, corner := range [4]struct {
		at     int
		weight float64
	}{
		{k, (1 - t) * (1 - u)}, {k + 1, t * (1 - u)}, {k + shiftsColumns, (1 - t) * u}, {k + shiftsColumns + 1, t * u},
	} {
		de += corner.weight * float64(shifts[corner.at][0])
		dn += corner.weight * float64(shifts[corner.at][1])
	}
	return de / 1000, dn / 1000
}

// locate returns the interval of a row of nodes in which x lies, and how far along it.
func locate(x float64, nodes int) (i int, along float64) {
	x = max(0, min(x, float64(nodes-1)))
	i = min(int(math.Floor(x)), nodes-2)
	return i, x - float64(i)
}
