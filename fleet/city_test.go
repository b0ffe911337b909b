package fleet_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// town is a square of n × n crossings around Charing Cross, with streets between neighbours, some of
// them one-way or missing. Points snap to the middle of the street east of a crossing where there is
// one both ways, or else to the crossing.
type town struct {
	n     int
	graph *road.Graph
	h     *hierarchy.Hierarchy
	net   *route.Network
}

const step = 0.001 // degrees between crossings

func newTown(tb testing.TB, n int) *town {
	t := &town{n: n, graph: &road.Graph{FirstOut: []road.Arc{0}, Lon: make([]float32, n*n), Lat: make([]float32, n*n)}}
	random, g := rand.New(rand.NewPCG(7, 0)), t.graph
	for v := range n * n {
		for _, side := range [][2]int{{0, 1}, {1, 0}, {0, -1}, {-1, 0}} {
			row, col := v/n+side[0], v%n+side[1]
			if row >= 0 && row < n && col >= 0 && col < n && random.IntN(8) > 0 {
				g.Head = append(g.Head, road.Node(row*n+col))
				g.Base = append(g.Base, road.Millis(10_000+random.IntN(9_000)))
				g.Class, g.Zone = append(g.Class, road.Minor), append(g.Zone, road.Outer)
			}
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	var err error
	if t.h, err = hierarchy.New(g, bisect(n)); err != nil {
		tb.Fatal(err)
	}
	t.net = &route.Network{Name: "town", Graph: g, Snapper: t}
	return t
}

// bisect orders a square by nested dissection.
func bisect(n int) (order []road.Node) {
	var cut func(r0, r1, c0, c1 int)
	cut = func(r0, r1, c0, c1 int) {
		switch {
		case r0 >= r1 || c0 >= c1:
		case r1-r0 > c1-c0:
			r := (r0 + r1) / 2
			cut(r0, r, c0, c1)
			cut(r+1, r1, c0, c1)
			for c := c0; c < c1; c++ {
				order = append(order, road.Node(r*n+c))
			}
		default:
			c := (c0 + c1) / 2
			cut(r0, r1, c0, c)
			cut(r0, r1, c+1, c1)
			for r := r0; r < r1; r++ {
				order = append(order, road.Node(r*n+c))
			}
		}
	}
	cut(0, n, 0, n)
	return order
}

func (t *town) Snap(p orb.Point) (road.Spot, bool) {
	x, y := (p.Lon()-charingCross.Lon())/step+float64(t.n)/2, (p.Lat()-charingCross.Lat())/step+float64(t.n)/2
	row, col := int(math.Floor(y)), int(math.Floor(x))
	if row < 0 || row >= t.n || col < 0 || col >= t.n {
		return road.Spot{}, false
	}
	v := road.Node(row*t.n + col)
	if to, back, ok := t.east(v); ok {
		return t.graph.SpotOn(to, back, float32(math.Round((x-math.Floor(x))*16))/16), true
	}
	l := road.Link{Node: v, Arc: road.NoArc, Class: road.Minor, Zone: road.Outer}
	return road.Spot{Leave: [road.MaxLinks]road.Link{l}, Reach: [road.MaxLinks]road.Link{l}, Leaves: 1, Reaches: 1}, true
}

// east returns the arcs to the crossing east of v and back.
func (t *town) east(v road.Node) (to, back road.Arc, ok bool) {
	there := func(from, to road.Node) (road.Arc, bool) {
		for a := t.graph.FirstOut[from]; a < t.graph.FirstOut[from+1]; a++ {
			if t.graph.Head[a] == to {
				return a, true
			}
		}
		return 0, false
	}
	if int(v+1)%t.n == 0 {
		return 0, 0, false
	}
	to, one := there(v, v+1)
	back, two := there(v+1, v)
	return to, back, one && two
}

// metric returns the town's times, every road slower by a factor, and some closed.
func (t *town) metric(factor float32, closed ...road.Arc) *route.Metric {
	var p road.Profile
	for c := range p.Factor {
		p.Factor[c] = [road.Zones]float32{factor, factor, factor}
	}
	m := route.NewMetric(t.net, p)
	for _, a := range closed {
		m.Weight[a] = road.Unreachable
	}
	m.Ways = t.h.Customise(m.Weight).Perfect()
	return m
}

func label(t interface{ Errorf(string, ...any) }, m *route.Metric) {
	l, err := m.Ways.Labels(context.Background(), 1, nil)
	if err != nil {
		t.Errorf("%v", err)
	}
	m.UseLabels(l)
}

func (t *town) point(random *rand.Rand) orb.Point {
	at := func() float64 { return step * float64(t.n) * (random.Float64() - 0.5) }
	return orb.Point{charingCross.Lon() + at(), charingCross.Lat() + at()}
}
