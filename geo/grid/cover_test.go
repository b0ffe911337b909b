package grid

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nearside-ems/nearside/geo"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/uber/h3-go/v4"
)

func lands(boroughs []geo.Borough) []orb.MultiPolygon {
	out := make([]orb.MultiPolygon, len(boroughs))
	for i, b := range boroughs {
		out[i] = b.Land
	}
	return out
}

// TestCoverOfLondonIsItsGrid: the boroughs' cells, land and largest shares come out as Grid finds them
// on its own plane.
func TestCoverOfLondonIsItsGrid(t *testing.T) {
	boroughs := london(t)
	for _, res := range []int{7, 8, 9} {
		g := newGrid(t, res)
		c, err := NewCover(lands(boroughs), res)
		if err != nil {
			t.Fatal(err)
		}
		if c.Len() != g.Len() {
			t.Fatalf("resolution %d: %d cells, the grid has %d", res, c.Len(), g.Len())
		}
		others := 0
		for i := range Index(g.Len()) {
			if c.ID(i) != g.ID(i) {
				t.Fatalf("resolution %d: cell %d is %s, the grid's is %s", res, i, c.ID(i), g.ID(i))
			}
			if whole := geo.RingArea(g.Outline(i)); math.Abs(c.Area(i)-g.Area(i)) > 2e-4*whole {
				t.Errorf("cell %s has %v m² of land, %v by the grid", c.ID(i), c.Area(i), g.Area(i))
			}
			if d := geo.RingArea(c.Outline(i)) / geo.RingArea(g.Outline(i)); math.Abs(d-1) > 1e-6 {
				t.Errorf("cell %s: outlines differ by a factor of %v", c.ID(i), d)
			}
			if c.Part(i) != g.Borough(i) {
				others++
			}
		}
		if others > g.Len()/1000 { // halves that rounding decides
			t.Errorf("resolution %d: %d cells are in other boroughs than by the grid", res, others)
		}
	}
}

// star returns a ring of n corners around a place, nearer and further by turns.
func star(r *rand.Rand, at orb.Point, metres float64, n int) orb.Ring {
	ring := make(orb.Ring, 0, n+1)
	for i := range n {
		far := metres * (0.3 + 0.7*r.Float64()) / metresPerDegree
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		ring = append(ring, orb.Point{at[0] + far*cos/math.Cos(at[1]*degrees), at[1] + far*sin})
	}
	return append(ring, ring[0])
}

// TestCoverAnywhere: for shapes all over the earth, every point of the shape is in a cell and the
// cells' areas add up to the shape's.
func TestCoverAnywhere(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for k := range 60 {
		at := orb.Point{r.Float64()*356 - 178, r.Float64()*160 - 80}
		if k < 2 {
			at[1] = 17
			at[0] = []float64{-179.92, 179.92}[k] // up to the 180th meridian
		}
		shape := orb.MultiPolygon{{star(r, at, 8000, 40)}}
		if r.IntN(2) == 0 {
			shape[0] = append(shape[0], star(r, at, 2000, 12))
		}
		c, err := NewCover([]orb.MultiPolygon{shape}, 8)
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		for i := range Index(c.Len()) {
			sum += c.Area(i)
			if j, ok := c.At(c.Centre(i)); !ok || j != i {
				t.Errorf("the centre of cell %s is in cell %d, %v", c.ID(i), j, ok)
			}
		}
		if want := geo.Area(shape); math.Abs(sum/want-1) > 1e-4 {
			t.Errorf("at %v: cells have %.0f m², the shape %.0f", at, sum, want)
		}
		b := shape.Bound()
		for range 300 {
			p := orb.Point{b.Min[0] + r.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1])}
			if _, ok := c.At(p); !ok && planar.MultiPolygonContains(shape, p) {
				t.Errorf("%v is in the shape and in no cell", p)
			}
		}
	}
}

func TestCoverCountsOverlapOnce(t *testing.T) {
	square := orb.MultiPolygon{{orb.Bound{Min: orb.Point{-79.5, 43.6}, Max: orb.Point{-79.4, 43.7}}.ToRing()}}
	once, err := NewCover([]orb.MultiPolygon{square}, 8)
	if err != nil {
		t.Fatal(err)
	}
	twice, err := NewCover([]orb.MultiPolygon{square, square}, 8)
	if err != nil {
		t.Fatal(err)
	}
	inside := 0
	for i := range Index(once.Len()) {
		whole := geo.RingArea(once.Outline(i))
		if once.Area(i) > 0.99*whole {
			inside++
		}
		if twice.Area(i) > whole || twice.Part(i) != 0 {
			t.Errorf("cell %s: %v of %v m², part %d", twice.ID(i), twice.Area(i), whole, twice.Part(i))
		}
	}
	if inside == 0 {
		t.Error("no cell lies inside")
	}
}

func TestCoverRefuses(t *testing.T) {
	ring := func(points ...orb.Point) []orb.MultiPolygon { return []orb.MultiPolygon{{{points}}} }
	europe := ring(orb.Point{0, 40}, orb.Point{20, 40}, orb.Point{20, 60}, orb.Point{0, 40})
	if _, err := NewCover(europe, 9); !errors.Is(err, ErrTooManyCells) {
		t.Errorf("Europe at resolution 9: %v", err)
	}
	for name, shapes := range map[string][]orb.MultiPolygon{
		"nothing":    nil,
		"no area":    ring(orb.Point{0, 40}, orb.Point{1, 40}, orb.Point{0.5, 40}, orb.Point{0, 40}),
		"open":       ring(orb.Point{0, 40}, orb.Point{1, 40}, orb.Point{1, 41}, orb.Point{0, 41}),
		"NaN":        ring(orb.Point{0, 40}, orb.Point{math.NaN(), 40}, orb.Point{1, 41}, orb.Point{0, 40}),
		"eastings":   ring(orb.Point{530000, 180000}, orb.Point{531000, 180000}, orb.Point{530000, 181000}, orb.Point{530000, 180000}),
		"north pole": ring(orb.Point{0, 84}, orb.Point{1, 84}, orb.Point{1, 86}, orb.Point{0, 84}),
	} {
		if _, err := NewCover(shapes, 8); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if _, err := NewCover(europe, 4); err == nil {
		t.Error("resolution 4 was taken")
	}
}

func TestRestoreCover(t *testing.T) {
	c, err := NewCover(lands(london(t)), 7)
	if err != nil {
		t.Fatal(err)
	}
	ids, land, part := make([]string, c.Len()), make([]float64, c.Len()), make([]int32, c.Len())
	for i := range Index(c.Len()) {
		ids[i], land[i], part[i] = c.ID(i), c.Area(i), int32(c.Part(i))
	}
	again, err := RestoreCover(7, ids, land, part)
	if err != nil {
		t.Fatal(err)
	}
	for i := range Index(c.Len()) {
		if again.ID(i) != c.ID(i) || again.Area(i) != c.Area(i) || again.Part(i) != c.Part(i) || again.Centre(i) != c.Centre(i) {
			t.Errorf("cell %s comes back as %s", c.ID(i), again.ID(i))
		}
	}
	for name, damage := range map[string]func(){
		"order":      func() { ids[0], ids[1] = ids[1], ids[0] },
		"twice":      func() { ids[1] = ids[0] },
		"resolution": func() { ids[0] = "88195da49bfffff" },
		"no cell":    func() { ids[0] = "ffffffffffffffff" },
		"capitals":   func() { ids[0] = "87195DA49FFFFFF" },
		"no land":    func() { land[0] = 0 },
		"endless":    func() { land[0] = math.Inf(1) },
	} {
		was, first, second := land[0], ids[0], ids[1]
		damage()
		if _, err := RestoreCover(7, ids, land, part); err == nil {
			t.Errorf("%s: taken", name)
		}
		land[0], ids[0], ids[1] = was, first, second
	}
	if _, err := RestoreCover(7, ids, land[1:], part); err == nil {
		t.Error("a missing area was taken")
	}
}

func BenchmarkCoverAt(b *testing.B) {
	c, err := NewCover(lands(london(b)), 9)
	if err != nil {
		b.Fatal(err)
	}
	points := somePoints()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.At(points[i%len(points)])
	}
}

func BenchmarkNewCover(b *testing.B) {
	shapes := lands(london(b))
	for b.Loop() {
		if _, err := NewCover(shapes, 9); err != nil {
			b.Fatal(err)
		}
	}
}

// TestCoverAtIsH3: At agrees with H3's library all over the earth, at any resolution, on the edges
// between cells too, whether the cells lie on one face of the icosahedron or not.
func TestCoverAtIsH3(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 7))
	on, across := 0, 0
	for k := range 80 {
		res := MinRes + r.IntN(MaxRes-MinRes+1)
		at := orb.Point{r.Float64()*350 - 175, r.Float64()*150 - 75}
		if k%4 == 0 { // on the edge between the first face and the next but three
			f := onSphere(orb.Point{faces[0].lon / degrees, faces[0].lat / degrees})
			g := onSphere(orb.Point{faces[4].lon / degrees, faces[4].lat / degrees})
			m := mix(1, f, 1, g)
			at = orb.Point{math.Atan2(m[1], m[0]) / degrees, math.Atan2(m[2], math.Hypot(m[0], m[1])) / degrees}
		}
		c, err := NewCover([]orb.MultiPolygon{{{star(r, at, 8*edge(res), 20)}}}, res)
		if err != nil {
			t.Fatal(err)
		}
		if c.face != nil {
			on++
		} else {
			across++
		}
		b := c.Outline(0).Bound()
		for i := range Index(c.Len()) {
			b = b.Union(c.Outline(i).Bound())
		}
		points := make([]orb.Point, 0, 1000)
		for range 500 {
			points = append(points, orb.Point{b.Min[0] + r.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1])})
			ring := c.Outline(Index(r.IntN(c.Len())))
			e, f := 1+r.IntN(len(ring)-1), r.Float64()
			points = append(points, orb.Point{ring[e-1][0] + f*(ring[e][0]-ring[e-1][0]), ring[e-1][1] + f*(ring[e][1]-ring[e-1][1])})
		}
		for _, p := range points {
			id, err := h3.LatLngToCell(h3.LatLng{Lat: p.Lat(), Lng: p.Lon()}, res)
			if err != nil {
				t.Fatal(err)
			}
			want, in := c.Find(id.String())
			if i, ok := c.At(p); ok != in || i != want {
				t.Errorf("resolution %d: %v is in cell %d, %v; H3 says %s", res, p, i, ok, id)
			}
		}
		if _, ok := c.At(orb.Point{math.NaN(), at[1]}); ok {
			t.Error("a place that is no number is in a cell")
		}
	}
	if on == 0 || across == 0 {
		t.Errorf("%d covers lie on one face, %d on several; want some of each", on, across)
	}
}

// TestCoverIsH3s compares the cells with those that H3's own library finds to overlap shapes anywhere.
// What the two may see differently is touched only: edges are straight in degrees to both, but H3's
// library takes a touch for overlap.
func TestCoverIsH3s(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for range 25 {
		at := orb.Point{r.Float64()*356 - 178, r.Float64()*150 - 75}
		ring := star(r, at, 6000, 30)
		c, err := NewCover([]orb.MultiPolygon{{{ring}}}, 8)
		if err != nil {
			t.Fatal(err)
		}
		var loop h3.GeoLoop
		for _, p := range ring[:len(ring)-1] {
			loop = append(loop, h3.LatLng{Lat: p.Lat(), Lng: p.Lon()})
		}
		want, err := h3.PolygonToCellsExperimental(h3.GeoPolygon{GeoLoop: loop}, 8, h3.ContainmentOverlapping)
		if err != nil {
			t.Fatal(err)
		}
		known := map[string]bool{}
		for _, id := range want {
			known[id.String()] = true
			if _, ok := c.Find(id.String()); !ok {
				t.Errorf("at %v: cell %s overlaps by H3's library only", at, id)
			}
		}
		for i := range Index(c.Len()) {
			if !known[c.ID(i)] && c.Area(i) > 1 {
				t.Errorf("at %v: cell %s with %v m² of the shape does not overlap by H3's library", at, c.ID(i), c.Area(i))
			}
		}
	}
}
