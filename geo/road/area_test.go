package road

import (
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"pgregory.net/rapid"
)

// drawArea draws one to three rings round about the roads, each a star of its own, so that some are
// holes of others, some cross and some lie apart.
func drawArea(t *rapid.T) (area orb.Polygon) {
	for range rapid.IntRange(1, 3).Draw(t, "rings") {
		middle, n := drawPoint(t), rapid.IntRange(3, 9).Draw(t, "corners")
		size := rapid.SampledFrom([]float64{40, 300, 1500}).Draw(t, "size")
		var ring orb.Ring
		for i := range n {
			r := size * rapid.Float64Range(0.2, 1).Draw(t, "radius")
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
			ring = append(ring, orb.Point{middle.Lon() + r*sin/lonMetres, middle.Lat() + r*cos/latMetres})
		}
		if rapid.Bool().Draw(t, "closed") {
			ring = append(ring, ring[0])
		}
		area = append(area, ring)
	}
	return area
}

// touchingTwin looks at every segment and every side, and asks another library what a ring holds.
func touchingTwin(s *EdgeSnapper, area orb.Polygon) (arcs []Arc) {
	for e := range s.edges.Len() {
		touches := false
		for q := s.edges.First[e]; q+1 < s.edges.First[e+1]; q++ {
			a, b := orb.Point{float64(s.x[q]), float64(s.y[q])}, orb.Point{float64(s.x[q+1]), float64(s.y[q+1])}
			in := false
			for _, r := range area {
				ring := make(orb.Ring, len(r))
				for i, p := range r {
					x, y := s.plane(p)
					ring[i] = orb.Point{x, y}
				}
				if ring[0] != ring[len(ring)-1] {
					ring = append(ring, ring[0])
				}
				in = in != planar.RingContains(ring, a)
				for i := 1; i < len(ring); i++ {
					touches = touches || crosses(a, b, ring[i-1], ring[i])
				}
			}
			touches = touches || in
		}
		if touches {
			arcs = append(arcs, s.edges.Forward[e], s.edges.Backward[e])
		}
	}
	slices.Sort(arcs)
	return slices.Compact(arcs)
}

// crosses solves for the shares at which two lines cross; lines side by side do not.
func crosses(a, b, c, d orb.Point) bool {
	ux, uy, vx, vy := b[0]-a[0], b[1]-a[1], d[0]-c[0], d[1]-c[1]
	det := ux*vy - uy*vx
	if det == 0 {
		return false
	}
	wx, wy := c[0]-a[0], c[1]-a[1]
	s, t := (wx*vy-wy*vx)/det, (wx*uy-wy*ux)/det
	return s >= 0 && s <= 1 && t >= 0 && t <= 1
}

func TestTouchingAgreesWithTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, e := drawRoads(t)
		s, err := NewEdgeSnapper(g, e, 100)
		if err != nil {
			t.Fatal(err)
		}
		area := drawArea(t)
		got, err := s.Touching(area)
		if err != nil {
			t.Fatal(err)
		}
		if want := touchingTwin(s, area); !slices.Equal(got, want) {
			t.Fatalf("arcs %v, want %v", got, want)
		}
	})
}

// TestTouchingBorders: on the border is in, in the hole is not, on the hole's border is in.
func TestTouchingBorders(t *testing.T) {
	at := func(x, y float64) orb.Point { return orb.Point{-0.1 + x/lonMetres, 51.5 + y/latMetres} }
	square := func(x, y, side float64) orb.Ring {
		return orb.Ring{at(x, y), at(x+side, y), at(x+side, y+side), at(x, y+side), at(x, y)}
	}
	g, e := &Graph{FirstOut: []Arc{0}}, &Edges{First: []uint32{0}}
	add := func(x1, y1, x2, y2 float64) {
		for _, p := range []orb.Point{at(x1, y1), at(x2, y2)} {
			g.Lon, g.Lat = append(g.Lon, float32(p.Lon())), append(g.Lat, float32(p.Lat()))
		}
		a := Arc(len(g.Head))
		g.Head, g.Class = append(g.Head, Node(len(g.Lon)-1)), append(g.Class, Minor)
		g.FirstOut = append(g.FirstOut, a+1, a+1)
		e.Forward, e.Backward, e.First = append(e.Forward, a), append(e.Backward, a), append(e.First, uint32(2*(a+1)))
	}
	add(0, 0, 1, 1)                // far outside, and the origin of the index
	add(1100, 1500, 1150, 1500)    // within, far from the border
	add(1500, 1500, 1550, 1550)    // in the hole
	add(1500, 1500, 1800, 1500)    // out of the hole
	add(900, 1500, 950, 1500)      // beside
	add(900, 900, 2100, 2100)      // right through
	add(1405.05, 1500, 1500, 1500) // in the hole, 5 cm off its border
	add(1404.95, 1500, 1500, 1500) // in the hole, from 5 cm beyond its border
	add(3000, 3000, 3001, 3001)    // so that the index is large enough
	e.Lon, e.Lat = g.Lon, g.Lat
	s, err := NewEdgeSnapper(g, e, 100)
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Touching(orb.Polygon{square(1000, 1000, 1000), square(1405, 1405, 190)})
	if want := []Arc{1, 3, 5, 7}; err != nil || !slices.Equal(got, want) {
		t.Errorf("arcs %v, want %v", got, want)
	}
	for _, area := range []orb.Polygon{nil, {}, {{}}} {
		if got, err := s.Touching(area); err != nil || len(got) > 0 {
			t.Errorf("%v: arcs %v, %v", area, got, err)
		}
	}
	for _, p := range []orb.Point{{math.NaN(), 51.5}, {-0.1, math.Inf(-1)}, {181, 51}} {
		if _, err := s.Touching(orb.Polygon{{p, {0, 51}, {0, 52}}}); err == nil {
			t.Errorf("%v was taken", p)
		}
	}
	if got, err = s.Touching(orb.Polygon{{{-180, -90}, {180, -90}, {180, 90}, {-180, 90}}}); err != nil || len(got) != g.Arcs() {
		t.Errorf("the whole world touches %d arcs, %v", len(got), err)
	}
}

// TestLinesMeet: ends count, and so do lines that lie on each other or have no length.
func TestLinesMeet(t *testing.T) {
	diagonal, point := line{0, 0, 4, 4}, line{2, 2, 2, 2}
	for _, c := range []struct {
		a, b line
		want bool
	}{
		{diagonal, line{0, 4, 4, 0}, true},
		{diagonal, line{4, 4, 9, 0}, true},  // end on end
		{diagonal, line{2, 2, 9, 2}, true},  // end on the middle
		{diagonal, line{3, 3, 9, 9}, true},  // one on the other
		{diagonal, line{5, 5, 9, 9}, false}, // behind each other
		{diagonal, line{1, 0, 4, 3}, false}, // side by side
		{diagonal, line{3, 0, 4, 1}, false},
		{diagonal, point, true},
		{diagonal, line{2, 3, 2, 3}, false},
		{point, point, true},
		{point, line{2, 3, 2, 3}, false},
	} {
		if c.a.meets(c.b) != c.want || c.b.meets(c.a) != c.want {
			t.Errorf("%v meets %v: want %v", c.a, c.b, c.want)
		}
	}
}
