package road

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawTown draws a few nodes joined by roads, one-way or not, rings and parallel roads among them, and
// turns forbidden at random: turning round and ways that lead nowhere among them.
func drawTown(t *rapid.T) (*Roads, []Turn) {
	type street struct {
		from, to  int
		class     Class
		zone      Zone
		both      bool
		ahead     Millis
		backwards Millis
	}
	n := rapid.IntRange(1, 6).Draw(t, "nodes")
	streets := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) street {
		node, time := rapid.IntRange(0, n-1), rapid.Uint32Range(0, 9)
		return street{node.Draw(t, "from"), node.Draw(t, "to"), rapid.SampledFrom([]Class{Primary, Minor, BusOnly}).Draw(t, "class"),
			rapid.SampledFrom([]Zone{Inner, Outer}).Draw(t, "zone"), rapid.IntRange(0, 3).Draw(t, "both") > 0, Millis(time.Draw(t, "ahead")), Millis(time.Draw(t, "back"))}
	}), 1, 9).Draw(t, "streets")
	g, e := &Graph{FirstOut: []Arc{0}}, &Edges{Forward: make([]Arc, len(streets)), Backward: make([]Arc, len(streets)), First: []uint32{0}}
	add := func(head int, base Millis, s street) Arc {
		g.Head, g.Base, g.Metres = append(g.Head, Node(head)), append(g.Base, base), append(g.Metres, float32(base))
		g.Class, g.Zone = append(g.Class, s.class), append(g.Zone, s.zone)
		return Arc(len(g.Head) - 1)
	}
	for v := range n {
		for i, s := range streets {
			if s.from == v {
				e.Forward[i] = add(s.to, s.ahead, s)
				if !s.both {
					e.Backward[i] = e.Forward[i]
				}
			}
			if s.to == v && s.both {
				e.Backward[i] = add(s.from, s.backwards, s)
			}
		}
		g.FirstOut = append(g.FirstOut, Arc(len(g.Head)))
		g.Lon, g.Lat = append(g.Lon, -0.1+float32(v)*0.01), append(g.Lat, 51.5)
	}
	for _, s := range streets {
		e.Lon, e.Lat = append(e.Lon, g.Lon[s.from], g.Lon[s.to]), append(e.Lat, 51.5, 51.5)
		e.First = append(e.First, uint32(len(e.Lon)))
	}
	var all []Turn
	for a, v := range g.Head {
		for b := g.FirstOut[v]; b < g.FirstOut[v+1]; b++ {
			all = append(all, Turn{Arc(a), b})
		}
	}
	if len(all) == 0 {
		return &Roads{g, e}, nil
	}
	some := rapid.SliceOfN(rapid.SampledFrom(all), 0, len(all)).Draw(t, "turns")
	if rapid.Bool().Draw(t, "all others") {
		some = slices.DeleteFunc(all, func(x Turn) bool { return slices.Contains(some, x) })
	}
	return &Roads{g, e}, some
}

// clone copies roads, since ForbidTurns changes them.
func clone(r *Roads) *Roads {
	g, e := *r.Graph, r.Edges
	return &Roads{&g, &Edges{Forward: slices.Clone(e.Forward), Backward: slices.Clone(e.Backward), First: e.First, Lon: e.Lon, Lat: e.Lat}}
}

// byNode returns the times from a spot to all nodes, after Bellman and Ford.
func byNode(g *Graph, p *Profile, from *Spot) []Millis {
	time := slices.Repeat([]Millis{Unreachable}, g.Nodes())
	for _, l := range from.Leave[:from.Leaves] {
		time[l.Node] = min(time[l.Node], p.Time(l.Base, l.Class, l.Zone))
	}
	weight, tail := g.Weights(p), g.Tails()
	for range g.Nodes() {
		for a, w := range weight {
			time[g.Head[a]] = min(time[g.Head[a]], time[tail[a]].Add(w))
		}
	}
	return time
}

// byArc returns the times from a spot to the ends of all arcs without a forbidden turn, after Bellman
// and Ford over arcs: the slow twin of a search by node on the split graph.
func byArc(g *Graph, p *Profile, banned []Turn, from *Spot) []Millis {
	time := slices.Repeat([]Millis{Unreachable}, g.Arcs())
	for _, l := range from.Leave[:from.Leaves] {
		time[l.Arc] = min(time[l.Arc], p.Time(l.Base, l.Class, l.Zone))
	}
	weight := g.Weights(p)
	for range g.Arcs() {
		for a, v := range g.Head {
			for b := g.FirstOut[v]; b < g.FirstOut[v+1]; b++ {
				if !slices.Contains(banned, Turn{Arc(a), b}) {
					time[b] = min(time[b], time[a].Add(weight[b]))
				}
			}
		}
	}
	return time
}

// reachByArc returns the time to a spot of the ends of arcs at given times.
func reachByArc(g *Graph, p *Profile, banned []Turn, tail []Node, time []Millis, to *Spot) Millis {
	best := Unreachable
	for _, l := range to.Reach[:to.Reaches] {
		for a, t := range time {
			if g.Head[a] == tail[l.Arc] && !slices.Contains(banned, Turn{Arc(a), l.Arc}) {
				best = min(best, t.Add(p.Time(l.Base, l.Class, l.Zone)))
			}
		}
	}
	return best
}

func drawProfile(t *rapid.T) *Profile {
	p := &Profile{}
	for _, c := range []Class{Primary, Minor, BusOnly} {
		for _, z := range []Zone{Inner, Outer} {
			p.Factor[c][z] = rapid.SampledFrom([]float32{1, 1, 2, float32(math.Inf(1))}).Draw(t, "factor")
		}
	}
	return p
}

func TestSplitGraphAgreesWithSearchByArc(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, turns := drawTown(t)
		after := clone(before)
		splits, err := after.ForbidTurns(turns)
		if err != nil {
			t.Fatal(err)
		}
		banned := slices.DeleteFunc(turns, func(x Turn) bool { return slices.Contains(splits.Lifted, x) })
		checkSplit(t, before, after, &splits)
		checkKept(t, before, after, banned)
		p, tail := drawProfile(t), before.Graph.Tails()
		along := rapid.SampledFrom([]float32{0, 0.25, 1})
		for i := range before.Edges.Len() {
			x := along.Draw(t, "from")
			from, fromAfter := spotOf(before, i, x), spotOf(after, i, x)
			arcs, nodes := byArc(before.Graph, p, banned, &from), byNode(after.Graph, p, &fromAfter)
			for j := range before.Edges.Len() {
				y := along.Draw(t, "to")
				to, toAfter := spotOf(before, j, y), spotOf(after, j, y)
				want, got := reachByArc(before.Graph, p, banned, tail, arcs, &to), Unreachable
				for _, l := range toAfter.Reach[:toAfter.Reaches] {
					got = min(got, nodes[l.Node].Add(p.Time(l.Base, l.Class, l.Zone)))
				}
				if got != want {
					t.Fatalf("road %d at %g to road %d at %g: %d by node, %d by arc", i, x, j, y, got, want)
				}
			}
		}
	})
}

func spotOf(r *Roads, edge int, along float32) Spot {
	return r.Graph.SpotOn(r.Edges.Forward[edge], r.Edges.Backward[edge], along)
}

// checkSplit checks that every arc is there as before, between the same places, and all else is a connector.
func checkSplit(t *rapid.T, before, after *Roads, s *Splits) {
	if err := after.Validate(); err != nil {
		t.Fatal(err)
	}
	b, a := before.Graph, after.Graph
	if a.Nodes() != b.Nodes()+s.Nodes || a.Arcs() != b.Arcs()+s.Connectors {
		t.Fatalf("%d nodes and %d arcs became %d and %d, said to be %d and %d more", b.Nodes(), b.Arcs(), a.Nodes(), a.Arcs(), s.Nodes, s.Connectors)
	}
	at := func(g *Graph, v Node) [2]float32 { return [2]float32{g.Lon[v], g.Lat[v]} }
	known := map[Arc]bool{}
	for i := range before.Edges.Len() {
		for _, c := range [][2]Arc{{before.Edges.Forward[i], after.Edges.Forward[i]}, {before.Edges.Backward[i], after.Edges.Backward[i]}} {
			x, y := c[0], c[1]
			known[y] = true
			same := b.Base[x] == a.Base[y] && b.Metres[x] == a.Metres[y] && b.Class[x] == a.Class[y] && b.Zone[x] == a.Zone[y]
			if !same || at(b, b.Head[x]) != at(a, a.Head[y]) || at(b, b.Tail(x)) != at(a, a.Tail(y)) {
				t.Fatalf("arc %d is not arc %d", y, x)
			}
		}
	}
	if len(known) != b.Arcs() {
		t.Fatalf("%d arcs of roads, were %d", len(known), b.Arcs())
	}
	tail := a.Tails()
	for c := range a.Arcs() {
		if _, road := after.Edges.Of(Arc(c)); road != known[Arc(c)] {
			t.Fatalf("arc %d belongs to a road: %v", c, road)
		}
		if !known[Arc(c)] && (a.Base[c] != 0 || a.Metres[c] != 0 || at(a, tail[c]) != at(a, a.Head[c])) {
			t.Fatalf("connector %d takes %d ms over %g m", c, a.Base[c], a.Metres[c])
		}
	}
}

// checkKept checks that arcs which nobody may not turn to start where they did.
func checkKept(t *rapid.T, before, after *Roads, banned []Turn) {
	for i := range before.Edges.Len() {
		for _, c := range [][2]Arc{{before.Edges.Forward[i], after.Edges.Forward[i]}, {before.Edges.Backward[i], after.Edges.Backward[i]}} {
			free := !slices.ContainsFunc(banned, func(x Turn) bool { return x.To == c[0] })
			if free && before.Graph.Tail(c[0]) != after.Graph.Tail(c[1]) {
				t.Fatalf("arc %d starts at node %d, as arc %d at node %d", c[0], before.Graph.Tail(c[0]), c[1], after.Graph.Tail(c[1]))
			}
		}
	}
}

// connected tells which arcs reach which by the steps that are not banned and use arcs that use allows.
func connected(g *Graph, banned []Turn, use func(Arc) bool) [][]bool {
	n := g.Arcs()
	r := make([][]bool, n)
	for a := range n {
		r[a] = make([]bool, n)
		r[a][a] = true
		for b := g.FirstOut[g.Head[a]]; b < g.FirstOut[g.Head[a]+1]; b++ {
			r[a][b] = r[a][b] || use(Arc(a)) && use(b) && !slices.Contains(banned, Turn{Arc(a), b})
		}
	}
	for k := range n {
		for i := range n {
			for j := range n {
				r[i][j] = r[i][j] || r[i][k] && r[k][j]
			}
		}
	}
	return r
}

// whole tells whether all arcs that use allows reach each other.
func whole(g *Graph, banned []Turn, use func(Arc) bool) bool {
	r := connected(g, banned, use)
	for a := range r {
		for b := range r {
			if use(Arc(a)) && use(Arc(b)) && !r[a][b] {
				return false
			}
		}
	}
	return true
}

// TestForbiddenTurnsCutNothingOff: what hung together still does, by car and by all roads, and no turn
// is lifted where nothing is cut off.
func TestForbiddenTurnsCutNothingOff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, turns := drawTown(t)
		g := before.Graph
		s, err := clone(before).ForbidTurns(turns)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range s.Lifted {
			if !slices.Contains(turns, x) {
				t.Fatalf("%v was lifted and not forbidden", x)
			}
		}
		left := slices.DeleteFunc(slices.Clone(turns), func(x Turn) bool { return slices.Contains(s.Lifted, x) })
		cars := func(a Arc) bool { return g.Class[a] != BusOnly }
		all := func(Arc) bool { return true }
		if whole(g, turns, cars) && whole(g, turns, all) && len(s.Lifted) > 0 {
			t.Fatalf("%v lifted where nothing is cut off", s.Lifted)
		}
		for name, use := range map[string]func(Arc) bool{"cars": cars, "all": all} {
			if whole(g, nil, use) && !whole(g, left, use) {
				t.Fatalf("%s: cut off with %v lifted", name, s.Lifted)
			}
		}
	})
}

// TestUsualRestrictions: how many nodes and connectors a crossroads takes.
func TestUsualRestrictions(t *testing.T) {
	in, out := func(arm int) Arc { return Arc(2 + 3*arm) }, func(arm int) Arc { return Arc(arm - 1) }
	except := func(from int, to ...int) (turns []Turn) {
		for arm := 1; arm <= 4; arm++ {
			if !slices.Contains(to, arm) {
				turns = append(turns, Turn{in(from), out(arm)})
			}
		}
		return turns
	}
	for _, c := range []struct {
		name              string
		turns             []Turn
		nodes, connectors int
	}{
		{"no left turn", []Turn{{in(1), out(2)}, {in(1), out(2)}}, 1, 1},
		{"no left turn and no turning round", []Turn{{in(1), out(2)}, {in(1), out(1)}}, 1, 1},
		{"straight on only", except(1, 3), 1, 1},
		{"no right turn from two sides", []Turn{{in(1), out(4)}, {in(3), out(2)}}, 5, 7},
		{"every arm to the next only", slices.Concat(except(1, 2), except(2, 3), except(3, 4), except(4, 1)), 3, 0},
	} {
		r := crossroads()
		s, err := r.ForbidTurns(c.turns)
		if err != nil || s.Junctions != 1 || s.Nodes != c.nodes || s.Connectors != c.connectors || len(s.Lifted) != 0 {
			t.Errorf("%s: %+v, %v, want %d nodes and %d connectors", c.name, s, err, c.nodes, c.connectors)
		}
	}
	if _, err := crossroads().ForbidTurns([]Turn{{0, 1}}); err == nil {
		t.Error("a turn between arcs that do not meet was taken")
	}
}

// crossroads is a middle, node 0, with four arms to nodes 1 to 4, each joined with the next by a road.
func crossroads() *Roads {
	g := &Graph{FirstOut: []Arc{0, 4}, Lon: []float32{-0.1, -0.1, -0.11, -0.1, -0.09}, Lat: []float32{51.5, 51.49, 51.5, 51.51, 51.5}}
	g.Head = []Node{1, 2, 3, 4}
	e := &Edges{First: []uint32{0}}
	for v := range Node(4) {
		g.Head = append(g.Head, (v+1)%4+1, 0, (v+3)%4+1) // the next arm, the middle, the arm before
		g.FirstOut = append(g.FirstOut, Arc(len(g.Head)))
	}
	n := len(g.Head)
	g.Base, g.Metres, g.Class, g.Zone = slices.Repeat([]Millis{1000}, n), make([]float32, n), slices.Repeat([]Class{Minor}, n), make([]Zone, n)
	return &Roads{g, e}
}
