package hierarchy

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/geo/road"
)

// drawGraph draws a small graph with one-ways, dead ends, parallel arcs, loops and parts that are cut
// off, and travel times with zeros, long ones and closed arcs.
func drawGraph(t *rapid.T) (*road.Graph, []road.Millis) {
	n := rapid.IntRange(1, 14).Draw(t, "nodes")
	heads := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 4), n, n).Draw(t, "heads")
	g := &road.Graph{FirstOut: []road.Arc{0}, Lon: make([]float32, n), Lat: make([]float32, n)}
	for _, out := range heads {
		for _, v := range out {
			g.Head = append(g.Head, road.Node(v))
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	return g, drawWeights(t, g)
}

func drawWeights(t *rapid.T, g *road.Graph) []road.Millis {
	time := rapid.OneOf(rapid.Uint32Range(0, 3), rapid.Uint32Range(0, 50), rapid.SampledFrom([]uint32{0, 1 << 30, 1<<31 - 2, 1<<31 - 1}))
	w := make([]road.Millis, g.Arcs())
	for a := range w {
		w[a] = road.Millis(time.Draw(t, "time"))
	}
	return w
}

// twin returns the times between all nodes by Floyd and Warshall's recurrence.
func twin(g *road.Graph, w []road.Millis) [][]road.Millis {
	n := g.Nodes()
	d := make([][]road.Millis, n)
	for v := range n {
		d[v] = slices.Repeat([]road.Millis{road.Unreachable}, n)
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			d[v][g.Head[a]] = min(d[v][g.Head[a]], w[a])
		}
		d[v][v] = 0
	}
	for k := range n {
		for i := range n {
			for j := range n {
				d[i][j] = min(d[i][j], d[i][k].Add(d[k][j]))
			}
		}
	}
	return d
}

func drawOrder(t *rapid.T, g *road.Graph) []road.Node {
	order := make([]road.Node, g.Nodes())
	for i := range order {
		order[i] = road.Node(i)
	}
	return rapid.Permutation(order).Draw(t, "order")
}

func TestEveryTimeIsDijkstras(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		h, err := New(g, drawOrder(t, g))
		if err != nil {
			t.Fatal(err)
		}
		s := h.NewSearch()
		var leave, reach []Entry
		for i := range 4 { // the scratch is used again, also on other metrics
			m, want := h.Customise(w), twin(g, w)
			if i%2 == 1 {
				m = m.Perfect()
			}
			for u := range g.Nodes() {
				for v := range g.Nodes() {
					leave = m.Leave(s, []Start{{h.Rank[u], 0}}, leave)
					reach = m.Reach(s, []Start{{h.Rank[v], 0}}, reach)
					got, pruned := Meet(leave, reach), m.Time(s, []Start{{h.Rank[u], 0}}, []Start{{h.Rank[v], 0}})
					if got != want[u][v] || pruned != got {
						t.Fatalf("%d to %d: %d and %d, want %d", u, v, got, pruned, want[u][v])
					}
				}
			}
			w = drawWeights(t, g)
		}
	})
}

// TestPerfectKeepsShortestEdges, and no others.
func TestPerfectKeepsShortestEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		h, err := New(g, drawOrder(t, g))
		if err != nil {
			t.Fatal(err)
		}
		m, d := h.Customise(w).Perfect(), twin(g, w)
		for x := range Rank(h.Nodes()) {
			var out, in []Step
			for e := h.First[x]; e < h.First[x+1]; e++ {
				z := h.Head[e]
				if to := d[h.Node[x]][h.Node[z]]; m.Up[e] == to && to != road.Unreachable {
					out = append(out, Step{z, to})
				}
				if from := d[h.Node[z]][h.Node[x]]; m.Down[e] == from && from != road.Unreachable {
					in = append(in, Step{z, from})
				}
			}
			if got := m.Out.Step[m.Out.First[x]:m.Out.First[x+1]]; !slices.Equal(got, out) {
				t.Fatalf("steps up from rank %d: %v, want %v", x, got, out)
			}
			if got := m.In.Step[m.In.First[x]:m.In.First[x+1]]; !slices.Equal(got, in) {
				t.Fatalf("steps down to rank %d: %v, want %v", x, got, in)
			}
		}
	})
}

// TestSeveralStarts leaves from two places at once, as a car on a two-way road does.
func TestSeveralStarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		h, err := New(g, drawOrder(t, g))
		if err != nil {
			t.Fatal(err)
		}
		m, d, s := h.Customise(w), twin(g, w), h.NewSearch()
		for range 5 {
			from, to := drawStarts(t, h), drawStarts(t, h)
			want, got, pruned := between(h, d, from, to), Meet(m.Leave(s, from, nil), m.Reach(s, to, nil)), m.Time(s, from, to)
			if got != want || pruned != want {
				t.Fatalf("%v to %v: %d and %d, want %d", from, to, got, pruned, want)
			}
		}
	})
}

func TestNewRefusesWhatIsNoOrder(t *testing.T) {
	g := &road.Graph{FirstOut: []road.Arc{0, 0, 0}, Lon: make([]float32, 2), Lat: make([]float32, 2)}
	for _, order := range [][]road.Node{nil, {0}, {0, 0}, {0, 2}, {0, 1, 1}} {
		if _, err := New(g, order); err == nil {
			t.Errorf("%v was taken", order)
		}
	}
}
