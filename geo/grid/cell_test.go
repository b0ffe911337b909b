package grid

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

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
