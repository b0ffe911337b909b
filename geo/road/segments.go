package road

import (
	"errors"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// snapCell is the side of an index cell in metres. London's cells of this size hold about seven
// segments where there are any, so that a search looks at some dozens.
const snapCell = 100

// EdgeSnapper finds the roads of a Graph near a point or in an area: a uniform grid over the segments of
// its edges, flat and immutable.
//
// Distances are measured in a plane with the scale of latitude 51.5; over London the scale east to
// west is off by at most 0.5 %.
type EdgeSnapper struct {
	graph *Graph
	edges *Edges
	limit float64

	origin        orb.Point
	columns, rows int
	x, y          []float32 // per point of edges: metres from origin
	edge          []uint32  // per point of edges: its edge
	first         []uint32  // two per cell, row-major, + 1: where its segments start, then those for buses only
	segment       []uint32  // per entry: the segment from this point to the next
}

// NewEdgeSnapper indexes the roads of a graph. Points farther than limit metres from every road do not snap.
func NewEdgeSnapper(g *Graph, e *Edges, limit float64) (*EdgeSnapper, error) {
	s := &EdgeSnapper{graph: g, edges: e, limit: limit}
	if e.Len() == 0 {
		return nil, errors.New("index roads: there are none")
	}
	s.place()
	s.index()
	return s, nil
}

// place projects the points and lays the grid over them.
func (s *EdgeSnapper) place() {
	s.origin = orb.Point{float64(slices.Min(s.edges.Lon)), float64(slices.Min(s.edges.Lat))}
	s.x, s.y = make([]float32, len(s.edges.Lon)), make([]float32, len(s.edges.Lat))
	for i := range s.x {
		x, y := s.plane(orb.Point{float64(s.edges.Lon[i]), float64(s.edges.Lat[i])})
		s.x[i], s.y[i] = float32(x), float32(y)
	}
	s.columns, s.rows = int(slices.Max(s.x)/snapCell)+1, int(slices.Max(s.y)/snapCell)+1
	s.edge = make([]uint32, len(s.x))
	for e := range s.edges.Len() {
		for p := s.edges.First[e]; p < s.edges.First[e+1]; p++ {
			s.edge[p] = uint32(e)
		}
	}
}

func (s *EdgeSnapper) plane(p orb.Point) (x, y float64) {
	return (p.Lon() - s.origin.Lon()) * lonMetres, (p.Lat() - s.origin.Lat()) * latMetres
}

// index enters each segment in every cell that it runs through.
func (s *EdgeSnapper) index() {
	s.first = make([]uint32, 2*s.columns*s.rows+1)
	s.entries(func(list int, _ uint32) { s.first[list+1]++ })
	for i := range len(s.first) - 1 {
		s.first[i+1] += s.first[i]
	}
	next := slices.Clone(s.first)
	s.segment = make([]uint32, s.first[len(s.first)-1])
	s.entries(func(list int, p uint32) {
		s.segment[next[list]] = p
		next[list]++
	})
}

// entries calls f with every segment, by its first point, and the list of every cell that it runs through.
func (s *EdgeSnapper) entries(f func(list int, p uint32)) {
	for e := range s.edges.Len() {
		buses := 0
		if s.graph.Class[s.edges.Forward[e]] == BusOnly && s.graph.Class[s.edges.Backward[e]] == BusOnly {
			buses = 1
		}
		for p := s.edges.First[e]; p+1 < s.edges.First[e+1]; p++ {
			if cell := s.cell(p); cell == s.cell(p+1) { // as most are
				f(2*cell+buses, p)
				continue
			}
			s.cells(s.line(p), func(cell int) { f(2*cell+buses, p) })
		}
	}
}

// cell returns the cell of a point of the edges.
func (s *EdgeSnapper) cell(p uint32) int {
	return int(float64(s.y[p])/snapCell)*s.columns + int(float64(s.x[p])/snapCell)
}

// cars returns the segments in a cell but those for buses only.
func (s *EdgeSnapper) cars(cell int) []uint32 { return s.segment[s.first[2*cell]:s.first[2*cell+1]] }

// all returns the segments in a cell.
func (s *EdgeSnapper) all(cell int) []uint32 { return s.segment[s.first[2*cell]:s.first[2*cell+2]] }

// line is a straight line in the plane of an index.
type line struct{ ax, ay, bx, by float64 }

// line returns segment p.
func (s *EdgeSnapper) line(p uint32) line {
	return line{float64(s.x[p]), float64(s.y[p]), float64(s.x[p+1]), float64(s.y[p+1])}
}

// cells calls f with every cell that a line runs through, row by row; slack covers the rounding of
// where it crosses from one to the next.
func (s *EdgeSnapper) cells(l line, f func(cell int)) {
	const slack = 0.01 // metres
	if l.ay > l.by {
		l = line{l.bx, l.by, l.ax, l.ay}
	}
	low, high := min(l.ax, l.bx), max(l.ax, l.bx)
	bottom, top := span(l.ay, l.by, s.rows)
	for row := bottom; row <= top; row++ {
		from, to := low, high
		if l.by > l.ay {
			slope := (l.bx - l.ax) / (l.by - l.ay)
			enter := l.ax + slope*(max(l.ay, float64(row)*snapCell)-l.ay)
			leave := l.ax + slope*(min(l.by, float64(row+1)*snapCell)-l.ay)
			from, to = max(low, min(enter, leave)-slack), min(high, max(enter, leave)+slack)
		}
		left, right := span(from, to, s.columns)
		for col := left; col <= right; col++ {
			f(row*s.columns + col)
		}
	}
}

// span returns the first and the last of n rows or columns of cells that a range of metres lies in; the
// last comes before the first where there is none.
func span(from, to float64, n int) (first, last int) {
	return int(min(max(math.Floor(from/snapCell), 0), float64(n))), int(max(min(math.Floor(to/snapCell), float64(n-1)), -1))
}

// around calls f with the cells round a point and their squared distance from it, in rings, until done
// says that no cell beyond reach metres matters, or all within limit metres were called.
func (s *EdgeSnapper) around(x, y, limit float64, f func(cell int, squared float64), done func(reach float64) bool) {
	if !(x >= -limit && y >= -limit && x <= float64(s.columns)*snapCell+limit && y <= float64(s.rows)*snapCell+limit) {
		return
	}
	col, row := int(math.Floor(x/snapCell)), int(math.Floor(y/snapCell))
	// Cells r+1 rings away are at least r cells' sides away.
	for r := 0; r <= int(limit/snapCell)+1; r++ {
		s.ring(col, row, r, func(i, j int) {
			dx, dy := beside(x, i), beside(y, j)
			f(j*s.columns+i, dx*dx+dy*dy)
		})
		if done(float64(r) * snapCell) {
			return
		}
	}
}

// beside returns how far a coordinate is from the row or column k, 0 within it.
func beside(x float64, k int) float64 {
	low := float64(k) * snapCell
	return max(low-x, x-low-snapCell, 0)
}

// ring calls f with the columns and rows at r rings from a cell.
func (s *EdgeSnapper) ring(col, row, r int, f func(col, row int)) {
	for j := max(row-r, 0); j <= min(row+r, s.rows-1); j++ {
		step := 1
		if j != row-r && j != row+r {
			step = max(2*r, 1)
		}
		for i := col - r; i <= col+r; i += step {
			if i >= 0 && i < s.columns {
				f(i, j)
			}
		}
	}
}

// distance returns the squared distance to segment p and the share of it at the nearest point.
func (s *EdgeSnapper) distance(p uint32, x, y float64) (squared, share float64) {
	ax, ay := float64(s.x[p]), float64(s.y[p])
	dx, dy := float64(s.x[p+1])-ax, float64(s.y[p+1])-ay
	if length := dx*dx + dy*dy; length > 0 {
		share = min(1, max(0, ((x-ax)*dx+(y-ay)*dy)/length))
	}
	ex, ey := ax+share*dx-x, ay+share*dy-y
	return ex*ex + ey*ey, share
}

// along returns the share of its edge's length at a share of segment p.
func (s *EdgeSnapper) along(p uint32, share float64) float32 {
	e := s.edge[p]
	var total, before float64
	for q := s.edges.First[e]; q+1 < s.edges.First[e+1]; q++ {
		dx, dy := float64(s.x[q+1]-s.x[q]), float64(s.y[q+1]-s.y[q])
		length := math.Sqrt(dx*dx + dy*dy)
		total += length
		switch {
		case q < p:
			before += length
		case q == p:
			before += share * length
		}
	}
	if total == 0 {
		return 0
	}
	return float32(min(1, before/total))
}
