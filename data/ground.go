package data

import (
	"github.com/nearside-ems/nearside/geo/bng"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/paulmach/orb"
)

// Plane places a point on the plane of City, that of the National Grid; an error says that it is not in London.
func (l *London) Plane(p orb.Point) (x, y float64, err error) {
	at, err := bng.FromWGS84(p)
	return at.Easting, at.Northing, err
}

// People returns the residents of each cell of Grid or Coarse.
func (l *London) People(g *grid.Grid) []float64 {
	people := make([]float64, g.Len())
	for i, cell := range l.regroup(g) {
		people[cell] += float64(l.Population[i])
	}
	return people
}
