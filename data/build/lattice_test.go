package build

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// randomGraph draws a small graph.
func randomGraph(t *rapid.T) *road.Graph {
	n := rapid.IntRange(1, 12).Draw(t, "nodes")
	g := &road.Graph{FirstOut: []road.Arc{0}, Lon: make([]float32, n), Lat: make([]float32, n)}
	for range n {
		for range rapid.IntRange(0, 4).Draw(t, "degree") {
			g.Head = append(g.Head, road.Node(rapid.IntRange(0, n-1).Draw(t, "head")))
			g.Base = append(g.Base, road.Millis(rapid.IntRange(0, 1000).Draw(t, "time")))
			g.Metres = append(g.Metres, 1)
		}
		g.FirstOut = append(g.FirstOut, road.Arc(len(g.Head)))
	}
	return g
}

// allTimes returns the times between all nodes by Floyd's algorithm.
func allTimes(g *road.Graph) [][]road.Millis {
	n := g.Nodes()
	d := make([][]road.Millis, n)
	for v := range d {
		d[v] = make([]road.Millis, n)
		for u := range d[v] {
			d[v][u] = road.Unreachable
		}
		d[v][v] = 0
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			d[v][g.Head[a]] = min(d[v][g.Head[a]], g.Base[a])
		}
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

// TestThinKeepsTimes: what is left after thinning still gives every time to within slack for each leg
// that was taken out, here of legs that are true shortest times.
func TestThinKeepsTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := allTimes(randomGraph(t))
		legs := make([][]leg, len(d))
		for a := range d {
			for b, time := range d[a] {
				if a != b && time != road.Unreachable {
					legs[a] = append(legs[a], leg{to: grid.Index(b), time: time + 1})
				}
			}
		}
		left := &road.Graph{FirstOut: []road.Arc{0}, Lon: make([]float32, len(d))}
		for _, ls := range thin(legs) {
			for _, l := range ls {
				left.Head, left.Base = append(left.Head, road.Node(l.to)), append(left.Base, l.time)
			}
			left.FirstOut = append(left.FirstOut, road.Arc(len(left.Head)))
		}
		got := allTimes(left)
		for a, ls := range legs {
			for _, l := range ls {
				if most := float64(l.time) * math.Pow(1+slack, float64(len(d))); float64(got[a][l.to]) > most {
					t.Fatalf("%d to %d takes %d, want at most %.0f", a, l.to, got[a][l.to], most)
				}
			}
		}
	})
}

func TestSolve(t *testing.T) {
	var a [kinds][kinds + 1]float64
	for i := range kinds {
		for j := range kinds {
			a[i][j] = 1
			a[i][kinds] += float64(j + 1)
		}
		a[i][i] = 3
		a[i][kinds] += 2 * float64(i+1)
	}
	for i, x := range solve(a) {
		if math.Abs(x-float64(i+1)) > 1e-9 {
			t.Errorf("x[%d] = %v, want %d", i, x, i+1)
		}
	}
}

// TestWaterIsCrossedOnlyByBridgesAndTunnels drives on the shipped lattice.
func TestWaterIsCrossedOnlyByBridgesAndTunnels(t *testing.T) {
	london, err := data.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name        string
		from, to    orb.Point
		least, most float64 // minutes
	}{
		{"across the Woolwich ferry's reach", orb.Point{0.0620, 51.5005}, orb.Point{0.0640, 51.4915}, 12, 45},
		{"Thamesmead to Barking Riverside", orb.Point{0.1150, 51.5030}, orb.Point{0.1170, 51.5190}, 20, 70},
		{"Erith to Rainham", orb.Point{0.1780, 51.4810}, orb.Point{0.1900, 51.5160}, 25, 80},
		{"through the Silvertown Tunnel", orb.Point{0.0052, 51.4985}, orb.Point{0.0150, 51.5085}, 1, 8},
		// Three kilometres at the inner average of 20 km/h are 9 minutes; by Rotherhithe it is twice that.
		{"through the Blackwall Tunnel", orb.Point{0.0042, 51.4965}, orb.Point{-0.0077, 51.5105}, 1, 12},
		{"round the Royal Victoria Dock", orb.Point{0.0250, 51.5100}, orb.Point{0.0250, 51.5040}, 4, 20},
	} {
		if got := minutes(t, london, c.from, c.to); got < c.least || got > c.most {
			t.Errorf("%s: %.1f minutes, want %v to %v", c.name, got, c.least, c.most)
		}
		if got := minutes(t, london, c.to, c.from); got < c.least || got > c.most {
			t.Errorf("%s, back: %.1f minutes, want %v to %v", c.name, got, c.least, c.most)
		}
	}
}

// minutes returns the time at the reference profile.
func minutes(t *testing.T, london *data.London, from, to orb.Point) float64 {
	t.Helper()
	a, ok := london.Network.Snap(from)
	b, okToo := london.Network.Snap(to)
	if !ok || !okToo {
		t.Fatalf("%v or %v cannot be snapped", from, to)
	}
	var starts []end
	for _, l := range a.Leave[:a.Leaves] {
		starts = append(starts, end{l.Node, l.Base})
	}
	g := london.Network.Graph
	s := newSearch(g, dijkstra.Forward(g))
	s.fromEnds(starts, road.Unreachable, 0, nil)
	best := road.Unreachable
	for _, l := range b.Reach[:b.Reaches] {
		best = min(best, s.Time(l.Node).Add(l.Base))
	}
	return best.Seconds() / 60
}
