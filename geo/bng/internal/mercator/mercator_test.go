package mercator

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// On the central meridian the northing is the length of the meridian, here summed over thin strips.
func TestMeridian(t *testing.T) {
	for _, lat := range []float64{49.5, 51.275, 51.705, 55} {
		const strips = 20000
		step := (lat - 49) * degree / strips
		arc := 0.0
		for i := range strips {
			sin := math.Sin(49*degree + step*(float64(i)+0.5))
			arc += step * semiMajor * (1 - eccentricity*eccentricity) / math.Pow(1-eccentricity*eccentricity*sin*sin, 1.5)
		}
		east, north := Forward(lat, -2)
		if want := scale*arc + falseNorth; math.Abs(north-want) > 1e-4 || math.Abs(east-falseEast) > 1e-6 {
			t.Errorf("at %v: %.5f, %.5f; want %d, %.5f", lat, east, north, falseEast, want)
		}
	}
}

// A transverse Mercator projection is the one conformal map that is true to scale along its central
// meridian: small steps north and east must come out equally long and at right angles.
func TestConformal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lat := rapid.Float64Range(50, 53).Draw(t, "lat")
		lon := rapid.Float64Range(-3, 1).Draw(t, "lon")
		const h = 1e-4
		sin := math.Sin(lat * degree)
		w := 1 - eccentricity*eccentricity*sin*sin
		meridian := semiMajor * (1 - eccentricity*eccentricity) / math.Pow(w, 1.5) * 2 * h * degree
		parallel := semiMajor / math.Sqrt(w) * math.Cos(lat*degree) * 2 * h * degree
		e1, n1 := Forward(lat+h, lon)
		e0, n0 := Forward(lat-h, lon)
		dxNorth, dyNorth := (e1-e0)/meridian, (n1-n0)/meridian
		e1, n1 = Forward(lat, lon+h)
		e0, n0 = Forward(lat, lon-h)
		dxEast, dyEast := (e1-e0)/parallel, (n1-n0)/parallel
		if math.Abs(dxNorth+dyEast) > 1e-8 || math.Abs(dyNorth-dxEast) > 1e-8 {
			t.Errorf("at %v, %v: north is (%v, %v), east (%v, %v)", lat, lon, dxNorth, dyNorth, dxEast, dyEast)
		}
	})
}

func TestInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lat := rapid.Float64Range(49, 56).Draw(t, "lat")
		lon := rapid.Float64Range(-7, 3).Draw(t, "lon")
		gotLat, gotLon := Inverse(Forward(lat, lon))
		if math.Abs(gotLat-lat) > 1e-11 || math.Abs(gotLon-lon) > 1e-11 {
			t.Errorf("%v, %v came back as %v, %v", lat, lon, gotLat, gotLon)
		}
	})
}
