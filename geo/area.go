package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// WGS 84: semi-major axis in metres and first eccentricity.
const (
	semiMajor    = 6378137.0
	eccentricity = 0.0818191908426215
)

// RingArea returns the area of a ring on the WGS 84 ellipsoid in square metres: positive where the
// ring runs anticlockwise. Edges are straight in longitude and authalic latitude, in which areas are
// exact; for edges of under 5 km in London that differs from geodesics by under 1 part in 10⁶.
func RingArea(r orb.Ring) float64 {
	if len(r) < 3 {
		return 0
	}
	origin := r[0]
	var twice float64
	prev := orb.Point{}
	for _, p := range r[1:] {
		q := orb.Point{p.Lon() - origin.Lon(), authalic(p.Lat()) - authalic(origin.Lat())}
		twice += prev[0]*q[1] - q[0]*prev[1]
		prev = q
	}
	b2 := semiMajor * semiMajor * (1 - eccentricity*eccentricity) // semi-minor axis squared
	return twice / 2 * math.Pi / 180 * b2 / 2
}

// authalic returns the area between the equator and a latitude in degrees, per radian of longitude
// and in units of half the squared semi-minor axis (Snyder 1987, equation 3-12).
func authalic(lat float64) float64 {
	s := math.Sin(lat * math.Pi / 180)
	es := eccentricity * s
	return s/(1-es*es) + math.Atanh(es)/eccentricity
}

// Area returns the area of a multipolygon in square metres, holes taken off, whichever way its rings run.
func Area(m orb.MultiPolygon) float64 {
	var sum float64
	for _, polygon := range m {
		for i, ring := range polygon {
			a := math.Abs(RingArea(ring))
			if i > 0 {
				a = -a
			}
			sum += a
		}
	}
	return sum
}
