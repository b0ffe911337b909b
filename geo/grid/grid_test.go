package grid

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// london reads the boroughs as shipped.
func london(t testing.TB) []geo.Borough {
	t.Helper()
	raw, err := os.ReadFile("../../data/boroughs/boroughs.geojson")
	if err != nil {
		t.Fatal(err)
	}
	boroughs, err := geo.ReadBoroughs(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return boroughs
}

func newGrid(t testing.TB, res int) *Grid {
	t.Helper()
	g, err := New(london(t), res)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// anyPoint returns a point of London's bounds.
func anyPoint(r *rand.Rand) orb.Point {
	b := geo.London
	return orb.Point{b.Min[0] + r.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1])}
}

func TestEveryPointOfLondonIsInACell(t *testing.T) {
	boroughs := london(t)
	for _, res := range []int{8, 9} {
		g := newGrid(t, res)
		for _, b := range boroughs {
			for _, polygon := range b.Land {
				for _, ring := range polygon {
					for j := 1; j < len(ring); j++ {
						for k := range 5 {
							f := float64(k) / 5
							p := orb.Point{ring[j-1][0] + f*(ring[j][0]-ring[j-1][0]), ring[j-1][1] + f*(ring[j][1]-ring[j-1][1])}
							if _, ok := g.At(p); !ok {
								t.Errorf("resolution %d: %v on the boundary of %s is in no cell", res, p, b.Name)
							}
						}
					}
				}
			}
		}
		r, in := rand.New(rand.NewPCG(5, 6)), owner(boroughs)
		for range 20_000 {
			p := anyPoint(r)
			if _, ok := g.At(p); !ok && in(p) >= 0 {
				t.Errorf("resolution %d: %v is in London and in no cell", res, p)
			}
		}
	}
}

// The area of each borough must come back as the sum of its pieces, whatever cells they fall in.
func TestPiecesAddUp(t *testing.T) {
	boroughs := london(t)
	p := newPlane(&faces[londonFace], 9)
	g := newGrid(t, 9)
	sum := make([]float64, len(boroughs))
	for _, piece := range pieces(&p, boroughs) {
		sum[piece.borough] += piece.share * geo.RingArea(g.Outline(g.lookup(piece.q, piece.r)))
	}
	var london, land float64
	for i, b := range boroughs {
		want := geo.Area(b.Land)
		if math.Abs(sum[i]/want-1) > 1e-6 {
			t.Errorf("%s: pieces have %.0f m², the borough %.0f", b.Name, sum[i], want)
		}
		london += want
	}
	for i := range Index(g.Len()) {
		land += g.Area(i)
	}
	if math.Abs(land/london-1) > 1e-6 {
		t.Errorf("cells have %.0f m² of land, the boroughs %.0f", land, london)
	}
}

// owner returns a function that says which boroughs a point lies in, -1 for none.
func owner(boroughs []geo.Borough) func(p orb.Point) int {
	bounds := make([]orb.Bound, len(boroughs))
	for i, b := range boroughs {
		bounds[i] = b.Land.Bound()
	}
	return func(p orb.Point) int {
		for i, b := range boroughs {
			if bounds[i].Contains(p) && planar.MultiPolygonContains(b.Land, p) {
				return i
			}
		}
		return -1
	}
}

// The slow twin of the borough and the land of a cell: where many points of the cell lie.
func TestBoroughHasTheLargestShare(t *testing.T) {
	boroughs := london(t)
	g, in := newGrid(t, 8), owner(london(t))
	r := rand.New(rand.NewPCG(7, 8))
	const tries = 1000
	for range 60 {
		i := Index(r.IntN(g.Len()))
		hits := make([]int, len(boroughs))
		land := 0
		for n := 0; n < tries; {
			p := g.plane.point(axial{float64(g.at[i][0]) + r.Float64()*2 - 1, float64(g.at[i][1]) + r.Float64()*2 - 1})
			if j, ok := g.At(p); !ok || j != i {
				continue
			}
			n++
			if b := in(p); b >= 0 {
				hits[b]++
				land++
			}
		}
		// 160 of 1000 is 5 standard errors of a share of a half, 3.5 of a difference of two halves.
		if most := slices.Max(hits); most-hits[g.Borough(i)] > 160 {
			t.Errorf("cell %s: %s has %d points, another borough %d", g.ID(i), boroughs[g.Borough(i)].Name, hits[g.Borough(i)], most)
		}
		share := g.Area(i) / geo.RingArea(g.Outline(i))
		if math.Abs(share-float64(land)/tries) > 0.08 {
			t.Errorf("cell %s: land is %.3f of it, %d of %d points are", g.ID(i), share, land, tries)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	boroughs := london(t)
	for _, res := range []int{-1, MinRes - 1, MaxRes + 1} {
		if _, err := New(boroughs, res); err == nil {
			t.Errorf("resolution %d was taken", res)
		}
	}
	if _, err := New(nil, 9); err == nil {
		t.Error("no boroughs were taken")
	}
	nan := geo.Borough{Name: "nowhere", Land: orb.MultiPolygon{{{{0, 51.5}, {math.NaN(), 51.5}, {0, 51.6}, {0, 51.5}}}}}
	if _, err := New([]geo.Borough{nan}, 9); err == nil {
		t.Error("a borough with a corner that is no number was taken")
	}
	paris := geo.Borough{Name: "Paris", Land: orb.MultiPolygon{{{{2.2, 48.8}, {2.4, 48.8}, {2.4, 48.9}, {2.2, 48.8}}}}}
	if _, err := New([]geo.Borough{paris}, 9); err == nil {
		t.Error("a borough in France was taken")
	}
}
