package route

import "github.com/nearside-ems/nearside/geo/road"

// grid returns a square of n × n nodes, joined to their neighbours both ways, with uneven times.
func grid(n int) *Metric {
	g := &road.Graph{FirstOut: []road.Arc{0}, Lon: make([]float32, n*n), Lat: make([]float32, n*n)}
	for v := range n * n {
		for _, step := range [][2]int{{0, 1}, {1, 0}, {0, -1}, {-1, 0}} {
			row, col := v/n+step[0], v%n+step[1]
			if row >= 0 && row < n && col >= 0 && col < n {
				g.Head = append(g.Head, road.Node(row*n+col))
				g.Base = append(g.Base, road.Millis(10_000+(v*7919+len(g.Head)*104729)%5_000))
				g.Class, g.Zone, g.Metres = append(g.Class, road.Minor), append(g.Zone, road.Outer), append(g.Metres, 100)
			}
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	return NewMetric(&Network{Graph: g}, plainProfile())
}

func atNode(v road.Node) road.Spot {
	l := road.Link{Node: v, Arc: road.NoArc, Zone: road.Outer}
	return road.Spot{Leave: [road.MaxLinks]road.Link{l}, Reach: [road.MaxLinks]road.Link{l}, Leaves: 1, Reaches: 1}
}
