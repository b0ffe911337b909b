package grid

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

func somePoints() []orb.Point {
	r := rand.New(rand.NewPCG(1, 1))
	points := make([]orb.Point, 4096)
	for i := range points {
		points[i] = anyPoint(r)
	}
	return points
}

func BenchmarkAt(b *testing.B) {
	g, points := newGrid(b, 9), somePoints()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		g.At(points[i%len(points)])
	}
}

// BenchmarkAtH3 is the slow twin, by H3's library.
func BenchmarkAtH3(b *testing.B) {
	g, points := newGrid(b, 9), somePoints()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		p := points[i%len(points)]
		c, err := h3.LatLngToCell(h3.LatLng{Lat: p.Lat(), Lng: p.Lon()}, 9)
		if err != nil {
			b.Fatal(err)
		}
		g.find(uint64(c))
	}
}

func BenchmarkNew(b *testing.B) {
	boroughs := london(b)
	for b.Loop() {
		if _, err := New(boroughs, 9); err != nil {
			b.Fatal(err)
		}
	}
}
