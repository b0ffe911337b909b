package road

import (
	"math"

	"github.com/paulmach/orb"
)

// Metres in a degree on the WGS84 ellipsoid at latitude 51.5, from the usual series
// (111132.954 − 559.822 cos 2φ + 1.175 cos 4φ and 111412.84 cos φ − 93.5 cos 3φ + 0.118 cos 5φ).
// A degree of latitude changes by under 0.01 % over London; one of longitude by 0.5 %, hence the
// cosine in Metres.
const (
	latMetres = 111257.8
	lonMetres = 69440.3
)

var cosLondon = math.Cos(51.5 * math.Pi / 180)

// Metres returns the distance between two points in London, within 0.01 % for points up to 10 km apart.
func Metres(a, b orb.Point) float64 {
	mid := (a.Lat() + b.Lat()) / 2 * math.Pi / 180
	dx := (b.Lon() - a.Lon()) * lonMetres * math.Cos(mid) / cosLondon
	dy := (b.Lat() - a.Lat()) * latMetres
	return math.Sqrt(dx*dx + dy*dy)
}
