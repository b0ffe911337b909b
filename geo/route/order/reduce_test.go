package order

import (
	"testing"

	"pgregory.net/rapid"
)

// contract is the slow twin of every elimination: it joins the neighbours of v and takes v out.
func contract(g map[int32]map[int32]bool, v int32) {
	for a := range g[v] {
		delete(g[a], v)
		for b := range g[v] {
			if a != b {
				g[a][b] = true
			}
		}
	}
	delete(g, v)
}

func sets(g *graph) map[int32]map[int32]bool {
	s := map[int32]map[int32]bool{}
	for v := range int32(g.nodes()) {
		s[v] = map[int32]bool{}
		for _, w := range g.of(v) {
			s[v][w] = true
		}
	}
	return s
}

// TestKernelIsWhatContractionLeaves: nodes of degree up to two go one by one, and no others.
func TestKernelIsWhatContractionLeaves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := undirected(scatter(rapid.IntRange(0, 200).Draw(t, "nodes"), rapid.Uint64().Draw(t, "seed")))
		first, k := reduce(g)
		left := sets(g)
		for _, v := range first {
			if len(left[v]) > 2 {
				t.Fatalf("node %d has %d neighbours", v, len(left[v]))
			}
			contract(left, v)
		}
		weight := int32(0)
		for i, v := range k.node {
			weight += k.weight[i]
			if len(k.of(int32(i))) != len(left[v]) || len(left[v]) < 3 {
				t.Fatalf("node %d has %d neighbours in the kernel, %d are left", v, len(k.of(int32(i))), len(left[v]))
			}
			for _, w := range k.of(int32(i)) {
				if !left[v][k.node[w]] {
					t.Fatalf("%d and %d are joined in the kernel only", v, k.node[w])
				}
			}
		}
		if len(left) != len(k.node) || len(first)+len(k.node) != g.nodes() || int(weight) > g.nodes() {
			t.Fatalf("%d nodes of weight %d in the kernel, %d left, %d contracted", len(k.node), weight, len(left), len(first))
		}
	})
}

// TestRunsOfRoadBecomeLowTrees: a road of n nodes without a junction.
func TestRunsOfRoadBecomeLowTrees(t *testing.T) {
	const n = 1000
	g := &graph{first: []int32{0}}
	for v := range int32(n) {
		g.head = append(g.head, (v+n-1)%n, (v+1)%n)
		g.first = append(g.first, int32(len(g.head)))
	}
	rank := make([]int32, n)
	first, _ := reduce(g)
	for i, v := range first {
		rank[v] = int32(i)
	}
	if f := measure(g, postOrder(g, rank)); f.maxSpace > 15 {
		t.Errorf("%v", f)
	}
}

// TestPostOrder keeps the hierarchy of the ranks, with each node's largest child right before it.
func TestPostOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := undirected(scatter(rapid.IntRange(1, 60).Draw(t, "nodes"), rapid.Uint64().Draw(t, "seed")))
		nodes := make([]int32, g.nodes())
		for v := range nodes {
			nodes[v] = int32(v)
		}
		nodes = rapid.Permutation(nodes).Draw(t, "ranks")
		rank := make([]int32, len(nodes))
		for r, v := range nodes {
			rank[v] = int32(r)
		}
		order := postOrder(g, rank)
		size, above, left := make([]int, len(nodes)), make([]int32, len(nodes)), sets(g)
		at := make([]int, len(nodes))
		for i, v := range order {
			at[v] = i
		}
		for _, v := range nodes { // the tree by plain contraction in the given ranks
			size[v]++
			above[v] = none
			for w := range left[v] {
				if above[v] == none || rank[w] < rank[above[v]] {
					above[v] = w
				}
			}
			if above[v] != none {
				size[above[v]] += size[v]
			}
			contract(left, v)
		}
		for v, p := range above {
			if p == none {
				continue
			}
			if at[v] >= at[p] || at[v]-size[v]+1 <= at[p]-size[p] {
				t.Fatalf("node %d in place %d with %d below it, its parent %d in place %d with %d", v, at[v], size[v], p, at[p], size[p])
			}
			if before := order[at[p]-1]; above[before] != p || size[before] < size[v] {
				t.Fatalf("node %d stands before %d, but its child %d has the larger tree", before, p, v)
			}
		}
	})
}
