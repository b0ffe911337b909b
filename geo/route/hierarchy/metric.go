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
	m.triangles()
	return m
}

type bothWays struct{ up, down road.Millis }

func (m *Metric) triangles() {
	h := m.H
	ws := make([]bothWays, h.height)
	for y := range h.Nodes() {
		list := h.edgesBelow(Rank(y))
		if len(list) == 0 {
			continue
		}
		from, to := h.First[y], h.First[y+1]
		ydepth, yup, ydown := h.depth[from:to], m.Up[from:to], m.Down[from:to]
		for i, d := range ydepth {
			ws[d] = bothWays{yup[i], ydown[i]}
		}
		for _, l := range list {
			a, b := m.Down[l.edge], m.Up[l.edge]
			from, to := l.edge+1, h.First[l.tail+1]
			depth, up, down := h.depth[from:to], m.Up[from:to], m.Down[from:to]
			up, down = up[:len(depth)], down[:len(depth)]
			for i, d := range depth {
				w := &ws[d]
				w.up = min(w.up, a+up[i])
				w.down = min(w.down, b+down[i])
			}
		}
		for i, d := range ydepth {
			yup[i], ydown[i] = ws[d].up, ws[d].down
		}
	}
}
