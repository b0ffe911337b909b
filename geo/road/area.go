package road

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Touching returns the arcs, ascending, of all roads that touch an area: those of which any part lies in
// it or on its border, for buses only or not. The area is what an odd number of the polygon's rings go
// round, and the rings themselves; so a hole is not in it, but the hole's border is.
//
// The time grows with the length of the border, with the roads near it times the sides at their
// latitude, and with the answer: microseconds for a street, some milliseconds for a thousand sides round
// a borough. A caller that takes polygons from outside sets a limit on their sides.
func (s *EdgeSnapper) Touching(area orb.Polygon) ([]Arc, error) {
	for i, ring := range area {
		for j, p := range ring {
			if !(math.Abs(p.Lon()) <= 180 && math.Abs(p.Lat()) <= 90) {
				return nil, fmt.Errorf("area: point %d of ring %d at latitude %g, longitude %g: want degrees", j, i, p.Lat(), p.Lon())
			}
		}
	}
	t := newTouch(s, s.sides(area))
	t.along()
	t.within()
	slices.Sort(t.edges)
	var arcs []Arc
	for _, e := range slices.Compact(t.edges) {
		arcs = append(arcs, s.edges.Forward[e])
		if b := s.edges.Backward[e]; b != s.edges.Forward[e] {
			arcs = append(arcs, b)
		}
	}
	slices.Sort(arcs)
	return arcs, nil
}

// sides returns the sides of a polygon's rings in the plane, rings that are open closed.
func (s *EdgeSnapper) sides(area orb.Polygon) (sides []line) {
	for _, ring := range area {
		for i, p := range ring {
			ax, ay := s.plane(ring[(i+len(ring)-1)%len(ring)])
			bx, by := s.plane(p)
			sides = append(sides, line{ax, ay, bx, by})
		}
	}
	return sides
}

// touch gathers the edges that touch an area.
type touch struct {
	s      *EdgeSnapper
	sides  []line
	rows   [][]int32       // per row of cells: the sides that run through it
	border map[int][]int32 // per cell that sides run through: these
	edges  []uint32
}

func newTouch(s *EdgeSnapper, sides []line) *touch {
	t := &touch{s: s, sides: sides, rows: make([][]int32, s.rows), border: map[int][]int32{}}
	for i, side := range sides {
		bottom, top := span(min(side.ay, side.by), max(side.ay, side.by), s.rows)
		for row := bottom; row <= top; row++ {
			t.rows[row] = append(t.rows[row], int32(i))
		}
		s.cells(side, func(cell int) { t.border[cell] = append(t.border[cell], int32(i)) })
	}
	return t
}

// along takes the segments in the cells on the border: those that meet a side there, and those that do
// not and start within.
func (t *touch) along() {
	for cell, sides := range t.border {
		for _, p := range t.s.all(cell) {
			l := t.s.line(p)
			meets := slices.ContainsFunc(sides, func(i int32) bool { return l.meets(t.sides[i]) })
			if meets || t.holds(l.ax, l.ay) {
				t.edges = append(t.edges, t.s.edge[p])
			}
		}
	}
}

// holds tells whether a point of a road lies within an odd number of rings.
func (t *touch) holds(x, y float64) bool {
	in := false
	for _, i := range t.rows[int(y/snapCell)] {
		if at, ok := t.sides[i].at(y); ok && at > x {
			in = !in
		}
	}
	return in
}

// within takes the segments in all other cells that lie within: a row of cells at a time, from one
// crossing of the row's middle line with a side to the next.
func (t *touch) within() {
	var crossings []float64
	for row, sides := range t.rows {
		middle := (float64(row) + 0.5) * snapCell
		crossings = crossings[:0]
		for _, i := range sides {
			if x, ok := t.sides[i].at(middle); ok {
				crossings = append(crossings, x)
			}
		}
		slices.Sort(crossings)
		for i := 0; i+1 < len(crossings); i += 2 {
			t.run(row, crossings[i], crossings[i+1])
		}
	}
}

// run takes the segments of the cells of a row with no side in them, between two crossings.
func (t *touch) run(row int, from, to float64) {
	left, right := span(from, to, t.s.columns)
	for col := left; col <= right; col++ {
		cell := row*t.s.columns + col
		if _, border := t.border[cell]; border {
			continue
		}
		for _, p := range t.s.all(cell) {
			t.edges = append(t.edges, t.s.edge[p])
		}
	}
}

// at returns where a line crosses the horizontal at y; a lower end on it counts and an upper one does not.
func (l line) at(y float64) (x float64, ok bool) {
	if (l.ay <= y) == (l.by <= y) {
		return 0, false
	}
	return l.ax + (y-l.ay)/(l.by-l.ay)*(l.bx-l.ax), true
}

// meets tells whether two lines have a point in common, ends included.
func (l line) meets(o line) bool {
	if max(l.ax, l.bx) < min(o.ax, o.bx) || max(o.ax, o.bx) < min(l.ax, l.bx) || max(l.ay, l.by) < min(o.ay, o.by) || max(o.ay, o.by) < min(l.ay, l.by) {
		return false
	}
	return l.turn(o.ax, o.ay)*l.turn(o.bx, o.by) <= 0 && o.turn(l.ax, l.ay)*o.turn(l.bx, l.by) <= 0
}

// turn is positive where a point lies to the left of a line, negative to the right, 0 on it.
func (l line) turn(x, y float64) float64 {
	return (l.bx-l.ax)*(y-l.ay) - (l.by-l.ay)*(x-l.ax)
}
