package dijkstra

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
	time := rapid.OneOf(rapid.Uint32Range(0, 50), rapid.SampledFrom([]uint32{0, 1 << 30, 1<<31 - 2, 1<<31 - 1}))
	g, w := &road.Graph{FirstOut: []road.Arc{0}, Lon: make([]float32, n), Lat: make([]float32, n)}, []road.Millis{}
	for range n {
		for range rapid.IntRange(0, 4).Draw(t, "degree") {
			g.Head = append(g.Head, road.Node(rapid.IntRange(0, n-1).Draw(t, "head")))
			w = append(w, road.Millis(time.Draw(t, "time")))
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	return g, w
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

func TestSearchAgreesWithTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		d, ahead, behind := twin(g, w), NewSearch(Forward(g)), NewSearch(Backward(g))
		for range 3 { // the scratch is used again
			ahead.Begin(w)
			behind.Begin(w)
			starts := map[int]road.Millis{}
			for range rapid.IntRange(0, 3).Draw(t, "starts") {
				v, at := rapid.IntRange(0, g.Nodes()-1).Draw(t, "start"), road.Millis(rapid.Uint32Range(0, 30).Draw(t, "at"))
				ahead.From(road.Node(v), at)
				behind.From(road.Node(v), at)
				if old, ok := starts[v]; !ok || at < old {
					starts[v] = at
				}
			}
			limit := road.Millis(rapid.SampledFrom([]uint32{0, 20, 60, 1<<31 - 1}).Draw(t, "limit"))
			settled := 0
			last := road.Millis(0)
			for v, at := range ahead.Settle(limit) {
				if at < last || at != ahead.Time(v) {
					t.Fatalf("settled %d at %d after one at %d, and its time is %d", v, at, last, ahead.Time(v))
				}
				last = at
				settled++
				checkVia(t, g, w, ahead, v)
			}
			behind.All()
			for v := range g.Nodes() {
				to, from := road.Unreachable, road.Unreachable
				for u, at := range starts {
					to, from = min(to, at.Add(d[u][v])), min(from, at.Add(d[v][u]))
				}
				if to > limit {
					to = road.Unreachable
				}
				if ahead.Time(road.Node(v)) != to || behind.Time(road.Node(v)) != from {
					t.Fatalf("node %d: %d and %d, want %d and %d", v, ahead.Time(road.Node(v)), behind.Time(road.Node(v)), to, from)
				}
				if to != road.Unreachable {
					settled--
				}
			}
			if settled != 0 {
				t.Fatalf("%d nodes more were settled than there are", settled)
			}
		}
	})
}

// checkVia checks that a node's time is that of the node before it and of the arc between.
func checkVia(t *rapid.T, g *road.Graph, w []road.Millis, s *Search, v road.Node) {
	a, from, ok := s.Via(v)
	if ok && (g.Tail(a) != from || g.Head[a] != v || s.Time(from).Add(w[a]) != s.Time(v)) {
		t.Fatalf("node %d at %d by arc %d from node %d at %d", v, s.Time(v), a, from, s.Time(from))
	}
}

func TestSettleIsTakenUpAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, w := drawGraph(t)
		once, parts := NewSearch(Forward(g)), NewSearch(Forward(g))
		once.Begin(w)
		once.From(0, 0)
		once.All()
		parts.Begin(w)
		parts.From(0, 0)
		for going := true; going; {
			going = false
			for range parts.Settle(road.Unreachable) {
				going = true
				break
			}
		}
		for v := range road.Node(g.Nodes()) {
			if once.Time(v) != parts.Time(v) {
				t.Fatalf("node %d: %d at once, %d in parts", v, once.Time(v), parts.Time(v))
			}
		}
	})
}

func TestSearchForgetsWhenItsStampsRunOut(t *testing.T) {
	g := &road.Graph{FirstOut: []road.Arc{0, 0, 0}, Lon: make([]float32, 2), Lat: make([]float32, 2)}
	s := NewSearch(Forward(g))
	s.Begin(nil)
	s.From(1, 5)
	s.All()
	s.run = 1<<32 - 2
	s.Begin(nil)
	if s.Time(1) != road.Unreachable || s.run != 2 {
		t.Fatalf("node 1 at %d in run %d", s.Time(1), s.run)
	}
	s.From(1, 9)
	if s.All(); s.Time(1) != 9 {
		t.Errorf("node 1 at %d, want 9 and not its time of an older search", s.Time(1))
	}
}

func TestSearchDoesNotAllocate(t *testing.T) {
	g := &road.Graph{FirstOut: []road.Arc{0, 1, 2}, Head: []road.Node{1, 0}, Lon: make([]float32, 2), Lat: make([]float32, 2)}
	s, w := NewSearch(Forward(g)), []road.Millis{1, 2}
	if n := testing.AllocsPerRun(50, func() {
		s.Begin(w)
		s.From(0, 0)
		s.All()
	}); n != 0 {
		t.Errorf("a search allocates %g times", n)
	}
}
