package build

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
)

// seamDegrees is how far east of the meridian the model's points may lie to be joined with measured roads.
const seamDegrees = 0.002

// seamRoads is how many measured nodes a point of the model is joined with.
const seamRoads = 4

// sew adds the measured roads to the model: their nodes follow the model's points in the result. At
// the seam the model's points are joined with the measured nodes nearest to them, at local speed.
func (m *model) sew(west *road.Graph, c *coefficients) *road.Graph {
	first := road.Node(len(m.points))
	for v := range west.Nodes() {
		m.points = append(m.points, nodePoint(west, v))
		m.zones = append(m.zones, road.Outer)
	}
	m.joinSeam(first)
	east, _ := m.graph(c)
	g := &road.Graph{FirstOut: []road.Arc{0}, Lon: east.Lon, Lat: east.Lat}
	take := func(from *road.Graph, v, shift road.Node) {
		for a := from.FirstOut[v]; a < from.FirstOut[v+1]; a++ {
			g.Head, g.Base = append(g.Head, from.Head[a]+shift), append(g.Base, from.Base[a])
			g.Metres, g.Class, g.Zone = append(g.Metres, from.Metres[a]), append(g.Class, from.Class[a]), append(g.Zone, from.Zone[a])
		}
	}
	for v := range road.Node(len(m.points)) {
		take(east, v, 0)
		if v >= first {
			take(west, v-first, first)
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	return g
}

// joinSeam joins the points before first with the measured nodes from there on.
func (m *model) joinSeam(first road.Node) {
	type near struct {
		node   road.Node
		metres float64
	}
	for v, p := range m.points[:first] {
		if p[0] > seamDegrees {
			continue
		}
		var found []near
		for u, q := range m.points[first:] {
			if q[0] > -0.02 {
				if d := road.Metres(p, q); d <= joinMetres && m.sameSide(p, q) {
					found = append(found, near{first + road.Node(u), d})
				}
			}
		}
		slices.SortFunc(found, func(a, b near) int { return cmp.Or(cmp.Compare(a.metres, b.metres), cmp.Compare(a.node, b.node)) })
		for _, n := range found[:min(len(found), seamRoads)] {
			m.join(road.Node(v), n.node, localInner, n.metres, kinds)
		}
	}
}

// sameSide reports whether no water lies between two points near each other.
func (m *model) sameSide(p, q orb.Point) bool {
	a, ok := m.land.borough(p)
	b, okToo := m.land.borough(q)
	return !ok || !okToo || !m.land.parted(a, b)
}
