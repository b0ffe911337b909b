package grid

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// h3At is the slow twin of At.
func h3At(t testing.TB, g *Grid, p orb.Point) (Index, bool) {
	c, err := h3.LatLngToCell(h3.LatLng{Lat: p.Lat(), Lng: p.Lon()}, g.res)
	if err != nil {
		t.Fatal(err)
	}
	return g.Find(c.String())
}

func TestAtAgreesWithH3(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, res := range []int{7, 8, 9, 10} {
		g := newGrid(t, res)
		for range 100_000 {
			p := anyPoint(r)
			got, ok := g.At(p)
			want, wantOK := h3At(t, g, p)
			if got != want || ok != wantOK {
				t.Fatalf("resolution %d, %v: got %v %v, H3 has %v %v", res, p, got, ok, want, wantOK)
			}
		}
	}
}

// Points on the edges between cells and a hair's breadth to either side are where a rounding error shows.
func TestAtAgreesWithH3NearEdges(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	g := newGrid(t, 9)
	asked := 0
	for range 100_000 {
		i := r.IntN(g.Len())
		k := r.IntN(6)
		a, b, along := corners[k], corners[(k+1)%6], r.Float64()
		scale := 1 + (r.Float64()-0.5)*math.Pow(10, -float64(3+r.IntN(13)))
		at := axial{
			float64(g.at[i][0]) + scale*(a.q+along*(b.q-a.q)),
			float64(g.at[i][1]) + scale*(a.r+along*(b.r-a.r)),
		}
		p := g.plane.point(at)
		if _, _, clear := g.plane.project(p).round(); !clear {
			asked++
		}
		got, ok := g.At(p)
		want, wantOK := h3At(t, g, p)
		if got != want || ok != wantOK {
			t.Fatalf("%v: got %v %v, H3 has %v %v", p, got, ok, want, wantOK)
		}
	}
	if asked == 0 {
		t.Error("no point was near enough to an edge for H3 to be asked")
	}
}

func TestPointsElsewhere(t *testing.T) {
	g := newGrid(t, 9)
	nan, inf := math.NaN(), math.Inf(1)
	for _, p := range []orb.Point{{}, {180, -51.5}, {-3.2, 55.9}, {51.5, -0.1}, {nan, 51.5}, {0, nan}, {inf, 51.5}, {0, -inf}, {0.3, 51.3}, {1e300, 51.5}} {
		if i, ok := g.At(p); ok {
			t.Errorf("At(%v) = %v", p, i)
		}
	}
}
