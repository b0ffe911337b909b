package road

import (
	"math"

	"github.com/paulmach/orb"
)

// Line returns the shape of a path over arcs that follow each other, from share from of the first arc's
// length to share to of the last one's. Connectors, and NoArc, have no shape.
func (e *Edges) Line(path []Arc, from, to float32) orb.LineString {
	var out orb.LineString
	for i, a := range path {
		start, end := float32(0), float32(1)
		if i == 0 {
			start = from
		}
		if i == len(path)-1 {
			end = to
		}
		out = e.Part(a, start, end, out)
	}
	return out
}

// Part appends to dst the shape of an arc in its direction, from one share of its length to another that
// is no smaller. It leaves out points that are equal to the one before.
func (e *Edges) Part(a Arc, from, to float32, dst orb.LineString) orb.LineString {
	i, ok := e.Of(a)
	if !ok {
		return dst
	}
	forward := e.Forward[i] == a
	if !forward {
		from, to = 1-from, 1-to
	}
	first, p := e.at(i, from)
	last, q := e.at(i, to)
	dst = extend(dst, p)
	if forward {
		for k := first + 1; k <= last; k++ {
			dst = extend(dst, e.Point(i, k))
		}
	} else {
		for k := first; k > last; k-- {
			dst = extend(dst, e.Point(i, k))
		}
	}
	return extend(dst, q)
}

// extend appends a point unless it is the last one already.
func extend(dst orb.LineString, p orb.Point) orb.LineString {
	if len(dst) > 0 && dst[len(dst)-1] == p {
		return dst
	}
	return append(dst, p)
}

// Heading returns the direction of an arc at a share of its length, in degrees clockwise from north, 0 to
// under 360; ok is false for a connector and for a road of no length.
func (e *Edges) Heading(a Arc, along float32) (degrees float64, ok bool) {
	i, ok := e.Of(a)
	if !ok {
		return 0, false
	}
	back := e.Forward[i] != a
	if back {
		along = 1 - along
	}
	k, _ := e.at(i, along)
	dx, dy := e.step(i, k)
	if dx == 0 && dy == 0 {
		return 0, false
	}
	if back {
		dx, dy = -dx, -dy
	}
	degrees = math.Atan2(dx, dy) * 180 / math.Pi
	if degrees < 0 {
		degrees += 360
	}
	return math.Mod(degrees, 360), true
}

// step returns the metres east and north of segment k of edge i.
func (e *Edges) step(i, k int) (dx, dy float64) {
	p := int(e.First[i]) + k
	return float64(e.Lon[p+1]-e.Lon[p]) * lonMetres, float64(e.Lat[p+1]-e.Lat[p]) * latMetres
}

// at returns the place at a share of the length of edge i and the segment that it lies on, which has no
// length only where the edge has none.
func (e *Edges) at(i int, along float32) (segment int, p orb.Point) {
	total, last := 0.0, 0
	for k := range e.Points(i) - 1 {
		length := math.Hypot(e.step(i, k))
		total += length
		if length > 0 {
			last = k
		}
	}
	left := float64(along) * total
	for k := 0; k < last && along < 1; k++ {
		length := math.Hypot(e.step(i, k))
		if left < length {
			return k, e.between(i, k, left/length)
		}
		left -= length
	}
	if length := math.Hypot(e.step(i, last)); left < length && along < 1 {
		return last, e.between(i, last, left/length)
	}
	return last, e.Point(i, last+1)
}

// between returns the point at a share of segment k of edge i.
func (e *Edges) between(i, k int, share float64) orb.Point {
	a, b := e.Point(i, k), e.Point(i, k+1)
	return orb.Point{a[0] + share*(b[0]-a[0]), a[1] + share*(b[1]-a[1])}
}
