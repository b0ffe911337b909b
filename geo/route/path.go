package route

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Path is a fastest way between two spots: a part of the first arc, the arcs between, and a part of the
// last, which may be one and the same. Shapes().Edges.Line draws it. On the lattice the streets between
// a spot and the network are no arcs: their time counts, and their metres and shape are not known.
type Path struct {
	Time     road.Millis // Unreachable where there is no way; all else is then empty
	Metres   float64     // along the arcs
	Arcs     []road.Arc  // that are driven, one after the other; connectors of split junctions too
	From, To float32     // the share of the first arc's length at which the way begins, and of the last one's at which it ends
}

// Path finds a fastest way from one spot to another. It overwrites arcs with those of the path.
func (f *Finder) Path(from, to road.Spot, arcs []road.Arc) Path {
	f.leave = f.m.allStarts(from.Leave[:from.Leaves], f.leave[:0])
	f.reach = f.m.allStarts(to.Reach[:to.Reaches], f.reach[:0])
	w := f.m.Ways.Path(f.search, f.leave, f.reach, arcs)
	if t := f.m.direct(&from, &to); t <= w.Time {
		return f.m.beside(&from, &to, t, w.Arcs)
	}
	out := Path{Time: w.Time, Arcs: w.Arcs, To: 1}
	if a := from.Leave[w.From].Arc; a != road.NoArc {
		if along := alongOf(&from, a); along < 1 {
			out.Arcs, out.From = slices.Insert(out.Arcs, 0, a), along
		}
	}
	if a := to.Reach[w.To].Arc; a != road.NoArc {
		if along := alongOf(&to, a); along > 0 {
			out.Arcs, out.To = append(out.Arcs, a), along
		}
	}
	out.Metres = f.m.Network.metres(&out)
	return out
}

// allStarts appends a start to dst for each link, closed ones too: positions stay the same.
func (m *Metric) allStarts(links []road.Link, dst []hierarchy.Start) []hierarchy.Start {
	for i := range links {
		dst = append(dst, hierarchy.Start{At: m.Ways.H.Rank[links[i].Node], Time: m.time(&links[i])})
	}
	return dst
}

// alongOf returns where along arc a of its edge a spot lies.
func alongOf(s *road.Spot, a road.Arc) float32 {
	if a == s.Arc {
		return s.Along
	}
	return 1 - s.Along
}

// beside returns the way that direct times, if any. It overwrites arcs.
func (m *Metric) beside(from, to *road.Spot, t road.Millis, arcs []road.Arc) Path {
	p := Path{Time: t, Arcs: arcs[:0]}
	if way, ok := m.edgeWay(from, to); ok && t != road.Unreachable && from.Along != to.Along {
		a := from.Leave[way].Arc
		p.Arcs, p.From, p.To = append(p.Arcs, a), alongOf(from, a), alongOf(to, a)
		p.Metres = m.Network.metres(&p)
	}
	return p
}

// metres returns the length of a path.
func (n *Network) metres(p *Path) float64 {
	if len(p.Arcs) == 0 {
		return 0
	}
	sum, last := 0.0, p.Arcs[len(p.Arcs)-1]
	for _, a := range p.Arcs {
		sum += float64(n.Graph.Metres[a])
	}
	return sum - float64(p.From)*float64(n.Graph.Metres[p.Arcs[0]]) - float64(1-p.To)*float64(n.Graph.Metres[last])
}
