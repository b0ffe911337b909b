package hierarchy

import (
	"github.com/nearside-ems/nearside/geo/road"
)

// Metric is a hierarchy with travel times: no path over lower nodes is shorter than an edge. It is
// immutable and safe to share.
type Metric struct {
	H    *Hierarchy
	Up   []road.Millis // per edge: from its lower node to its higher
	Down []road.Millis // per edge: from its higher node to its lower

	// Out and In are what is left of Up and Down in a metric that Perfect returned, nil in others: the
	// steps of Leave and those of Reach.
	Out, In *Steps

	weight []road.Millis // per road.Arc
}

// Customise computes the times of all edges from those of the graph's arcs. It keeps weight.
func (h *Hierarchy) Customise(weight []road.Millis) *Metric {
	m := &Metric{H: h, Up: make([]road.Millis, h.Edges()), Down: make([]road.Millis, h.Edges()), weight: weight}
	for e := range m.Up {
		m.Up[e] = road.Unreachable
	}
	copy(m.Down, m.Up)
	for a, p := range h.placed {
		switch {
		case p == loop:
		case p.down():
			m.Down[p.edge()] = min(m.Down[p.edge()], weight[a])
		default:
			m.Up[p.edge()] = min(m.Up[p.edge()], weight[a])
		}
	}
	row := make(row, h.height)
	for y := range Rank(h.Nodes()) {
		m.overLower(y, row)
	}
	return m
}

// overLower takes in the ways from y to higher nodes over lower ones. The times of the edges up from
// those are right.
func (m *Metric) overLower(y Rank, row row) {
	h := m.H
	below := h.edgesBelow(y)
	if len(below) == 0 {
		return
	}
	row.load(m, y)
	for _, l := range below {
		from, to := l.edge+1, h.First[l.tail+1]
		if from == to {
			continue
		}
		toX, fromX := m.Down[l.edge], m.Up[l.edge]
		depth, up, down := h.depth[from:to], m.Up[from:to], m.Down[from:to]
		up, down = up[:len(depth)], down[:len(depth)]
		for i, d := range depth {
			z := &row[d]
			z.up, z.down = min(z.up, toX+up[i]), min(z.down, down[i]+fromX)
		}
	}
	row.store(m, y)
}

// row is the times of the edges up from one node, by the depth of the higher. It is small enough for the
// fastest cache.
type row []struct{ up, down road.Millis }

func (r row) load(m *Metric, y Rank) {
	for e := m.H.First[y]; e < m.H.First[y+1]; e++ {
		z := &r[m.H.depth[e]]
		z.up, z.down = m.Up[e], m.Down[e]
	}
}

func (r row) store(m *Metric, y Rank) {
	for e := m.H.First[y]; e < m.H.First[y+1]; e++ {
		z := r[m.H.depth[e]]
		m.Up[e], m.Down[e] = z.up, z.down
	}
}
