package roadworks

import (
	"math"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// point is a place in a plane, metres east and north of 51.5° N, 0° E. The scale of that latitude is off
// by at most 0.5 % east to west over London.
type point struct{ x, y float64 }

const lonMetres, latMetres = 69440.3, 111257.8

func plane(p orb.Point) point { return point{p.Lon() * lonMetres, (p.Lat() - 51.5) * latMetres} }

// stretch is one road between two nodes. backward is forward where it is one-way.
type stretch struct {
	forward, backward road.Arc
	line              []point // along forward, at least two
}

// eachRoad calls f with every road of a network; the line is valid until f returns. Of a network with
// shapes these are its edges, of one without its arcs, as straight lines.
func eachRoad(n *route.Network, f func(stretch)) {
	if e := n.Edges; e != nil {
		var line []point
		for i := range e.Len() {
			line = line[:0]
			for k := range e.Points(i) {
				line = append(line, plane(e.Point(i, k)))
			}
			f(stretch{e.Forward[i], e.Backward[i], line})
		}
		return
	}
	g, line := n.Graph, make([]point, 2)
	node := func(v road.Node) point { return plane(orb.Point{float64(g.Lon[v]), float64(g.Lat[v])}) }
	for v := range road.Node(g.Nodes()) {
		line[0] = node(v)
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			line[1] = node(g.Head[a])
			f(stretch{a, a, line})
		}
	}
}

// nearest returns the metres from a point to the stretch, and which way it runs there: degrees
// clockwise from north, along forward.
func (r *stretch) nearest(p point) (metres, way float64) {
	metres = math.Inf(1)
	for i, a := range r.line[:len(r.line)-1] {
		b := r.line[i+1]
		dx, dy := b.x-a.x, b.y-a.y
		share := 0.0
		if length := dx*dx + dy*dy; length > 0 {
			share = min(1, max(0, ((p.x-a.x)*dx+(p.y-a.y)*dy)/length))
		}
		if d := math.Hypot(a.x+share*dx-p.x, a.y+share*dy-p.y); d < metres {
			metres, way = d, math.Mod(math.Atan2(dx, dy)*180/math.Pi+360, 360)
		}
	}
	return metres, way
}

// along tells whether a heading is within a right angle of a way.
func along(way, heading float64) bool {
	turn := math.Mod(math.Abs(way-heading), 360)
	return min(turn, 360-turn) <= 90
}

// goes tells whether a direction of the stretch, which runs in a way, is within a right angle of a
// heading; any is where there is no heading.
func (r *stretch) goes(way float64, heading *float64) bool {
	return heading == nil || r.backward != r.forward || along(way, *heading)
}

// directions appends both arcs of the stretch, or the one within a right angle of a heading.
func (r *stretch) directions(dst []road.Arc, way float64, heading *float64) []road.Arc {
	switch {
	case r.backward == r.forward || heading != nil && along(way, *heading):
		return append(dst, r.forward)
	case heading != nil:
		return append(dst, r.backward)
	default:
		return append(dst, r.forward, r.backward)
	}
}

// box is a rectangle.
type box struct{ low, high point }

func boxOf(ring []point) box {
	b := box{ring[0], ring[0]}
	for _, p := range ring {
		b.low = point{min(b.low.x, p.x), min(b.low.y, p.y)}
		b.high = point{max(b.high.x, p.x), max(b.high.y, p.y)}
	}
	return b
}

// apart tells whether a segment lies wholly to one side of the box.
func (b box) apart(p, q point) bool {
	return max(p.x, q.x) < b.low.x || min(p.x, q.x) > b.high.x || max(p.y, q.y) < b.low.y || min(p.y, q.y) > b.high.y
}

// touches tells whether the stretch has a point in common with the polygon that a ring runs round, its
// border included.
func (r *stretch) touches(ring []point, b box) bool {
	for i, p := range r.line[:len(r.line)-1] {
		q := r.line[i+1]
		if !b.apart(p, q) && (inside(ring, p) || crosses(ring, p, q)) {
			return true
		}
	}
	return inside(ring, r.line[len(r.line)-1])
}

// inside counts the sides that a ray from p to the east crosses: an odd number from within.
func inside(ring []point, p point) (odd bool) {
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if (a.y > p.y) != (b.y > p.y) && p.x < a.x+(p.y-a.y)/(b.y-a.y)*(b.x-a.x) {
			odd = !odd
		}
	}
	return odd
}

// crosses tells whether a segment has a point in common with a side of the ring.
func crosses(ring []point, p, q point) bool {
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if turn(p, q, a)*turn(p, q, b) <= 0 && turn(a, b, p)*turn(a, b, q) <= 0 && !(box{
			point{min(a.x, b.x), min(a.y, b.y)}, point{max(a.x, b.x), max(a.y, b.y)}}).apart(p, q) {
			return true
		}
	}
	return false
}

// turn is over 0 where c lies to the left of the line from a to b, under 0 to the right, 0 on it.
func turn(a, b, c point) float64 { return (b.x-a.x)*(c.y-a.y) - (b.y-a.y)*(c.x-a.x) }
