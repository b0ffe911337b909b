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

// EdgeSnapper finds the nearest road of a Graph: a uniform grid over the segments of its edges, flat
// and immutable. Roads for buses only are passed over, since normal driving may not use them.
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
	first         []uint32  // per cell + 1, row-major
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
}

func (s *EdgeSnapper) plane(p orb.Point) (x, y float64) {
	return (p.Lon() - s.origin.Lon()) * lonMetres, (p.Lat() - s.origin.Lat()) * latMetres
}

// index enters each segment in every cell that it runs through.
func (s *EdgeSnapper) index() {
	s.first = make([]uint32, s.columns*s.rows+1)
	s.segments(func(p uint32) { s.cells(p, func(c int) { s.first[c+1]++ }) })
	for c := range s.columns * s.rows {
		s.first[c+1] += s.first[c]
	}
	next := slices.Clone(s.first)
	s.segment = make([]uint32, s.first[len(s.first)-1])
	s.segments(func(p uint32) {
		s.cells(p, func(c int) {
			s.segment[next[c]] = p
			next[c]++
		})
	})
}

// segments calls f with the first point of every segment of the edges that are not for buses only.
func (s *EdgeSnapper) segments(f func(p uint32)) {
	for e := range s.edges.Len() {
		if s.graph.Class[s.edges.Forward[e]] == BusOnly && s.graph.Class[s.edges.Backward[e]] == BusOnly {
			continue
		}
		for p := s.edges.First[e]; p+1 < s.edges.First[e+1]; p++ {
			f(p)
		}
	}
}

// cells calls f with every cell that segment p runs through, row by row; slack covers the rounding of
// where it crosses from one to the next.
func (s *EdgeSnapper) cells(p uint32, f func(c int)) {
	const slack = 0.01 // metres
	ax, ay, bx, by := float64(s.x[p]), float64(s.y[p]), float64(s.x[p+1]), float64(s.y[p+1])
	if ay > by {
		ax, ay, bx, by = bx, by, ax, ay
	}
	low, high := min(ax, bx), max(ax, bx)
	for row := int(ay / snapCell); row <= int(by/snapCell); row++ {
		from, to := low, high
		if by > ay {
			slope := (bx - ax) / (by - ay)
			enter := ax + slope*(max(ay, float64(row)*snapCell)-ay)
			leave := ax + slope*(min(by, float64(row+1)*snapCell)-ay)
			from, to = max(low, min(enter, leave)-slack), min(high, max(enter, leave)+slack)
		}
		for col := int(from / snapCell); col <= int(to/snapCell); col++ {
			f(row*s.columns + col)
		}
	}
}

// nearest is the best segment so far.
type nearest struct {
	squared float64 // metres²
	segment uint32
	found   bool
}

// Snap returns the spot on the nearest road; of roads equally near, the first of the edges. ok is
// false where none is within the limit.
func (s *EdgeSnapper) Snap(p orb.Point) (spot Spot, ok bool) {
	x, y := s.plane(p)
	if !(x >= -s.limit && y >= -s.limit && x <= float64(s.columns)*snapCell+s.limit && y <= float64(s.rows)*snapCell+s.limit) {
		return Spot{}, false
	}
	best := nearest{squared: s.limit * s.limit}
	col, row := int(math.Floor(x/snapCell)), int(math.Floor(y/snapCell))
	// Cells r+1 rings away are at least r cells' sides away.
	for r := 0; r <= int(s.limit/snapCell)+1; r++ {
		s.ring(col, row, r, x, y, &best)
		if reach := float64(r) * snapCell; best.found && best.squared < reach*reach {
			break
		}
	}
	if !best.found {
		return Spot{}, false
	}
	return s.spot(best.segment, x, y), true
}

// ring looks at the cells at r rings from a cell.
func (s *EdgeSnapper) ring(col, row, r int, x, y float64, best *nearest) {
	for j := max(row-r, 0); j <= min(row+r, s.rows-1); j++ {
		step := 1
		if j != row-r && j != row+r {
			step = max(2*r, 1)
		}
		for i := col - r; i <= col+r; i += step {
			if i >= 0 && i < s.columns {
				s.look(j*s.columns+i, x, y, best)
			}
		}
	}
}

func (s *EdgeSnapper) look(cell int, x, y float64, best *nearest) {
	for _, p := range s.segment[s.first[cell]:s.first[cell+1]] {
		d, _ := s.distance(p, x, y)
		if d < best.squared || d == best.squared && (!best.found || p < best.segment) {
			*best = nearest{d, p, true}
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

// spot returns the spot on a segment that is nearest to a point.
func (s *EdgeSnapper) spot(segment uint32, x, y float64) Spot {
	e, found := slices.BinarySearch(s.edges.First, segment)
	if !found {
		e--
	}
	squared, share := s.distance(segment, x, y)
	var total, before float64
	for p := s.edges.First[e]; p+1 < s.edges.First[e+1]; p++ {
		dx, dy := float64(s.x[p+1]-s.x[p]), float64(s.y[p+1]-s.y[p])
		length := math.Sqrt(dx*dx + dy*dy)
		total += length
		switch {
		case p < segment:
			before += length
		case p == segment:
			before += share * length
		}
	}
	along := 0.0
	if total > 0 {
		along = min(1, before/total)
	}
	spot := s.graph.SpotOn(s.edges.Forward[e], s.edges.Backward[e], float32(along))
	spot.Metres = float32(math.Sqrt(squared))
	return spot
}
