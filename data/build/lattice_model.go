package build

import (
	"math"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/lattice"
)

// The model of roads that nobody measured has three parts: a mesh of points meshMetres apart on land
// stands for local streets, straight links between consecutive bus stops for main roads, and the Major
// Road Network for itself. Each arc's time is linear in the model's coefficients.

// kind is a coefficient of the model.
type kind uint8

const (
	localInner kind = iota // seconds a metre of mesh
	localOuter
	busInner // seconds a metre of bus link
	busOuter
	longInner // the same, for links over longLink metres
	longOuter
	majorInner // seconds a metre of Major Road Network
	majorOuter
	perStop   // seconds a bus link
	joinBus   // seconds to get from the mesh to a bus link or back
	joinMajor // the same for the Major Road Network
	kinds
)

// coefficients are the model's times in seconds.
type coefficients [kinds]float64

// start is where the fit starts: speeds of 18 and 24 km/h for local streets with their bends, 22 and 30
// km/h for bus links, 30 and 40 km/h for longer ones and major roads.
var start = coefficients{3.6 / 18, 3.6 / 24, 3.6 / 22, 3.6 / 30, 3.6 / 30, 3.6 / 40, 3.6 / 30, 3.6 / 40, 3, 5, 5}

// centralFactor is how much slower central London is than the rest of inner London: the ratio of TfL's
// inter-peak speeds of 2014/15, 20.3 and 12.6 km/h. There is no central London west of longitude -0.2 to
// fit it on, and none east of the meridian either.
const centralFactor = 20.3 / 12.6

const (
	meshMetres = 100
	longLink   = 600  // metres
	longest    = 3000 // longer bus links are left out: coaches and boats
	joinMetres = 160  // how far a stop or a vertex of the Major Road Network may be from the mesh
)

// stretch is an arc of the model: Metres of one coefficient and a count of another.
type stretch struct {
	from, to road.Node
	each     kind
	metres   float64
	factor   float64 // on metres, for time
	once     kind    // kinds: none
}

// model is the roads that are modelled, for the part of London that keep tells.
type model struct {
	keep   func(orb.Point) bool
	zone   func(orb.Point) road.Zone
	land   *land
	points []orb.Point
	zones  []road.Zone
	parts  []stretch
	mesh   map[[2]int]road.Node
}

func newModel(land *land, zone func(orb.Point) road.Zone, keep func(orb.Point) bool) *model {
	m := &model{keep: keep, zone: zone, land: land, mesh: map[[2]int]road.Node{}}
	m.addMesh()
	return m
}

func (m *model) add(p orb.Point) road.Node {
	m.points = append(m.points, p)
	m.zones = append(m.zones, m.zone(p))
	return road.Node(len(m.points) - 1)
}

// put adds an arc whose speed is that of the coefficient inner or the next one, by the zone of a.
func (m *model) put(a, b road.Node, inner kind, metres float64, once kind) {
	s := stretch{a, b, inner, metres, 1, once}
	switch m.zones[a] {
	case road.Central:
		s.factor = centralFactor
	case road.Outer:
		s.each++
	}
	m.parts = append(m.parts, s)
}

// join adds arcs both ways between two nodes.
func (m *model) join(a, b road.Node, inner kind, metres float64, once kind) {
	m.put(a, b, inner, metres, once)
	m.put(b, a, inner, metres, once)
}

// meshStep is the distance between the mesh's points in degrees.
var meshStep = orb.Point{meshMetres / 69440.3, meshMetres / 111257.8}

func meshAt(p orb.Point) [2]int {
	return [2]int{int(math.Round((p[0] - geo.London.Min[0]) / meshStep[0])), int(math.Round((p[1] - geo.London.Min[1]) / meshStep[1]))}
}

func (m *model) addMesh() {
	high := meshAt(geo.London.Max)
	side := map[road.Node]int{}
	for j := range high[1] {
		for i := range high[0] {
			p := orb.Point{geo.London.Min[0] + float64(i)*meshStep[0], geo.London.Min[1] + float64(j)*meshStep[1]}
			if !m.keep(p) {
				continue
			}
			b, ok := m.land.borough(p)
			if !ok || inDocks(p) {
				continue
			}
			v := m.add(p)
			m.mesh[[2]int{i, j}] = v
			side[v] = b
			for _, d := range [][2]int{{-1, 0}, {-1, -1}, {0, -1}, {1, -1}} {
				if u, ok := m.mesh[[2]int{i + d[0], j + d[1]}]; ok && !m.land.parted(side[u], b) {
					metres := meshMetres * math.Hypot(float64(d[0]), float64(d[1]))
					m.join(u, v, localInner, metres, kinds)
				}
			}
		}
	}
}

// meet joins a node to the mesh's points around it on the same side of the water.
func (m *model) meet(v road.Node, once kind) {
	p := m.points[v]
	b, ok := m.land.borough(p)
	at := meshAt(p)
	for dj := -1; dj <= 1; dj++ {
		for di := -1; di <= 1; di++ {
			u, found := m.mesh[[2]int{at[0] + di, at[1] + dj}]
			if !found {
				continue
			}
			bu, _ := m.land.borough(m.points[u])
			across := ok && m.land.parted(b, bu)
			if metres := road.Metres(p, m.points[u]); metres <= joinMetres && !across {
				m.join(u, v, localInner, metres, once)
			}
		}
	}
}

// addStops adds the bus links.
func (m *model) addStops(links []busLink) {
	nodes := map[string]road.Node{}
	node := func(code string, p orb.Point) road.Node {
		v, ok := nodes[code]
		if !ok {
			v = m.add(p)
			nodes[code] = v
			m.meet(v, joinBus)
		}
		return v
	}
	for _, l := range links {
		if !m.keep(l.a) && !m.keep(l.b) || l.metres > longest || !m.land.passable(l.a, l.b) {
			continue
		}
		a, b := node(l.from, l.a), node(l.to, l.b)
		each := busInner
		if l.metres > longLink {
			each = longInner
		}
		m.put(a, b, each, l.metres, perStop)
	}
}

// addMajor adds the Major Road Network.
func (m *model) addMajor(lines []orb.LineString) {
	nodes := map[orb.Point]road.Node{}
	node := func(p orb.Point) road.Node {
		v, ok := nodes[p]
		if !ok {
			v = m.add(p)
			nodes[p] = v
			m.meet(v, joinMajor)
		}
		return v
	}
	for _, l := range lines {
		for i := 1; i < len(l); i++ {
			if !m.keep(l[i-1]) && !m.keep(l[i]) || l[i-1] == l[i] || !m.land.passable(l[i-1], l[i]) {
				continue
			}
			a, b := node(l[i-1]), node(l[i])
			m.join(a, b, majorInner, road.Metres(l[i-1], l[i]), kinds)
		}
	}
}

// addTunnels adds the road tunnels under the Thames east of Tower Bridge, at the speed of major roads:
// they have no junctions.
func (m *model) addTunnels() {
	for _, t := range tunnels {
		if m.keep(t.north) || m.keep(t.south) {
			a, b := m.add(t.north), m.add(t.south)
			m.meet(a, joinBus)
			m.meet(b, joinBus)
			m.join(a, b, majorInner, t.metres, kinds)
		}
	}
}

// time returns the time of a part.
func (c *coefficients) time(p *stretch) road.Millis {
	s := c[p.each] * p.metres * p.factor
	if p.once < kinds {
		s += c[p.once]
	}
	return road.Millis(math.Round(1000 * s))
}

// graph returns the model as a graph; an arc's part is part[arc].
func (m *model) graph(c *coefficients) (g *road.Graph, order []int32) {
	g = &road.Graph{FirstOut: make([]road.Arc, len(m.points)+1)}
	for _, p := range m.parts {
		g.FirstOut[p.from+1]++
	}
	for v := range m.points {
		g.FirstOut[v+1] += g.FirstOut[v]
		g.Lon, g.Lat = append(g.Lon, float32(m.points[v][0])), append(g.Lat, float32(m.points[v][1]))
	}
	n := len(m.parts)
	g.Head, g.Base, g.Metres = make([]road.Node, n), make([]road.Millis, n), make([]float32, n)
	g.Class, g.Zone = make([]road.Class, n), make([]road.Zone, n)
	order = make([]int32, n)
	next := append([]road.Arc(nil), g.FirstOut...)
	for i := range m.parts {
		p := &m.parts[i]
		a := next[p.from]
		next[p.from]++
		g.Head[a], g.Base[a], g.Metres[a] = p.to, c.time(p), float32(p.metres)
		g.Class[a], g.Zone[a] = p.class(), m.zones[p.from]
		order[a] = int32(i)
	}
	return g, order
}

// class returns the class that the part's roads are taken for, by which sites are chosen.
func (p *stretch) class() road.Class {
	switch p.each {
	case localInner, localOuter:
		return road.Minor
	case majorInner, majorOuter:
		return road.Primary
	default:
		return road.Secondary
	}
}

// addModelled makes every point that is modelled a place; the model's points are s's first nodes.
func (s *survey) addModelled(m *model, points int) {
	for v, p := range m.points[:points] {
		if c, ok := s.cells.At(p); ok && m.keep(p) {
			e := [2]end{{road.Node(v), 0}, {0, road.Unreachable}}
			s.places[c] = append(s.places[c], place{p, c, uint8(lattice.Square(s.cells.Centre(c), p)), e, e})
		}
	}
}
