package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Tangent is the plane that touches the WGS 84 ellipsoid at a point, with places projected straight
// down onto it. Distances on it are true to within (d/R)²/2, with d the distance from the point and R
// the radius of the earth: a tenth of a percent at 285 km, one percent at 900 km.
type Tangent struct {
	origin      [3]float64
	east, north [3]float64
}

// TangentAt returns the plane that touches the ellipsoid at a point.
func TangentAt(p orb.Point) *Tangent {
	sinLon, cosLon := math.Sincos(p.Lon() * math.Pi / 180)
	sinLat, cosLat := math.Sincos(p.Lat() * math.Pi / 180)
	return &Tangent{
		origin: geocentric(p),
		east:   [3]float64{-sinLon, cosLon, 0},
		north:  [3]float64{-sinLat * cosLon, -sinLat * sinLon, cosLat},
	}
}

// Project returns how far east and north of the plane's point a place is, in metres.
func (t *Tangent) Project(p orb.Point) (x, y float64) {
	at := geocentric(p)
	for i := range at {
		d := at[i] - t.origin[i]
		x += d * t.east[i]
		y += d * t.north[i]
	}
	return x, y
}

// geocentric returns a point on the ellipsoid in metres from the earth's centre.
func geocentric(p orb.Point) [3]float64 {
	sinLon, cosLon := math.Sincos(p.Lon() * math.Pi / 180)
	sinLat, cosLat := math.Sincos(p.Lat() * math.Pi / 180)
	n := semiMajor / math.Sqrt(1-eccentricity*eccentricity*sinLat*sinLat) // radius of curvature across the meridian
	return [3]float64{n * cosLat * cosLon, n * cosLat * sinLon, n * (1 - eccentricity*eccentricity) * sinLat}
}
