package order

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawPiece draws a piece of up to twelve nodes, connected or not, with coordinates of a few values.
func drawPiece(t *rapid.T) *piece {
	n := rapid.IntRange(2, 12).Draw(t, "nodes")
	rows := make([][]int32, n)
	for range rapid.IntRange(1, 3*n).Draw(t, "edges") {
		v, w := rapid.IntRange(0, n-1).Draw(t, "v"), rapid.IntRange(0, n-1).Draw(t, "w")
		if v != w && !slices.Contains(rows[v], int32(w)) {
			rows[v], rows[w] = append(rows[v], int32(w)), append(rows[w], int32(v))
		}
	}
	p := &piece{graph: graph{first: []int32{0}}}
	for _, row := range rows {
		p.head = append(p.head, row...)
		p.first = append(p.first, int32(len(p.head)))
		p.weight = append(p.weight, rapid.Int32Range(1, 3).Draw(t, "weight"))
		p.x, p.y = append(p.x, float32(rapid.IntRange(0, 9).Draw(t, "x"))), append(p.y, float32(rapid.IntRange(0, 3).Draw(t, "y")))
	}
	return p
}

// TestSeparatorsAreSmallest follows a cutter from one separator to the next and compares each with the
// largest flow between the terminals that it had then.
func TestSeparatorsAreSmallest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPiece(t)
		c := &cutter{}
		for _, direction := range []int{rapid.IntRange(0, directions).Draw(t, "first"), rapid.IntRange(0, directions).Draw(t, "second")} {
			if !c.start(&contest{piece: p, score: math.Inf(1)}, direction) {
				continue
			}
			for ok := c.maximise(p.nodes()); ok; ok = c.grow() {
				c.separate(&c.source, sourceIn, sourceOut, sourceRim)
				c.separate(&c.sink, sinkOut, sinkIn, sinkRim)
				if want := largestFlow(&c.flow); c.units != want {
					t.Fatalf("%d paths, there are %d", c.units, want)
				}
				checkSeparator(t, c, &c.source, func(v int32) bool { return c.mark[v]&sourceOut != 0 })
				checkSeparator(t, c, &c.sink, func(v int32) bool { return c.mark[v]&sinkIn == 0 })
			}
		}
	})
}

// checkSeparator checks that a side's separator has as many nodes as there are paths, that no edge
// leads past it, and that the side's weight is that of the nodes before it, or behind it for the sink.
func checkSeparator(t *rapid.T, c *cutter, s *side, before func(int32) bool) {
	if len(s.separator) != c.units {
		t.Fatalf("separator %v for %d paths", s.separator, c.units)
	}
	weight := [2]int64{}
	for v := range int32(c.g.nodes()) {
		if slices.Contains(s.separator, v) {
			continue
		}
		i := 0
		if before(v) {
			i = 1
		}
		weight[i] += int64(c.weight[v])
		for _, w := range c.g.of(v) {
			if before(v) != before(w) && !slices.Contains(s.separator, w) {
				t.Fatalf("nodes %d and %d are joined past the separator %v", v, w, s.separator)
			}
		}
	}
	if s == &c.source && s.weight != weight[1] || s == &c.sink && s.weight != weight[0] {
		t.Fatalf("side of weight %d, want one of %v", s.weight, weight)
	}
}

// largestFlow is the slow twin: Ford and Fulkerson on a matrix of capacities between states.
func largestFlow(f *flow) (flow int) {
	n, many := 2*f.g.nodes(), 1000
	room := make([][]int, n)
	for i := range room {
		room[i] = make([]int, n)
	}
	for v := range int32(f.g.nodes()) {
		room[in(v)][out(v)] = 1
		for _, w := range f.g.of(v) {
			room[out(v)][in(w)] = many
		}
	}
	var seen []bool
	var push func(x int32) bool
	push = func(x int32) bool {
		if seen[x] {
			return false
		}
		seen[x] = true
		if f.fixed[x/2]&(sinkIn<<(x&1)) != 0 {
			return true
		}
		for y := range room[x] {
			if room[x][y] > 0 && push(int32(y)) {
				room[x][y]--
				room[y][x]++
				return true
			}
		}
		return false
	}
	for x := int32(0); x < int32(n); {
		seen = make([]bool, n)
		if f.fixed[x/2]&(sourceIn<<(x&1)) == 0 || !push(x) {
			x++
			continue
		}
		flow++
	}
	return flow
}
