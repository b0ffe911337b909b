package hierarchy

import "math/bits"

// few is the number of edges up a node from which on it has blocks; fewer are looked through.
const few = 8

// block is 64 depths, and the edges from a node to ancestors at them.
type block struct {
	has   uint64 // bit i: there is an edge to the ancestor at the i-th depth
	first Edge   // of those; or of the next, higher ones
}

// depthOf returns the number of ancestors of a node.
func (h *Hierarchy) depthOf(x Rank) uint32 {
	if h.Parent[x] == None {
		return 0
	}
	return h.depth[h.First[x]] + 1
}

// find returns the edge from a node up to its neighbour at a depth.
func (h *Hierarchy) find(x Rank, depth uint32) Edge {
	if b := h.firstBlock[x]; b < h.firstBlock[x+1] {
		b := &h.block[b+depth/64]
		return b.first + Edge(bits.OnesCount64(b.has>>(depth%64)>>1)) // deeper ones come first
	}
	e := h.First[x]
	for h.depth[e] != depth {
		e++
	}
	return e
}

// measure finds the depths of the edges, and the blocks.
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
	h.firstBlock = make([]uint32, h.Nodes()+1)
	for x := range h.Nodes() {
		if h.First[x+1]-h.First[x] >= few {
			h.block = append(h.block, make([]block, depth[x]/64+1)...)
			h.fill(h.block[h.firstBlock[x]:], h.First[x], h.First[x+1])
		}
		h.firstBlock[x+1] = uint32(len(h.block))
	}
}

// fill fills in the blocks of a node with edges from first to end-1.
func (h *Hierarchy) fill(blocks []block, first, end Edge) {
	for e := first; e < end; e++ {
		blocks[h.depth[e]/64].has |= 1 << (h.depth[e] % 64)
	}
	for i := len(blocks) - 1; i >= 0; i-- {
		blocks[i].first = first
		first += Edge(bits.OnesCount64(blocks[i].has))
	}
}
