package lattice

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// town is a grid of a small square borough.
func town(t testing.TB) *grid.Grid {
	t.Helper()
	square := orb.Polygon{{{-0.12, 51.50}, {-0.10, 51.50}, {-0.10, 51.51}, {-0.12, 51.51}, {-0.12, 51.50}}}
	g, err := grid.New([]geo.Borough{{Code: "E09000001", Name: "Town", Land: orb.MultiPolygon{square}}}, 9)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// random returns a lattice of arcs between neighbours with times that the format holds exactly.
func random(cells *grid.Grid, seed uint64) *Lattice {
	rng := rand.New(rand.NewPCG(seed, 0))
	n := cells.Len()
	g := &road.Graph{FirstOut: []road.Arc{0}}
	l := &Lattice{Cells: cells, Graph: g, On: make([]Ways, n*Squares), Off: make([]Ways, n*Squares), Hash: [32]byte{1, 2, 3}}
	for c := range n {
		zone := road.Zone(rng.IntN(int(road.Zones)))
		l.Zone, l.Modelled = append(l.Zone, zone), append(l.Modelled, rng.IntN(2) == 0)
		at := cells.Centre(grid.Index(c))
		g.Lon, g.Lat = append(g.Lon, float32(at.Lon())), append(g.Lat, float32(at.Lat()))
		for _, to := range cells.Neighbours(grid.Index(c)) {
			g.Head, g.Base = append(g.Head, road.Node(to)), append(g.Base, road.Millis(arcUnit*(1+rng.IntN(5000))))
			g.Metres = append(g.Metres, float32(rng.IntN(3000)))
			g.Class, g.Zone = append(g.Class, road.Lattice), append(g.Zone, zone)
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
		for q := range Squares {
			for _, ways := range [][]Ways{l.On, l.Off} {
				for k := range road.MaxLinks {
					ways[c*Squares+q][k] = Way{Time: road.Unreachable}
					if k <= rng.IntN(road.MaxLinks) {
						ways[c*Squares+q][k] = Way{grid.Index(rng.IntN(n)), road.Millis(wayUnit * rng.IntN(600))}
					}
				}
			}
		}
	}
	return l
}

func encode(t testing.TB, l *Lattice) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := l.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	cells := town(t)
	for seed := range uint64(5) {
		l := random(cells, seed)
		b := encode(t, l)
		got, err := Read(bytes.NewReader(b), cells)
		if err != nil {
			t.Fatal(err)
		}
		// Coordinates are kept to half a millionth of a degree and a float32's rounding.
		if d := cmp.Diff(l, got, cmpopts.IgnoreFields(Lattice{}, "Cells"), cmpopts.EquateApprox(0, 5e-6)); d != "" {
			t.Fatalf("seed %d: %s", seed, d)
		}
		if !bytes.Equal(b, encode(t, l)) {
			t.Fatal("written twice, it differs")
		}
	}
}

func TestSnapGivesTheWaysOfTheSquare(t *testing.T) {
	cells := town(t)
	l := random(cells, 1)
	for c := range cells.Len() {
		for q := range Squares {
			p := SquareCentre(cells.Centre(grid.Index(c)), q)
			if got := Square(cells.Centre(grid.Index(c)), p); got != q {
				t.Fatalf("the middle of square %d lies in square %d", q, got)
			}
			if at, ok := cells.At(p); !ok || int(at) != c {
				continue
			}
			s, ok := l.Snap(p)
			if want := l.On[c*Squares+q][0]; !ok || s.Leave[0].Base != want.Time || s.Leave[0].Node != road.Node(want.Cell) || s.Leave[0].Arc != road.NoArc {
				t.Fatalf("cell %d, square %d: %+v, want %+v first", c, q, s, want)
			}
			if want := l.Off[c*Squares+q][0]; s.Reach[0].Base != want.Time || s.Reach[0].Zone != l.Zone[c] || s.Reach[0].Arc != road.NoArc {
				t.Fatalf("cell %d, square %d: %+v, want %+v first", c, q, s, want)
			}
		}
	}
}

// TestSquaresAreTold: points share a square exactly where their cells and squares agree.
func TestSquaresAreTold(t *testing.T) {
	cells := town(t)
	l := random(cells, 1)
	seen := map[uint32]int{}
	for c := range cells.Len() {
		for q := range Squares {
			p := SquareCentre(cells.Centre(grid.Index(c)), q)
			if at, ok := cells.At(p); !ok || int(at) != c {
				continue
			}
			s, _ := l.Snap(p)
			if first, known := seen[s.Square]; s.Square == 0 || s.Within == 0 || known {
				t.Fatalf("square %d of cell %d is %d, %v within; square %d was the same", q, c, s.Square, s.Within, first)
			}
			seen[s.Square] = c*Squares + q
			beside := orb.Point{p.Lon() + 10/lonMetres, p.Lat()}
			if at, _ := cells.At(beside); int(at) != c {
				continue
			}
			if near, _ := l.Snap(beside); near.Square != s.Square {
				t.Fatalf("10 m east of the middle of square %d lies %d", s.Square, near.Square)
			}
		}
	}
}

func TestSnapOutsideTheGrid(t *testing.T) {
	l := random(town(t), 1)
	if s, ok := l.Snap(orb.Point{-0.13, 51.505}); !ok || s.Square != 0 {
		t.Errorf("a point 700 m outside: %v in square %d, want a spot in none", ok, s.Square)
	}
	if _, ok := l.Snap(orb.Point{-0.30, 51.505}); ok {
		t.Error("a point 12 km outside finds a cell")
	}
}

func TestDamageIsRefused(t *testing.T) {
	cells := town(t)
	b := encode(t, random(cells, 1))
	for at := range b {
		if at >= 24 && at < 56 { // the inputs' hash is for others to compare
			continue
		}
		bad := bytes.Clone(b)
		bad[at] ^= 0x41
		if _, err := Read(bytes.NewReader(bad), cells); !errors.Is(err, ErrFormat) && !errors.Is(err, ErrCells) {
			t.Fatalf("byte %d changed: %v", at, err)
		}
	}
	for _, n := range []int{0, 7, headBytes, len(b) / 2, len(b) - 1} {
		if _, err := Read(bytes.NewReader(b[:n]), cells); !errors.Is(err, ErrFormat) {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	cells := town(f)
	b := encode(f, random(cells, 1))
	f.Add(b)
	f.Add(b[:headBytes])
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := Read(bytes.NewReader(b), cells)
		if err != nil {
			return
		}
		for _, h := range l.Graph.Head {
			if int(h) >= cells.Len() {
				t.Fatalf("an arc ends at cell %d of %d", h, cells.Len())
			}
		}
		l.Snap(cells.Centre(0))
	})
}

// shipped opens the committed lattice and boroughs.
func shipped(t testing.TB) ([]byte, *grid.Grid) {
	t.Helper()
	b, err := os.ReadFile("../../../data/lattice.bin")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("../../../data/boroughs/boroughs.geojson")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	boroughs, err := geo.ReadBoroughs(f)
	if err != nil {
		t.Fatal(err)
	}
	g, err := grid.New(boroughs, 9)
	if err != nil {
		t.Fatal(err)
	}
	return b, g
}

func TestShippedLatticeIsWhole(t *testing.T) {
	b, cells := shipped(t)
	l, err := Read(bytes.NewReader(b), cells)
	if err != nil {
		t.Fatal(err)
	}
	if _, size := road.Components(l.Graph.FirstOut, l.Graph.Head, func(road.Arc) bool { return false }); len(size) != 1 {
		t.Errorf("%d strongly connected components, want 1", len(size))
	}
	for c := range cells.Len() {
		at := cells.Centre(grid.Index(c))
		if _, ok := l.Snap(at); !ok {
			t.Errorf("cell %s cannot be snapped", cells.ID(grid.Index(c)))
		}
		if l.Modelled[c] != (at.Lon() >= 0) {
			t.Errorf("cell %s at longitude %v: modelled is %v", cells.ID(grid.Index(c)), at.Lon(), l.Modelled[c])
		}
	}
}

func BenchmarkRead(b *testing.B) {
	file, cells := shipped(b)
	for b.Loop() {
		if _, err := Read(bytes.NewReader(file), cells); err != nil {
			b.Fatal(err)
		}
	}
}
