package road

// Straight returns edges for a graph whose arcs have no shapes: straight lines from node to node, the
// arcs between two nodes in pairs of one each way as far as there are both.
func Straight(g *Graph) *Edges {
	e := &Edges{First: []uint32{0}}
	paired := make([]bool, g.Arcs())
	for v := range g.Nodes() {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			if paired[a] {
				continue
			}
			h, back := g.Head[a], a
			for b := g.FirstOut[h]; b < g.FirstOut[h+1]; b++ {
				if g.Head[b] == Node(v) && b > a && !paired[b] {
					back, paired[b] = b, true
					break
				}
			}
			e.Forward, e.Backward = append(e.Forward, a), append(e.Backward, back)
			e.Lon, e.Lat = append(e.Lon, g.Lon[v], g.Lon[h]), append(e.Lat, g.Lat[v], g.Lat[h])
			e.First = append(e.First, uint32(len(e.Lon)))
		}
	}
	return e
}
