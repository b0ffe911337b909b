package road

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

func drawPoint(t *rapid.T) orb.Point {
	return orb.Point{rapid.Float64Range(-0.12, -0.06).Draw(t, "lon"), rapid.Float64Range(51.49, 51.53).Draw(t, "lat")}
}

// distances is the slow twin of Near: every segment of every edge, roads for buses only included.
func distances(s *EdgeSnapper, p orb.Point) []float64 {
	x, y := s.plane(p)
	out := make([]float64, s.edges.Len())
	for e := range out {
		out[e] = math.Inf(1)
		for q := s.edges.First[e]; q+1 < s.edges.First[e+1]; q++ {
			d, _ := s.distance(q, x, y)
			out[e] = min(out[e], math.Sqrt(d))
		}
	}
	return out
}

func TestNearAgreesWithTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, e := drawRoads(t)
		s, err := NewEdgeSnapper(g, e, 600)
		if err != nil {
			t.Fatal(err)
		}
		p, k := drawPoint(t), rapid.IntRange(0, 6).Draw(t, "k")
		metres := rapid.Float64Range(0, 900).Draw(t, "metres")
		all := distances(s, p)
		var want []int
		for i, d := range all {
			if d <= min(metres, 600) {
				want = append(want, i)
			}
		}
		slices.SortStableFunc(want, func(a, b int) int { return cmp.Compare(all[a], all[b]) })
		want = want[:min(k, len(want))]
		got := s.Near(p, k, metres)
		if len(got) != len(want) {
			t.Fatalf("%d roads, want %d", len(got), len(want))
		}
		for i, r := range got {
			if r.Edge != want[i] || math.Abs(float64(r.Metres)-all[r.Edge]) > 1e-3 || r.Forward != e.Forward[r.Edge] || r.Backward != e.Backward[r.Edge] {
				t.Fatalf("road %d is %+v, want edge %d at %g m", i, r, want[i], all[want[i]])
			}
			at := e.Line([]Arc{r.Forward}, r.Along, r.Along)[0]
			x, y := s.plane(at)
			px, py := s.plane(p)
			if d := math.Hypot(x-px, y-py); math.Abs(d-all[r.Edge]) > 0.1 { // coordinates are kept to centimetres
				t.Fatalf("the place at share %g is %g m away, want %g", r.Along, d, all[r.Edge])
			}
		}
	})
}

func TestNearRefusesNonsense(t *testing.T) {
	r := small()
	s, err := NewEdgeSnapper(r.Graph, r.Edges, 500)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Near(orb.Point{-0.1, 51.5005}, 1, 50); len(got) != 1 || got[0].Street != "Strand" {
		t.Errorf("on the Strand: %+v", got)
	}
	for _, metres := range []float64{math.NaN(), -1} {
		if got := s.Near(orb.Point{-0.1, 51.5}, 1, metres); len(got) > 0 {
			t.Errorf("within %g m: %+v", metres, got)
		}
	}
	if got := s.Near(orb.Point{math.NaN(), 51.5}, 1, 1e9); len(got) > 0 {
		t.Errorf("of no place: %+v", got)
	}
}
