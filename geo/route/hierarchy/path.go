package hierarchy

import "github.com/nearside-ems/nearside/geo/road"

// Way is a shortest way from any of some starts to any of some others.
type Way struct {
	Time     road.Millis // those of both starts included; Unreachable where there is no way
	From, To int         // the positions of the starts at its ends
	Arcs     []road.Arc  // from one end to the other; none where both are at one node
}

// Path finds a shortest way from one of the starts from to one of to, whose times are those that are
// left at the end. It overwrites dst with its arcs.
func (m *Metric) Path(s *Search, from, to []Start, dst []road.Arc) Way {
	s.leave = m.Leave(s, from, s.leave)
	s.reach = m.Reach(s, to, s.reach)
	i, j, time := meet(s.leave, s.reach)
	w := Way{Time: time, Arcs: dst[:0]}
	if time == road.Unreachable {
		return w
	}
	w.From, s.trail = m.descend(m.Up, from, s.leave[:i+1], s.trail[:0])
	for k := len(s.trail) - 1; k >= 0; k-- {
		w.Arcs = m.unpack(s.trail[k], false, w.Arcs)
	}
	w.To, s.trail = m.descend(m.Down, to, s.reach[:j+1], s.trail[:0])
	for _, e := range s.trail {
		w.Arcs = m.unpack(e, true, w.Arcs)
	}
	return w
}

// descend finds a shortest way from a start up to the last of a search's entries, and appends its edges
// from the highest to the lowest.
func (m *Metric) descend(way []road.Millis, starts []Start, entries []Entry, edges []lowerEdge) (start int, _ []lowerEdge) {
	for {
		top := entries[len(entries)-1]
		for i, x := range starts {
			if x.At == top.Hub && x.Time == top.Time {
				return i, edges
			}
		}
		var e lowerEdge
		entries, e = m.below(way, entries)
		edges = append(edges, e)
	}
}

// below returns the entries up to one that a shortest way to the last leads over, and the edge between.
func (m *Metric) below(way []road.Millis, entries []Entry) ([]Entry, lowerEdge) {
	last := len(entries) - 1
	edges := m.H.edgesBelow(entries[last].Hub)
	i, j := last-1, len(edges)-1
	for { // there is one: the search came by it
		switch x, e := entries[i], edges[j]; {
		case x.Hub > e.tail:
			i--
		case x.Hub < e.tail:
			j--
		case x.Time+way[e.edge] == entries[last].Time:
			return entries[:i+1], e
		default:
			i--
			j--
		}
	}
}

// unpack appends the arcs of a shortest way along an edge. It ends with times of zero, too: each edge
// gives way to two with a lower lower node, or to an arc.
func (m *Metric) unpack(e lowerEdge, down bool, dst []road.Arc) []road.Arc {
	h := m.H
	x, z := e.tail, h.Head[e.edge]
	from, to, time := x, z, m.Up[e.edge]
	if down {
		from, to, time = z, x, m.Down[e.edge]
	}
	for a := range h.arcs(from, to) {
		if m.weight[a] == time {
			return append(dst, a)
		}
	}
	for toX, edge := range h.common(x, z) {
		toZ := lowerEdge{edge, toX.tail}
		if !down && m.Down[toX.edge]+m.Up[toZ.edge] == time {
			return m.unpack(toZ, false, m.unpack(toX, true, dst))
		}
		if down && m.Down[toZ.edge]+m.Up[toX.edge] == time {
			return m.unpack(toX, false, m.unpack(toZ, true, dst))
		}
	}
	panic("hierarchy: an edge is shorter than its arcs and the ways below it: weights were changed after they were given")
}
