package geo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
)

// A quadrangle of one degree by half a degree, by the ellipsoid's area element summed over thin strips.
func TestRingArea(t *testing.T) {
	ring := orb.Ring{{-0.5, 51.25}, {0.5, 51.25}, {0.5, 51.75}, {-0.5, 51.75}, {-0.5, 51.25}}
	const strips = 10000
	var want float64
	e2 := eccentricity * eccentricity
	for i := range strips {
		lat := (51.25 + 0.5*(float64(i)+0.5)/strips) * math.Pi / 180
		w := 1 - e2*math.Sin(lat)*math.Sin(lat)
		want += semiMajor * semiMajor * (1 - e2) / (w * w) * math.Cos(lat) // M·N cos φ
	}
	want *= math.Pi / 180 * 0.5 * math.Pi / 180 / strips
	if got := RingArea(ring); math.Abs(got/want-1) > 1e-9 {
		t.Errorf("area %.3f m², want %.3f", got, want)
	}
	ring.Reverse()
	if got := RingArea(ring); got >= 0 {
		t.Errorf("a clockwise ring has area %.0f, want it negative", got)
	}
}

func TestAreaTakesHolesOff(t *testing.T) {
	outer := orb.Ring{{0, 51.4}, {0.1, 51.4}, {0.1, 51.5}, {0, 51.5}, {0, 51.4}}
	hole := orb.Ring{{0.02, 51.42}, {0.04, 51.42}, {0.04, 51.44}, {0.02, 51.44}, {0.02, 51.42}}
	want := RingArea(outer) - RingArea(hole)
	if got := Area(orb.MultiPolygon{{outer, hole}}); math.Abs(got-want) > 1e-6 {
		t.Errorf("area %f, want %f", got, want)
	}
}
