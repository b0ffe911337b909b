package geo

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"pgregory.net/rapid"
)

// TestTangentKeepsDistances compares with distances on the sphere, which differ from the ellipsoid's by
// up to 0.56 %, between places up to 150 km from the plane's point anywhere on earth.
func TestTangentKeepsDistances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := orb.Point{rapid.Float64Range(-180, 180).Draw(t, "lon"), rapid.Float64Range(-80, 80).Draw(t, "lat")}
		plane := TangentAt(at)
		place := func(what string) orb.Point {
			return orbgeo.PointAtBearingAndDistance(at, rapid.Float64Range(0, 360).Draw(t, what+" bearing"), rapid.Float64Range(0, 150e3).Draw(t, what+" distance"))
		}
		a, b := place("a"), place("b")
		ax, ay := plane.Project(a)
		bx, by := plane.Project(b)
		got, want := math.Hypot(ax-bx, ay-by), orbgeo.DistanceHaversine(a, b)
		if math.Abs(got-want) > 0.01*want+1 {
			t.Fatalf("from %v to %v is %v m, %v m on the sphere", a, b, got, want)
		}
	})
}

func TestTangentAxes(t *testing.T) {
	plane := TangentAt(orb.Point{-79.4, 43.7})
	// A degree of latitude at 43.7° north is 111.09 km, one of longitude 80.6 km.
	if x, y := plane.Project(orb.Point{-79.4, 43.8}); math.Abs(x) > 1e-6 || math.Abs(y-11109) > 5 {
		t.Errorf("0.1° north is at %v, %v", x, y)
	}
	if x, y := plane.Project(orb.Point{-79.3, 43.7}); math.Abs(x-8060) > 5 || math.Abs(y) > 6 {
		t.Errorf("0.1° east is at %v, %v", x, y)
	}
}
