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

	firstBlock []uint32 // ranks + 1: the blocks of rank x are block[firstBlock[x]] to block[firstBlock[x+1]-1]
	block      []block
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

// New contracts a graph in an order of its nodes, lowest rank first. It keeps g. It fails where order is
// not a permutation of the nodes. Everything is fastest where what lies below a node in the elimination
// tree comes right before it.
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

// place finds the edge of every arc.
func (h *Hierarchy) place() {
	g := h.graph
	h.placed = make([]placedArc, g.Arcs())
	for v, x := range h.Rank {
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			switch y := h.Rank[g.Head[a]]; {
			case x < y:
				h.placed[a] = placedArc(h.find(x, h.depthOf(y)) << 1)
			case x > y:
				h.placed[a] = placedArc(h.find(y, h.depthOf(x))<<1 | 1)
			default:
				h.placed[a] = loop
			}
		}
	}
}
