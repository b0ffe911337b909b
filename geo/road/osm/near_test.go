package osm_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/osm"
)

// west imports the shared extract and indexes its roads.
func west(tb testing.TB) (*road.Roads, *road.EdgeSnapper) {
	tb.Helper()
	r, err := osm.Import(context.Background(), source(tb), settings(tb))
	if err != nil {
		tb.Fatal(err)
	}
	s, err := road.NewEdgeSnapper(r.Graph, r.Edges, 1500)
	if err != nil {
		tb.Fatal(err)
	}
	return &r.Roads, s
}

// star is a ring of n corners round a point, some size degrees of latitude across.
func star(random *rand.Rand, at orb.Point, size float64, n int) orb.Ring {
	ring := make(orb.Ring, 0, n+1)
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		r := size * (0.25 + 0.25*random.Float64())
		ring = append(ring, orb.Point{at.Lon() + 1.6*r*sin, at.Lat() + r*cos})
	}
	return append(ring, ring[0])
}

// TestWestLondonAreas compares what areas with a hole touch with a look at every road: the nodes of one
// that touches lie within, or one of its lines crosses a border.
func TestWestLondonAreas(t *testing.T) {
	r, s := west(t)
	random := rand.New(rand.NewPCG(3, 4))
	for _, size := range []float64{0.002, 0.02, 0.2} {
		at := orb.Point{-0.3 + 0.2*random.Float64(), 51.45 + 0.1*random.Float64()}
		area := orb.Polygon{star(random, at, size, 40), star(random, at, size/3, 12)}
		got, err := s.Touching(area)
		if err != nil {
			t.Fatal(err)
		}
		var want []road.Arc
		for i := range r.Edges.Len() {
			if touches(r.Edges, i, area) {
				want = append(want, r.Edges.Forward[i], r.Edges.Backward[i])
			}
		}
		slices.Sort(want)
		if want = slices.Compact(want); !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("%g degrees across: %d arcs, want %d", size, len(got), len(want))
		}
	}
}

func touches(e *road.Edges, i int, area orb.Polygon) bool {
	for k := range e.Points(i) {
		p := e.Point(i, k)
		if planar.RingContains(area[0], p) && !planar.RingContains(area[1], p) {
			return true
		}
		for _, ring := range area {
			for j := 1; k > 0 && j < len(ring); j++ {
				if cross(e.Point(i, k-1), p, ring[j-1], ring[j]) {
					return true
				}
			}
		}
	}
	return false
}

// cross tells whether two lines cross within both.
func cross(a, b, c, d orb.Point) bool {
	side := func(p, q, r orb.Point) bool {
		return (q[0]-p[0])*(r[1]-p[1])-(q[1]-p[1])*(r[0]-p[0]) > 0
	}
	return side(a, b, c) != side(a, b, d) && side(c, d, a) != side(c, d, b)
}

func BenchmarkTouching(b *testing.B) {
	_, s := west(b)
	random := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct {
		size  float64
		sides int
	}{{0.003, 8}, {0.02, 100}, {0.1, 1000}, {0.4, 1000}} {
		area := orb.Polygon{star(random, orb.Point{-0.25, 51.5}, c.size, c.sides)}
		b.Run(fmt.Sprintf("degrees=%g/sides=%d", c.size, c.sides), func(b *testing.B) {
			var arcs []road.Arc
			for b.Loop() {
				arcs, _ = s.Touching(area)
			}
			b.ReportMetric(float64(len(arcs)), "arcs")
		})
	}
}

func BenchmarkNearest(b *testing.B) {
	_, s := west(b)
	random, points := rand.New(rand.NewPCG(1, 2)), make([]orb.Point, 10_000)
	for i := range points {
		points[i] = orb.Point{-0.4 + 0.38*random.Float64(), 51.40 + 0.2*random.Float64()}
	}
	for name, f := range map[string]func(orb.Point){
		"Snap":        func(p orb.Point) { s.Snap(p) },
		"SnapHeading": func(p orb.Point) { s.SnapHeading(p, p[0]*1e6) },
		"Near":        func(p orb.Point) { s.Near(p, 4, 100) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				f(points[i%len(points)])
			}
		})
	}
}
