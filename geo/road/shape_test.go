package road

import (
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"
)

// lengthOf is the length of a line in the plane of the edges, in metres.
func lengthOf(l orb.LineString) (sum float64) {
	for i := 1; i < len(l); i++ {
		sum += math.Hypot((l[i].Lon()-l[i-1].Lon())*lonMetres, (l[i].Lat()-l[i-1].Lat())*latMetres)
	}
	return sum
}

// TestParts: a part has its share of the length, parts that follow each other make the whole, and the
// way back is the way there turned round.
func TestParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		_, e := drawRoads(t)
		share := rapid.SampledFrom([]float32{0, 0.125, 0.5, 0.6, 1})
		i := rapid.IntRange(0, e.Len()-1).Draw(t, "edge")
		from, to := share.Draw(t, "from"), share.Draw(t, "to")
		from, to = min(from, to), max(from, to)
		var points orb.LineString
		for k := range e.Points(i) {
			points = extend(points, e.Point(i, k))
		}
		whole := e.Part(e.Forward[i], 0, 1, nil)
		if !slices.Equal(whole, points) {
			t.Fatalf("%v, want the points %v", whole, points)
		}
		part := e.Part(e.Forward[i], from, to, nil)
		if got, want := lengthOf(part), float64(to-from)*lengthOf(points); math.Abs(got-want) > 0.02 {
			t.Fatalf("%g to %g is %g m, want %g", from, to, got, want)
		}
		pieces := e.Part(e.Forward[i], to, 1, e.Part(e.Forward[i], from, to, e.Part(e.Forward[i], 0, from, nil)))
		if got, want := lengthOf(pieces), lengthOf(points); math.Abs(got-want) > 0.02 || pieces[0] != points[0] || pieces[len(pieces)-1] != points[len(points)-1] {
			t.Fatalf("in pieces %v, want %v", pieces, points)
		}
		if e.Backward[i] == e.Forward[i] {
			return
		}
		back := e.Part(e.Backward[i], 1-to, 1-from, nil)
		slices.Reverse(back)
		if !slices.Equal(back, part) {
			t.Fatalf("back %v, want %v", back, part)
		}
	})
}

// TestLineOverAConnector: a path over a split junction has each point once.
func TestLineOverAConnector(t *testing.T) {
	e := &Edges{Forward: []Arc{0, 2}, Backward: []Arc{0, 3}, First: []uint32{0, 3, 5},
		Lon: []float32{0, 0.5, 1, 1, 1}, Lat: []float32{51, 51, 51, 51, 52}}
	got := e.Line([]Arc{0, 1, 2, NoArc}, 0.75, 1)
	if want := (orb.LineString{{0.75, 51}, {1, 51}, {1, 52}}); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got = e.Line([]Arc{3}, 0.25, 0.5); !slices.Equal(got, orb.LineString{{1, 51.75}, {1, 51.5}}) {
		t.Errorf("one arc against its edge: %v", got)
	}
	if got = e.Line(nil, 0, 1); len(got) > 0 {
		t.Errorf("no arcs: %v", got)
	}
}

func TestHeading(t *testing.T) {
	// North-east, then nowhere, then east; 1 km each.
	d := float32(1000 / latMetres)
	x := float32(1000 / lonMetres)
	e := &Edges{Forward: []Arc{0, 2}, Backward: []Arc{1, 2}, First: []uint32{0, 4, 6},
		Lon: []float32{0, x, x, 2 * x, 0, 0}, Lat: []float32{51.5, 51.5 + d, 51.5 + d, 51.5 + d, 51, 51}}
	for _, c := range []struct {
		arc   Arc
		along float32
		want  float64
	}{{0, 0, 45}, {0, 0.5, 45}, {0, 0.6, 90}, {0, 1, 90}, {1, 0, 270}, {1, 0.3, 270}, {1, 0.9, 225}} {
		if got, ok := e.Heading(c.arc, c.along); !ok || math.Abs(got-c.want) > 0.05 {
			t.Errorf("arc %d at %g: %g degrees, want %g", c.arc, c.along, got, c.want)
		}
	}
	for _, a := range []Arc{2, 9} {
		if got, ok := e.Heading(a, 0.5); ok {
			t.Errorf("arc %d heads %g degrees and has no direction", a, got)
		}
	}
}

// TestStraight: every arc is a direction of one edge between its nodes.
func TestStraight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, _ := drawTown(t)
		g := r.Graph
		e, tail := Straight(g), g.Tails()
		if err := (&Roads{g, e}).Validate(); err != nil {
			t.Fatal(err)
		}
		one, seen := 0, map[Arc]bool{}
		for i := range e.Len() {
			f, b := e.Forward[i], e.Backward[i]
			if seen[f] || seen[b] {
				t.Fatalf("arc %d or %d is in two edges", f, b)
			}
			seen[f], seen[b] = true, true
			if f == b {
				one++
			} else if tail[f] != g.Head[b] || tail[b] != g.Head[f] {
				t.Fatalf("arcs %d and %d do not go there and back", f, b)
			}
			if e.Lon[2*i] != g.Lon[tail[f]] || e.Lon[2*i+1] != g.Lon[g.Head[f]] {
				t.Fatalf("edge %d lies elsewhere than arc %d", i, f)
			}
		}
		if len(seen) != g.Arcs() || one != unpaired(g, tail) {
			t.Fatalf("%d arcs of %d in edges, %d one-way, want %d", len(seen), g.Arcs(), one, unpaired(g, tail))
		}
	})
}

// unpaired counts the arcs left when those there and back are paired.
func unpaired(g *Graph, tail []Node) (n int) {
	count := map[[2]Node]int{}
	for a, h := range g.Head {
		count[[2]Node{tail[a], h}]++
	}
	for pair, c := range count {
		if pair[0] == pair[1] {
			n += c % 2
		} else {
			n += max(0, c-count[[2]Node{pair[1], pair[0]}])
		}
	}
	return n
}
