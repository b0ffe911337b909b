package geo

import (
	"fmt"
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

// London bounds every place that Nearside accepts: Greater London and about a kilometre around it.
var London = orb.Bound{Min: orb.Point{-0.525, 51.275}, Max: orb.Point{0.350, 51.705}}

// PointError says which coordinate was refused and why.
type PointError struct {
	Field string  // "lat", "lon", "easting" or "northing"
	Value float64 // what was given
	Want  string  // what is allowed, and a hint where there is one
}

func (e *PointError) Error() string {
	return fmt.Sprintf("%s %s: %s", e.Field, strconv.FormatFloat(e.Value, 'f', -1, 64), e.Want)
}

// CheckPoint returns the point at lat, lon (degrees, WGS84), or a *PointError where a coordinate is
// not finite, lies outside London or was swapped with the other.
func CheckPoint(lat, lon float64) (orb.Point, error) {
	p := orb.Point{lon, lat}
	if inLondon(p) {
		return p, nil
	}
	return p, refuse(lat, lon)
}

// inLondon is London.Contains, but false for NaN.
func inLondon(p orb.Point) bool {
	return p[0] >= London.Min[0] && p[0] <= London.Max[0] && p[1] >= London.Min[1] && p[1] <= London.Max[1]
}

// refuse says what is wrong with a point outside London.
func refuse(lat, lon float64) *PointError {
	latWant := fmt.Sprintf("want %g to %g degrees (Greater London)", London.Min.Lat(), London.Max.Lat())
	lonWant := fmt.Sprintf("want %g to %g degrees (Greater London)", London.Min.Lon(), London.Max.Lon())
	switch {
	case math.IsNaN(lat) || math.IsInf(lat, 0):
		return &PointError{"lat", lat, "not a number; " + latWant}
	case math.IsNaN(lon) || math.IsInf(lon, 0):
		return &PointError{"lon", lon, "not a number; " + lonWant}
	case inLondon(orb.Point{lat, lon}):
		return &PointError{"lat", lat, "latitude and longitude look swapped; " + latWant}
	case lat < London.Min.Lat() || lat > London.Max.Lat():
		return &PointError{"lat", lat, latWant}
	default:
		return &PointError{"lon", lon, lonWant}
	}
}
