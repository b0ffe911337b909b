package bng

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"testing"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// golden is a point with what OSTN15 makes of it; internal/oracle describes the file.
type golden struct {
	wgs84 orb.Point
	grid  Point
}

func readGolden(t testing.TB) []golden {
	t.Helper()
	raw, err := os.ReadFile("testdata/ostn15.bin")
	if err != nil {
		t.Fatal(err)
	}
	const side = 100
	if len(raw) != side*side*8 {
		t.Fatalf("testdata/ostn15.bin has %d bytes, want %d", len(raw), side*side*8)
	}
	b := geo.London
	points := make([]golden, side*side)
	for k := range points {
		i, j := float64(k%side)+0.5, float64(k/side)+0.5
		points[k].wgs84 = orb.Point{b.Min[0] + (b.Max[0]-b.Min[0])*i/side, b.Min[1] + (b.Max[1]-b.Min[1])*j/side}
		points[k].grid = Point{
			float64(int32(binary.LittleEndian.Uint32(raw[8*k:]))) / 1000,
			float64(int32(binary.LittleEndian.Uint32(raw[8*k+4:]))) / 1000,
		}
	}
	return points
}

func apart(a, b Point) float64 { return math.Hypot(a.Easting-b.Easting, a.Northing-b.Northing) }

// The promise is half a metre; the fit does better, and a worse one is a mistake in it.
func TestAgainstOSTN15(t *testing.T) {
	const worstAllowed, meanAllowed = 0.15, 0.03
	var worst, squares float64
	points := readGolden(t)
	for _, g := range points {
		p, err := FromWGS84(g.wgs84)
		if err != nil {
			t.Fatal(err)
		}
		d := apart(p, g.grid)
		worst, squares = max(worst, d), squares+d*d
	}
	rms := math.Sqrt(squares / float64(len(points)))
	t.Logf("%d points: worst %.3f m, root mean square %.3f m", len(points), worst, rms)
	if worst > worstAllowed || rms > meanAllowed {
		t.Errorf("worst %.3f m, root mean square %.3f m; want at most %g and %g", worst, rms, worstAllowed, meanAllowed)
	}
}

func TestInverseAgainstOSTN15(t *testing.T) {
	for _, g := range readGolden(t) {
		p, err := g.grid.WGS84()
		if err != nil {
			t.Fatal(err)
		}
		dx := (p.Lon() - g.wgs84.Lon()) * 69_440 // metres per degree at 51.5° N
		dy := (p.Lat() - g.wgs84.Lat()) * 111_257
		if d := math.Hypot(dx, dy); d > 0.15 {
			t.Fatalf("%v: %.3f m from OSTN15's %v", g.grid, d, g.wgs84)
		}
	}
}

// Charing Cross as the Ordnance Survey's OSTN15 gives it.
func TestCharingCross(t *testing.T) {
	p, err := FromWGS84(orb.Point{-0.1278, 51.5074})
	if err != nil {
		t.Fatal(err)
	}
	if d := apart(p, Point{530027.006, 180379.893}); d > 0.1 {
		t.Errorf("got %.3f, %.3f: %.3f m off", p.Easting, p.Northing, d)
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := orb.Point{
			rapid.Float64Range(geo.London.Min.Lon(), geo.London.Max.Lon()).Draw(t, "lon"),
			rapid.Float64Range(geo.London.Min.Lat(), geo.London.Max.Lat()).Draw(t, "lat"),
		}
		g, err := FromWGS84(p)
		if err != nil {
			t.Fatal(err)
		}
		back, err := g.WGS84()
		if err != nil && !onBorder(p) {
			t.Fatal(err)
		}
		if err == nil && (math.Abs(back[0]-p[0]) > 1e-10 || math.Abs(back[1]-p[1]) > 1e-10) {
			t.Fatalf("%v came back as %v", p, back)
		}
	})
}

// onBorder says whether rounding could put a point outside geo.London.
func onBorder(p orb.Point) bool { return !geo.London.Pad(-1e-9).Contains(p) }

func TestPointsOutsideAreRefused(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		p     Point
		field string
	}{
		{Point{}, "easting"}, {Point{180379, 530027}, "easting"}, {Point{nan, 180379}, "easting"}, {Point{530027, inf}, "northing"},
		{Point{530027, 253000}, "northing"}, {Point{502001, 153901}, "lon"}, {Point{564019, 203309}, "lon"},
	} {
		_, err := c.p.WGS84()
		if bad, ok := errors.AsType[*geo.PointError](err); !ok || bad.Field != c.field || bad.Want == "" {
			t.Errorf("%v: error %v, want a PointError for %s", c.p, err, c.field)
		}
	}
	if _, err := FromWGS84(orb.Point{-3.19, 55.95}); err == nil {
		t.Error("Edinburgh was taken")
	}
}

func BenchmarkFromWGS84(b *testing.B) {
	points := readGolden(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := FromWGS84(points[i%len(points)].wgs84); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWGS84(b *testing.B) {
	points := readGolden(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := points[i%len(points)].grid.WGS84(); err != nil {
			b.Fatal(err)
		}
	}
}
