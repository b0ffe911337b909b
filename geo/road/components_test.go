package road

import (
	"testing"

	"pgregory.net/rapid"
)

// TestComponentsAgreeWithTwin compares Tarjan's numbering with plain reachability both ways.
func TestComponentsAgreeWithTwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(t, "nodes")
		firstOut, head := []Arc{0}, []Node{}
		for range n {
			for range rapid.IntRange(0, 3).Draw(t, "arcs") {
				head = append(head, Node(rapid.IntRange(0, n-1).Draw(t, "head")))
			}
			firstOut = append(firstOut, Arc(len(head)))
		}
		closed := rapid.SliceOfN(rapid.Bool(), len(head), len(head)).Draw(t, "closed")
		skip := func(a Arc) bool { return closed[a] }
		component, size := Components(firstOut, head, skip)
		reach := reachable(n, firstOut, head, skip)
		count := make([]int, len(size))
		for v := range n {
			count[component[v]]++
			for w := range n {
				if same := component[v] == component[w]; same != (reach[v][w] && reach[w][v]) {
					t.Fatalf("nodes %d and %d: in one component %v, but reach each other %v, %v", v, w, same, reach[v][w], reach[w][v])
				}
			}
		}
		for c := range size {
			if count[c] != size[c] || size[c] == 0 {
				t.Fatalf("component %d has %d nodes, said to have %d", c, count[c], size[c])
			}
		}
	})
}

// reachable is the transitive closure after Floyd and Warshall.
func reachable(n int, firstOut []Arc, head []Node, skip func(Arc) bool) [][]bool {
	r := make([][]bool, n)
	for v := range n {
		r[v] = make([]bool, n)
		r[v][v] = true
		for a := firstOut[v]; a < firstOut[v+1]; a++ {
			r[v][head[a]] = r[v][head[a]] || !skip(a)
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

// TestComponentsOfALongChain: a chain of a million nodes must not exhaust a stack.
func TestComponentsOfALongChain(t *testing.T) {
	const n = 1_000_000
	firstOut, head := make([]Arc, n+1), make([]Node, n)
	for v := range n {
		firstOut[v+1], head[v] = Arc(v+1), Node((v+1)%n)
	}
	if _, size := Components(firstOut, head, func(Arc) bool { return false }); len(size) != 1 || size[0] != n {
		t.Errorf("%d components", len(size))
	}
}
