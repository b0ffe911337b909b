package outline

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/nearside-ems/nearside/internal/sourcedata"
	"github.com/paulmach/orb"
	"github.com/ulikunitz/xz"
)

// neighbourhoods returns Toronto's as GeoJSON.
func neighbourhoods(t testing.TB) string {
	t.Helper()
	f, err := os.Open(sourcedata.Path(t, "demand", "toronto_neighbourhoods_158.geojson.xz"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, err := xz.NewReader(bufio.NewReader(f))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestToronto reads the neighbourhoods as they are published.
func TestToronto(t *testing.T) {
	text := neighbourhoods(t)
	o := read(t, text, toronto)
	if o.Len() != 158 {
		t.Errorf("%s", o)
	}
	t.Log(o)
	table, err := os.ReadFile(sourcedata.Path(t, "demand", "toronto_neighbourhoods_158_centroids.csv"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := o.City()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(table)), "\n")[1:] {
		f := strings.Split(line, ",")
		var p orb.Point
		var km2 float64
		if _, err := fmt.Sscan(f[2]+" "+f[3]+" "+f[4], &p[0], &p[1], &km2); err != nil {
			t.Fatal(err)
		}
		byCode, ok := o.Named(f[0])
		if !ok {
			t.Fatalf("no area %s", f[0])
		}
		if at, ok := o.At(p); !ok || at != byCode {
			t.Errorf("the centroid of %s (%s) is in area %d, %v; want %d", f[0], f[1], at, ok, byCode)
		}
		if got := c.Land[byCode] / 1e6; math.Abs(got/km2-1) > 0.01 {
			t.Errorf("%s has %v km², want %v", f[1], got, km2)
		}
	}
	hex := read(t, text, hexagonal(toronto))
	t.Log(hex)
	var land, areas float64
	ch, _ := hex.City()
	for _, a := range ch.Land {
		land += a
	}
	for _, a := range c.Land {
		areas += a
	}
	if math.Abs(land/areas-1) > 1e-3 || len(ch.Districts) < 150 { // the smallest have most of no cell
		t.Errorf("hexagons have %v m² in %d districts, areas %v m²", land, len(ch.Districts), areas)
	}
}

func BenchmarkAtAreas(b *testing.B) {
	text := neighbourhoods(b)
	o := read(b, text, toronto)
	r := rand.New(rand.NewPCG(5, 6))
	points := make([]orb.Point, 4096)
	for i := range points {
		points[i] = orb.Point{-79.63 + 0.5*r.Float64(), 43.59 + 0.26*r.Float64()}
	}
	for i := 0; b.Loop(); i++ {
		o.At(points[i%len(points)])
	}
}
