package route

import (
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// plainProfile leaves base times as they are and closes bus-only roads.
func plainProfile() road.Profile {
	var p road.Profile
	for c := range p.Factor {
		for z := range p.Factor[c] {
			p.Factor[c][z] = 1
		}
	}
	p.Factor[road.BusOnly][road.Outer] = inf
	return p
}

// drawNetwork draws a small network: one-way and two-way roads, parallel roads, loops, dead ends,
// parts that are cut off, roads of no length, closed ones and endless ones, and junctions split for
// forbidden turns. twin[a] is the arc against a, or a itself.
func drawNetwork(t *rapid.T) (m *Metric, twin []road.Arc) {
	type edge struct {
		tail, head int
		base, back road.Millis
		class      road.Class
		bothWays   bool
	}
	n := rapid.IntRange(1, 12).Draw(t, "nodes")
	times := rapid.OneOf(rapid.Uint32Range(0, 50), rapid.SampledFrom([]uint32{0, 1<<31 - 2, 1<<31 - 1, 1 << 30}))
	edges := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) edge {
		return edge{rapid.IntRange(0, n-1).Draw(t, "tail"), rapid.IntRange(0, n-1).Draw(t, "head"),
			road.Millis(times.Draw(t, "base")), road.Millis(times.Draw(t, "back")),
			rapid.SampledFrom([]road.Class{road.Primary, road.Minor, road.BusOnly}).Draw(t, "class"), rapid.Bool().Draw(t, "both ways")}
	}), 1, 30).Draw(t, "edges")
	g := &road.Graph{FirstOut: make([]road.Arc, n+1), Lon: make([]float32, n), Lat: make([]float32, n)}
	first := make([]int, len(edges)) // the edge's first arc
	for v := range n {
		for i, e := range edges {
			if e.tail == v {
				twin = addArc(g, twin, &first[i], e.head, e.base, e.class)
			}
			if e.head == v && e.bothWays {
				twin = addArc(g, twin, &first[i], e.tail, e.back, e.class)
			}
		}
		g.FirstOut[v+1] = road.Arc(len(g.Head))
	}
	g.Metres = make([]float32, g.Arcs())
	for a := range g.Metres {
		g.Metres[a] = rapid.SampledFrom([]float32{0, 0.01, 0.1, 1}).Draw(t, "metres")
	}
	if rapid.Bool().Draw(t, "turns") {
		twin = forbidTurns(t, g, twin)
	}
	return NewMetric(&Network{Graph: g}, plainProfile()), twin
}

// forbidTurns forbids a few turns and returns the arcs against the arcs again.
func forbidTurns(t *rapid.T, g *road.Graph, twin []road.Arc) []road.Arc {
	e := &road.Edges{}
	for a, b := range twin {
		if road.Arc(a) <= b {
			e.Forward, e.Backward = append(e.Forward, road.Arc(a)), append(e.Backward, b)
		}
	}
	var turns []road.Turn
	for a, v := range g.Head {
		for b := g.FirstOut[v]; b < g.FirstOut[v+1]; b++ {
			if rapid.IntRange(0, 3).Draw(t, "forbidden") == 3 {
				turns = append(turns, road.Turn{From: road.Arc(a), To: b})
			}
		}
	}
	if _, err := (&road.Roads{Graph: g, Edges: e}).ForbidTurns(turns); err != nil {
		t.Fatal(err)
	}
	twin = make([]road.Arc, g.Arcs())
	for a := range twin {
		twin[a] = road.Arc(a)
	}
	for i, f := range e.Forward {
		twin[f], twin[e.Backward[i]] = e.Backward[i], f
	}
	return twin
}

// addArc appends an arc, pairing it with the edge's other one; first is 1 + that one, 0 for none yet.
func addArc(g *road.Graph, twin []road.Arc, first *int, head int, base road.Millis, c road.Class) []road.Arc {
	a := road.Arc(len(g.Head))
	g.Head, g.Base, g.Class, g.Zone = append(g.Head, road.Node(head)), append(g.Base, base), append(g.Class, c), append(g.Zone, road.Outer)
	twin = append(twin, a)
	if *first > 0 {
		other := road.Arc(*first - 1)
		twin[a], twin[other] = other, a
	}
	*first = int(a) + 1
	return twin
}

// drawSpot draws a spot on an arc, or one that joins up to MaxLinks nodes as those of the lattice do.
func drawSpot(t *rapid.T, m *Metric, twin []road.Arc) road.Spot {
	g := m.Network.Graph
	if rapid.Bool().Draw(t, "near nodes") || g.Arcs() == 0 {
		var s road.Spot
		s.Leaves = uint8(rapid.IntRange(0, road.MaxLinks).Draw(t, "leaves"))
		s.Reaches = uint8(rapid.IntRange(0, road.MaxLinks).Draw(t, "reaches"))
		link := func() road.Link {
			return road.Link{Node: road.Node(rapid.IntRange(0, g.Nodes()-1).Draw(t, "node")), Arc: road.NoArc, Zone: road.Outer,
				Base: road.Millis(rapid.Uint32Range(0, 20).Draw(t, "link"))}
		}
		if s.Square = rapid.Uint32Range(0, 2).Draw(t, "square"); s.Square != 0 {
			s.Within = road.Millis(rapid.Uint32Range(0, 20).Draw(t, "within"))
		}
		for i := range s.Leaves {
			s.Leave[i] = link()
		}
		for i := range s.Reaches {
			s.Reach[i] = link()
		}
		return s
	}
	a := road.Arc(rapid.IntRange(0, g.Arcs()-1).Draw(t, "arc"))
	a = min(a, twin[a]) // the edge's forward arc stands for both
	return g.SpotOn(a, twin[a], float32(rapid.IntRange(0, 4).Draw(t, "quarters"))/4)
}
