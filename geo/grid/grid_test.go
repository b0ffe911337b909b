package grid

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/uber/h3-go/v4"
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

func TestGeometryIsH3s(t *testing.T) {
	for _, res := range []int{8, 9} {
		g := newGrid(t, res)
		for i := range Index(g.Len()) {
			cell := h3.CellFromString(g.ID(i))
			centre, err := cell.LatLng()
			if err != nil {
				t.Fatal(err)
			}
			if d := apart(g.Centre(i), centre); d > 1e-9 {
				t.Fatalf("cell %s: centre is %g° off", g.ID(i), d)
			}
			boundary, err := cell.Boundary()
			if err != nil {
				t.Fatal(err)
			}
			outline := g.Outline(i)
			if len(outline) != 7 || !outline.Closed() || len(boundary) != 6 || outline.Orientation() != orb.CCW {
				t.Fatalf("cell %s: outline %v", g.ID(i), outline)
			}
			for _, c := range boundary {
				if !slices.ContainsFunc(outline, func(p orb.Point) bool { return apart(p, c) < 1e-9 }) {
					t.Fatalf("cell %s: outline %v lacks corner %v", g.ID(i), outline, c)
				}
			}
		}
	}
}

func apart(p orb.Point, c h3.LatLng) float64 { return math.Hypot(p.Lon()-c.Lng, p.Lat()-c.Lat) }

func TestOrderAndFind(t *testing.T) {
	g := newGrid(t, 9)
	if !slices.IsSorted(g.id) {
		t.Error("cells are not in ascending order of their identifiers")
	}
	for i := range Index(g.Len()) {
		if j, ok := g.Find(g.ID(i)); !ok || j != i {
			t.Fatalf("Find(%s) = %v, %v; want %v", g.ID(i), j, ok, i)
		}
		if j, ok := g.At(g.Centre(i)); !ok || j != i {
			t.Fatalf("At(Centre(%v)) = %v, %v", i, j, ok)
		}
	}
	for _, id := range []string{"", "x", "8928308280fffff", "88195da49bfffff"} {
		if _, ok := g.Find(id); ok {
			t.Errorf("Find(%q) found a cell", id)
		}
	}
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
	p := newPlane(9)
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

func TestNeighboursAreH3s(t *testing.T) {
	g := newGrid(t, 9)
	for i := range Index(g.Len()) {
		disk, err := h3.CellFromString(g.ID(i)).GridDisk(1)
		if err != nil {
			t.Fatal(err)
		}
		var want []Index
		for _, c := range disk {
			if j, ok := g.Find(c.String()); ok && j != i {
				want = append(want, j)
			}
		}
		slices.Sort(want)
		if diff := cmp.Diff(want, slices.Clone(g.Neighbours(i))); diff != "" {
			t.Fatalf("cell %s: %s", g.ID(i), diff)
		}
	}
}

func TestParentsAreH3s(t *testing.T) {
	fine, coarse := newGrid(t, 9), newGrid(t, 8)
	children := Children(fine, coarse)
	moved := 0
	for i, p := range Parents(fine, coarse) {
		parent, err := h3.CellFromString(fine.ID(Index(i))).Parent(8)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := coarse.Find(parent.String()); !ok {
			moved++ // the ancestor has no land
			if away, err := h3.GridDistance(parent, h3.CellFromString(coarse.ID(p))); err != nil || away != 1 {
				t.Errorf("cell %s: parent %s is %d steps from its ancestor, %v", fine.ID(Index(i)), coarse.ID(p), away, err)
			}
		} else if coarse.ID(p) != parent.String() {
			t.Errorf("cell %s: parent %s; H3 has %s", fine.ID(Index(i)), coarse.ID(p), parent)
		}
		if !slices.Contains(children[p], Index(i)) {
			t.Errorf("cell %s is no child of its parent", fine.ID(Index(i)))
		}
	}
	t.Logf("%d of %d cells have no ancestor in the coarse grid", moved, fine.Len())
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
	paris := geo.Borough{Name: "Paris", Land: orb.MultiPolygon{{{{2.2, 48.8}, {2.4, 48.8}, {2.4, 48.9}, {2.2, 48.8}}}}}
	if _, err := New([]geo.Borough{paris}, 9); err == nil {
		t.Error("a borough in France was taken")
	}
}
