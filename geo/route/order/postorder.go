package order

import "github.com/nearside-ems/nearside/geo/road"

// postOrder returns the nodes in a post-order of the elimination tree of the given ranks, which makes
// the same hierarchy. Each node's largest child comes right before it, so that climbing the tree runs
// mostly along neighbouring memory.
func postOrder(g *graph, rank []int32) []road.Node {
	n := g.nodes()
	node := make([]int32, n)
	for v, r := range rank {
		node[r] = int32(v)
	}
	parent := eliminationTree(g, rank, node)
	size := filled[int32](nil, n+1, 1)       // of subtrees, by rank; n stands above all roots
	largest := filled[int32](nil, n+1, none) // child
	for r, p := range parent {
		size[p] += size[r]
		if l := largest[p]; l == none || size[l] < size[r] {
			largest[p] = int32(r)
		}
	}
	// A subtree takes the places up to its root's; free is the first of them without a child in it.
	at, free := make([]int32, n+1), make([]int32, n+1)
	at[n] = int32(n)
	order := make([]road.Node, n)
	for r := n - 1; r >= 0; r-- {
		p := parent[r]
		if at[r] = at[p] - 1; largest[p] != int32(r) {
			at[r] = free[p] + size[r] - 1
			free[p] += size[r]
		}
		free[r] = at[r] - size[r] + 1
		order[at[r]] = road.Node(node[r])
	}
	return order
}

// eliminationTree returns the parent of each rank, the lowest of its neighbours above it once the ranks
// below it are contracted; n where there is none. Liu (1986), with path compression.
func eliminationTree(g *graph, rank, node []int32) []int32 {
	n := int32(len(node))
	parent, ancestor := filled(nil, int(n), n), filled(nil, int(n), n)
	for r := range n {
		for _, w := range g.of(node[r]) {
			for c := rank[w]; c < r; {
				next := ancestor[c]
				ancestor[c] = r
				if next == n {
					parent[c] = r
				}
				c = next
			}
		}
	}
	return parent
}
