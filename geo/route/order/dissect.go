package order

import (
	"cmp"
	"slices"
)

// Sizes of pieces, in nodes.
const (
	leafSize  = 32   // up to this many are ordered by degree: separators no longer pay
	shareSize = 1000 // from this many on, another processor may help
)

// piece is a part of the kernel that hangs together.
type piece struct {
	graph
	node   []int32   // per node of the piece: its node in the kernel
	weight []int32   // as in the kernel
	x, y   []float32 // positions
}

// dissect gives the nodes of p the ranks from lo on: a separator the last of them, and then each part
// that the separator leaves likewise.
func (d *dissection) dissect(p *piece, lo int32, c *cutter) {
	n := p.nodes()
	if d.ctx.Err() != nil {
		return
	}
	if n <= leafSize {
		d.leaf(p, lo)
		d.placed(n)
		return
	}
	separator := d.separator(p, c)
	if len(separator) == 0 { // nothing separates it: every node is next to nearly every other
		separator = byDegree(&p.graph)
	}
	top := lo + int32(n-len(separator))
	for i, v := range separator {
		d.rank[p.node[v]] = top + int32(i)
	}
	d.placed(len(separator))
	d.parts(p, separator, lo, c)
}

// byDegree returns all nodes, those with the fewest neighbours first.
func byDegree(g *graph) []int32 {
	nodes := make([]int32, g.nodes())
	for v := range nodes {
		nodes[v] = int32(v)
	}
	slices.SortStableFunc(nodes, func(v, w int32) int { return cmp.Compare(len(g.of(v)), len(g.of(w))) })
	return nodes
}

// parts dissects each connected part of p without the separator, giving ranks from lo on.
func (d *dissection) parts(p *piece, separator []int32, lo int32, c *cutter) {
	const unseen, apart = -1, -2
	local := filled[int32](nil, p.nodes(), unseen)
	for _, v := range separator {
		local[v] = apart
	}
	nodes := make([]int32, 0, p.nodes()-len(separator))
	for s := range int32(p.nodes()) {
		if local[s] != unseen {
			continue
		}
		at := len(nodes)
		nodes, local[s] = append(nodes, s), 0
		for i := at; i < len(nodes); i++ {
			for _, w := range p.of(nodes[i]) {
				if local[w] == unseen {
					nodes, local[w] = append(nodes, w), 0
				}
			}
		}
		d.share(p.part(nodes[at:], local), lo+int32(at), c)
	}
}

// share dissects a piece, on another processor where one is idle and the piece worth it.
func (d *dissection) share(p *piece, lo int32, c *cutter) {
	if p.nodes() >= shareSize {
		select {
		case other := <-d.idle:
			d.tasks.Go(func() {
				d.dissect(p, lo, other)
				d.idle <- other
			})
			return
		default:
		}
	}
	d.dissect(p, lo, c)
}

// part returns the part of p with the given nodes. local is scratch, negative for nodes of p that do
// not belong to any part.
func (p *piece) part(nodes, local []int32) *piece {
	slices.Sort(nodes) // neighbours in memory as in p
	n, arcs := len(nodes), 0
	for i, v := range nodes {
		local[v] = int32(i)
		arcs += len(p.of(v))
	}
	q := &piece{node: make([]int32, n), weight: make([]int32, n), x: make([]float32, n), y: make([]float32, n)}
	q.first, q.head = make([]int32, 1, n+1), make([]int32, 0, arcs)
	for i, v := range nodes {
		q.node[i], q.weight[i], q.x[i], q.y[i] = p.node[v], p.weight[v], p.x[v], p.y[v]
		for _, w := range p.of(v) {
			if local[w] >= 0 {
				q.head = append(q.head, local[w])
			}
		}
		q.first = append(q.first, int32(len(q.head)))
	}
	return q
}
