package road

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// candidate is a segment that runs with a heading, with its distance and what it weighs.
type candidate struct{ metres, weight float64 }

// snapHeadingTwin looks at all segments: the distance of the nearest, and those that run with the
// heading.
func snapHeadingTwin(s *EdgeSnapper, p orb.Point, heading float64) (best float64, agree []candidate) {
	best = math.Inf(1)
	for e := range s.edges.Len() {
		f, b := s.edges.Forward[e], s.edges.Backward[e]
		for q := s.edges.First[e]; q+1 < s.edges.First[e+1]; q++ {
			if s.graph.Class[f] == BusOnly && s.graph.Class[b] == BusOnly {
				continue
			}
			x, y := s.plane(p)
			squared, _ := s.distance(q, x, y)
			d := math.Sqrt(squared)
			best = min(best, d)
			dx, dy := float64(s.x[q+1])-float64(s.x[q]), float64(s.y[q+1])-float64(s.y[q])
			if dx == 0 && dy == 0 {
				continue
			}
			off := math.Abs(math.Remainder(heading-math.Atan2(dx, dy)*180/math.Pi, 360))
			if off <= 60 && s.graph.Class[f] != BusOnly || off >= 120 && f != b && s.graph.Class[b] != BusOnly {
				if off > 60 || s.graph.Class[f] == BusOnly {
					off = 180 - off
				}
				agree = append(agree, candidate{d, d + 0.2*off})
			}
		}
	}
	return best, agree
}

// choose returns the distance of the candidate that weighs least of those within some metres; sure tells
// whether rounding cannot change which that is.
func choose(agree []candidate, metres float64) (chosen candidate, found, sure bool) {
	chosen, sure = candidate{weight: math.Inf(1)}, true
	for _, c := range agree {
		sure = sure && math.Abs(c.metres-metres) > 1e-6
		if c.metres <= metres && c.weight < chosen.weight {
			chosen, found = c, true
		}
	}
	for _, c := range agree {
		if c.metres <= metres && c.weight-chosen.weight < 1e-6 && math.Abs(c.metres-chosen.metres) > 1e-3 {
			sure = false
		}
	}
	return chosen, found, sure
}

func TestSnapHeadingAgreesWithTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, e := drawRoads(t)
		s, err := NewEdgeSnapper(g, e, 400)
		if err != nil {
			t.Fatal(err)
		}
		p, heading := drawPoint(t), rapid.Float64Range(0, 360).Draw(t, "heading")
		if rapid.IntRange(0, 3).Draw(t, "by a road") > 0 {
			metres := rapid.Float64Range(-25, 25)
			i := rapid.IntRange(0, len(e.Lon)-1).Draw(t, "point")
			p = orb.Point{float64(e.Lon[i]) + metres.Draw(t, "east")/lonMetres, float64(e.Lat[i]) + metres.Draw(t, "north")/latMetres}
		}
		best, agree := snapHeadingTwin(s, p, heading)
		chosen, faces, sure := choose(agree, min(best+15, 400))
		want := chosen.metres
		if !faces {
			want = best
		}
		spot, ok := s.SnapHeading(p, heading)
		if !sure || math.Abs(best-400) < 1e-6 {
			return // on a limit
		}
		if ok != (want <= 400) || ok && math.Abs(float64(spot.Metres)-want) > 1e-3 {
			t.Fatalf("%v, %g m away, want %g m; the nearest is %g m away", ok, spot.Metres, want, best)
		}
		if !ok {
			return
		}
		checkFacing(t, e, &spot, heading, faces)
	})
}

// checkFacing checks that a spot leaves in the direction of the heading, and in no other where a road
// agrees with it.
func checkFacing(t *rapid.T, e *Edges, s *Spot, heading float64, faces bool) {
	edge, _ := e.Of(s.Arc)
	ways, straight := 0, e.Points(edge) == 2 // at a bend either side's direction may be meant
	for i, l := range s.Leave[:s.Leaves] {
		if l.Base == Unreachable {
			continue
		}
		ways++
		along := s.Along
		if i == 1 {
			along = 1 - along
		}
		got, ok := e.Heading(l.Arc, along)
		if off := math.Abs(math.Remainder(heading-got, 360)); faces && ok && straight && off > 60.1 {
			t.Fatalf("leaves by arc %d, %g degrees from the heading", l.Arc, off)
		}
	}
	if twoWay := e.Forward[edge] != e.Backward[edge]; faces && ways != 1 || !faces && twoWay && ways != 2 {
		t.Fatalf("%d ways to leave, the heading agrees: %v", ways, faces)
	}
}

// TestSnapHeadingBesideACrossing: a car 4 m from a side street and 9 m from the main road that it drives
// along is on the main road, and leaves ahead.
func TestSnapHeadingBesideACrossing(t *testing.T) {
	lon := func(metres float64) float32 { return float32(-0.1 + metres/lonMetres) }
	lat := func(metres float64) float32 { return float32(51.5 + metres/latMetres) }
	g := &Graph{FirstOut: []Arc{0, 1, 2, 3, 4}, Head: []Node{1, 0, 3, 2}, Base: []Millis{1000, 1000, 1000, 1000}, Metres: make([]float32, 4),
		Class: []Class{Primary, Primary, Minor, Minor}, Zone: make([]Zone, 4), Lon: make([]float32, 4), Lat: make([]float32, 4)}
	e := &Edges{Forward: []Arc{0, 2}, Backward: []Arc{1, 3}, First: []uint32{0, 2, 4},
		Lon: []float32{lon(0), lon(200), lon(100), lon(100)}, Lat: []float32{lat(0), lat(0), lat(0), lat(100)}}
	s, err := NewEdgeSnapper(g, e, 100)
	if err != nil {
		t.Fatal(err)
	}
	p := orb.Point{float64(lon(96)), float64(lat(9))}
	for _, c := range []struct {
		heading float64
		open    []Arc
	}{
		{90, []Arc{0}},   // east on the main road
		{280, []Arc{1}},  // west on it
		{10, []Arc{2}},   // up the side street, which is nearer
		{-170, []Arc{3}}, // down it
		{math.NaN(), []Arc{2, 3}},
	} {
		spot, ok := s.SnapHeading(p, c.heading)
		var open []Arc
		for _, l := range spot.Leave[:spot.Leaves] {
			if l.Base != Unreachable {
				open = append(open, l.Arc)
			}
		}
		if !ok || len(open) != len(c.open) || open[0] != c.open[0] {
			t.Errorf("heading %g leaves by %v, want %v", c.heading, open, c.open)
		}
		if spot.Reaches != 2 {
			t.Errorf("heading %g: reached from %d sides, want both", c.heading, spot.Reaches)
		}
	}
}

func TestSnappingDoesNotAllocate(t *testing.T) {
	r := small()
	s, err := NewEdgeSnapper(r.Graph, r.Edges, 500)
	if err != nil {
		t.Fatal(err)
	}
	p := orb.Point{-0.1001, 51.5003}
	for name, snap := range map[string]func(){"Snap": func() { s.Snap(p) }, "SnapHeading": func() { s.SnapHeading(p, 10) }} {
		if n := testing.AllocsPerRun(50, snap); n != 0 {
			t.Errorf("%s allocates %g times", name, n)
		}
	}
}
