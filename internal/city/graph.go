package city

import (
	"math"

	"github.com/nearside-ems/nearside/geo/road"
)

// The middle of the city, and metres in a degree there.
const (
	middleLon, middleLat = -0.1, 51.5
	lonMetres, latMetres = 69_440.3, 111_257.8
)

// graph returns the network, with streets made two-way where one way only would cut places off.
func (p *plan) graph() *road.Graph {
	g := p.arcs()
	part, size := road.Components(g.FirstOut, g.Head, func(road.Arc) bool { return false })
	if len(size) == 1 {
		return g
	}
	for i := range p.roads {
		r := &p.roads[i]
		r.oneWay = r.oneWay && part[r.from] == part[r.to]
	}
	return p.arcs()
}

func (p *plan) arcs() *road.Graph {
	n := len(p.x)
	g := &road.Graph{FirstOut: make([]road.Arc, n+1), Lon: make([]float32, n), Lat: make([]float32, n)}
	for v := range n {
		g.Lon[v], g.Lat[v] = float32(middleLon+p.x[v]/lonMetres), float32(middleLat+p.y[v]/latMetres)
	}
	for i := range p.roads {
		r := &p.roads[i]
		g.FirstOut[r.from+1]++
		if !r.oneWay {
			g.FirstOut[r.to+1]++
		}
	}
	for v := range n {
		g.FirstOut[v+1] += g.FirstOut[v]
	}
	arcs := g.FirstOut[n]
	g.Head, g.Base, g.Metres = make([]road.Node, arcs), make([]road.Millis, arcs), make([]float32, arcs)
	g.Class, g.Zone = make([]road.Class, arcs), make([]road.Zone, arcs)
	next := append([]road.Arc(nil), g.FirstOut...)
	for i := range p.roads {
		r := &p.roads[i]
		p.put(g, &next[r.from], r.to, r)
		if !r.oneWay {
			p.put(g, &next[r.to], r.from, r)
		}
	}
	return g
}

func (p *plan) put(g *road.Graph, next *road.Arc, head road.Node, r *street) {
	a, metres := *next, p.metres(r)
	*next++
	g.Head[a], g.Class[a], g.Metres[a] = head, r.class, float32(metres)
	g.Base[a] = road.Millis(metres/speed[r.class]*3600) + 2000 // ms, the junction's two seconds included
	switch d := math.Hypot(p.x[head], p.y[head]); {
	case d < 4000:
		g.Zone[a] = road.Central
	case d < 14_000:
		g.Zone[a] = road.Inner
	default:
		g.Zone[a] = road.Outer
	}
}
