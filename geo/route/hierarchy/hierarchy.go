package hierarchy

import (
	"errors"
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// Rank is a node's place in the order, 0 for the node contracted first. All of this package's slices
// of one entry a node are by rank: nodes that are searched together lie together.
type Rank uint32

// None is the parent of a root.
const None Rank = 1<<32 - 1

// Edge is a position in Hierarchy.Head and the other slices of one entry an edge. An edge joins two
// nodes, whichever way may be driven; it leads up, from its lower node to its higher.
type Edge uint32

// Hierarchy is a graph with the edges that contracting its nodes in order adds: any two higher
// neighbours of a node are neighbours. It is immutable and safe to share.
type Hierarchy struct {
	Rank   []Rank      // per road.Node
	Node   []road.Node // per rank
	Parent []Rank      // per rank: the lowest higher neighbour, None for a root; the elimination tree
	First  []Edge      // ranks + 1: the edges up from rank x are First[x] to First[x+1]-1
	Head   []Rank      // per edge: its higher node, ascending among the edges of a node

	graph  *road.Graph
	placed []placedArc // per road.Arc

	// The higher neighbours of a node are among its ancestors, of which no two have the same depth.
	depth  []uint32 // per edge: the number of ancestors of its higher node
	height int      // more than any depth

	// The same edges by their higher node, ascending by their lower: those of rank y are
	// lower[firstLower[y]] to lower[firstLower[y+1]-1].
	firstLower []uint32
	lower      []lowerEdge
}

// lowerEdge is an edge with its lower node.
type lowerEdge struct {
	edge Edge
	tail Rank
}

// placedArc is the edge that an arc runs along, times two, plus one where it runs down.
type placedArc uint32

// loop is where an arc that ends where it starts is placed.
const loop placedArc = 1<<32 - 1

func (p placedArc) edge() Edge { return Edge(p >> 1) }
func (p placedArc) down() bool { return p&1 != 0 }

// New contracts a graph in an order of its nodes, first to last. Ranks follow the order where one node's
// place matters to another's: the nodes below one in the elimination tree have the ranks just before
// its. New keeps g, and fails where order is not a permutation of the nodes.
func New(g *road.Graph, order []road.Node) (*Hierarchy, error) {
	n := g.Nodes()
	if len(order) != n {
		return nil, fmt.Errorf("hierarchy: an order of %d nodes for a graph of %d", len(order), n)
	}
	h := &Hierarchy{Rank: slices.Repeat([]Rank{None}, n), Node: slices.Clone(order), graph: g}
	for r, v := range order {
		if int(v) >= n || h.Rank[v] != None {
			return nil, errors.New("hierarchy: the order is not a permutation of the nodes")
		}
		h.Rank[v] = Rank(r)
	}
	h.renumber()
	h.contract()
	h.sort()
	h.measure()
	h.place()
	return h, nil
}

// Nodes returns the number of nodes.
func (h *Hierarchy) Nodes() int { return len(h.Node) }

// Edges returns the number of edges.
func (h *Hierarchy) Edges() int { return len(h.Head) }

// measure finds the depths of the edges.
func (h *Hierarchy) measure() {
	depth := make([]uint32, h.Nodes())
	for x := h.Nodes() - 1; x >= 0; x-- {
		if p := h.Parent[x]; p != None {
			depth[x] = depth[p] + 1
		}
		h.height = max(h.height, int(depth[x])+1)
	}
	h.depth = make([]uint32, h.Edges())
	for e, y := range h.Head {
		h.depth[e] = depth[y]
	}
}

// place finds the edge of every arc.
func (h *Hierarchy) place() {
	g := h.graph
	h.placed = make([]placedArc, g.Arcs())
	for v, x := range h.Rank {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			switch y := h.Rank[g.Head[a]]; {
			case x < y:
				h.placed[a] = placedArc(h.find(x, y) << 1)
			case x > y:
				h.placed[a] = placedArc(h.find(y, x)<<1 | 1)
			default:
				h.placed[a] = loop
			}
		}
	}
}
