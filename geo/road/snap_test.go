package road

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// drawRoads draws up to 30 roads of up to four points, some of no length, within about 1.4 by 2.2 km.
func drawRoads(t *rapid.T) (*Graph, *Edges) {
	point := rapid.Custom(func(t *rapid.T) orb.Point {
		return orb.Point{-0.1 + float64(rapid.IntRange(0, 200).Draw(t, "x"))*1e-4, 51.5 + float64(rapid.IntRange(0, 200).Draw(t, "y"))*1e-4}
	})
	g, e := &Graph{FirstOut: []Arc{0}}, &Edges{First: []uint32{0}}
	for i := range rapid.IntRange(1, 30).Draw(t, "roads") {
		twoWay := rapid.Bool().Draw(t, "two ways")
		classes := rapid.SampledFrom([]Class{Primary, Minor, Minor, BusOnly})
		class := classes.Draw(t, "class")
		n := Node(2 * i)
		g.Head, g.Class, g.Base = append(g.Head, n+1), append(g.Class, class), append(g.Base, 1000)
		g.FirstOut = append(g.FirstOut, Arc(len(g.Head)))
		e.Forward, e.Backward = append(e.Forward, Arc(len(g.Head)-1)), append(e.Backward, Arc(len(g.Head)-1))
		if twoWay {
			e.Backward[i] = Arc(len(g.Head))
			g.Head, g.Class, g.Base = append(g.Head, n), append(g.Class, classes.Draw(t, "class back")), append(g.Base, 2000)
		}
		g.FirstOut = append(g.FirstOut, Arc(len(g.Head)))
		points := rapid.SliceOfN(point, 2, 4).Draw(t, "shape")
		short := rapid.Bool().Draw(t, "short")
		for _, p := range points {
			if short { // a twentieth of the length
				p = orb.Point{points[0][0] + (p[0]-points[0][0])/20, points[0][1] + (p[1]-points[0][1])/20}
			}
			e.Lon, e.Lat = append(e.Lon, float32(p.Lon())), append(e.Lat, float32(p.Lat()))
		}
		e.First = append(e.First, uint32(len(e.Lon)))
	}
	g.Lon, g.Lat, g.Zone = make([]float32, len(g.FirstOut)-1), make([]float32, len(g.FirstOut)-1), make([]Zone, len(g.Head))
	return g, e
}

// bruteForce is the slow twin: every segment of every road that a car may use.
func bruteForce(s *EdgeSnapper, p orb.Point) (edge int, metres float64) {
	x, y := s.plane(p)
	edge, metres = -1, math.Inf(1)
	for e := range s.edges.Len() {
		if s.graph.Class[s.edges.Forward[e]] == BusOnly && s.graph.Class[s.edges.Backward[e]] == BusOnly {
			continue
		}
		for q := s.edges.First[e]; q+1 < s.edges.First[e+1]; q++ {
			ax, ay := float64(s.x[q]), float64(s.y[q])
			bx, by := float64(s.x[q+1]), float64(s.y[q+1])
			share := ((x-ax)*(bx-ax) + (y-ay)*(by-ay)) / ((bx-ax)*(bx-ax) + (by-ay)*(by-ay))
			if !(share > 0) { // before the segment, or a segment of no length
				share = 0
			}
			share = min(share, 1)
			if d := math.Hypot(ax+share*(bx-ax)-x, ay+share*(by-ay)-y); d < metres {
				edge, metres = e, d
			}
		}
	}
	return edge, metres
}

func TestSnapAgreesWithTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, e := drawRoads(t)
		limit := rapid.SampledFrom([]float64{50, 150, 400, 2000}).Draw(t, "limit")
		s, err := NewEdgeSnapper(g, e, limit)
		if err != nil {
			t.Fatal(err)
		}
		p := orb.Point{rapid.Float64Range(-0.14, -0.05).Draw(t, "lon"), rapid.Float64Range(51.48, 51.55).Draw(t, "lat")}
		edge, want := bruteForce(s, p)
		spot, ok := s.Snap(p)
		if math.Abs(want-limit) < 1e-6 {
			return // on the limit: either answer is right
		}
		if ok != (want < limit) {
			t.Fatalf("snapped %v, nearest road is %g m away, limit %g m", ok, want, limit)
		}
		if !ok {
			return
		}
		if math.Abs(float64(spot.Metres)-want) > 1e-3 {
			t.Fatalf("snapped %g m away, nearest road is %g m away", spot.Metres, want)
		}
		checkSpot(t, g, e, edge, spot)
	})
}

// checkSpot checks the links of a spot: along its arc and, on a two-way road, against it.
func checkSpot(t *rapid.T, g *Graph, e *Edges, edge int, s Spot) {
	if !s.OnArc || s.Along < 0 || s.Along > 1 {
		t.Fatalf("spot %+v is not on its arc", s)
	}
	for i := range e.Len() {
		if e.Forward[i] == s.Arc {
			edge = i // of equally near roads any will do
		}
	}
	f, b := e.Forward[edge], e.Backward[edge]
	if f != s.Arc || g.Class[f] == BusOnly && g.Class[b] == BusOnly {
		t.Fatalf("arc %d is not that of a road for cars", s.Arc)
	}
	links := uint8(1)
	if f != b {
		links = 2
	}
	if s.Leaves != links || s.Reaches != links {
		t.Fatalf("%d ways off and %d ways on, want %d", s.Leaves, s.Reaches, links)
	}
	for i := range links {
		if along := [2]Arc{f, b}[i]; s.Leave[i].Arc != along || s.Reach[i].Arc != along {
			t.Fatalf("links %d run along arcs %d and %d, want %d", i, s.Leave[i].Arc, s.Reach[i].Arc, along)
		}
	}
	whole := s.Leave[0].Base + s.Reach[0].Base // of 1,000, each part rounded
	if s.Leave[0].Node != g.Head[f] || s.Reach[0].Node != Node(2*edge) || whole < 999 || whole > 1001 {
		t.Fatalf("along the arc: %+v %+v", s.Leave[0], s.Reach[0])
	}
	if links == 2 && (s.Leave[1].Node != Node(2*edge) || s.Reach[1].Node != g.Head[f]) {
		t.Fatalf("against the arc: %+v %+v", s.Leave[1], s.Reach[1])
	}
}

func TestSnapRefusesNonsense(t *testing.T) {
	g := &Graph{FirstOut: []Arc{0, 1, 1}, Head: []Node{1}, Base: []Millis{1000}, Class: []Class{Minor}, Zone: []Zone{Outer}, Lon: make([]float32, 2), Lat: make([]float32, 2)}
	e := &Edges{Forward: []Arc{0}, Backward: []Arc{0}, First: []uint32{0, 2}, Lon: []float32{-0.1, -0.1}, Lat: []float32{51.5, 51.51}}
	s, err := NewEdgeSnapper(g, e, 500)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []orb.Point{{math.NaN(), 51.5}, {-0.1, math.Inf(1)}, {1e300, -1e300}, {0, 0}} {
		if _, ok := s.Snap(p); ok {
			t.Errorf("%v snapped", p)
		}
	}
	if _, err := NewEdgeSnapper(g, &Edges{First: []uint32{0}}, 500); err == nil {
		t.Error("no roads, no error")
	}
}
