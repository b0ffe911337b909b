package order

import (
	"context"
	"math"
	"runtime"
	"sync"

	"github.com/nearside-ems/nearside/geo/road"
)

// NestedDissection returns the nodes of the network in the order in which a hierarchy contracts them,
// lowest rank first. It looks at which nodes are joined and where they lie, not at directions or times,
// so that one order serves every profile. The order is a post-order of its elimination tree: a node's
// descendants come right before it, those of its largest child last. It is the same on any number of
// processors; all of them are used.
//
// progress, where it is not nil, is told how many of the nodes have their place; calls do not overlap.
// The only error is that of a context that ends.
func NestedDissection(ctx context.Context, g *road.Graph, progress func(done, total int)) ([]road.Node, error) {
	whole := undirected(g)
	first, rest := reduce(whole)
	d := &dissection{ctx: ctx, kernel: rest, rank: filled[int32](nil, rest.nodes(), none), local: make([]int32, rest.nodes())}
	d.progress, d.done, d.total = progress, len(first), g.Nodes()
	d.run(place(g, rest.node))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	rank := make([]int32, g.Nodes())
	for i, v := range first {
		rank[v] = int32(i)
	}
	for i, v := range rest.node {
		rank[v] = int32(len(first)) + d.rank[i]
	}
	return postOrder(whole, rank), nil
}

// place returns positions of nodes on a plane; only their proportions matter.
func place(g *road.Graph, nodes []int32) (x, y []float32) {
	cos := float32(math.Cos(51.5 * math.Pi / 180))
	x, y = make([]float32, len(nodes)), make([]float32, len(nodes))
	for i, v := range nodes {
		x[i], y[i] = g.Lon[v]*cos, g.Lat[v]-51.5
	}
	return x, y
}

// dissection is the work under way.
type dissection struct {
	ctx    context.Context
	kernel *kernel
	rank   []int32      // per node of the kernel: its place, or none so far
	local  []int32      // per node of the kernel: its number in the leaf that is being ordered
	idle   chan *cutter // no more than there are processors
	tasks  sync.WaitGroup

	mu          sync.Mutex
	progress    func(done, total int)
	done, total int
}

func (d *dissection) run(x, y []float32) {
	n := d.kernel.nodes()
	p := &piece{graph: d.kernel.graph, node: make([]int32, n), weight: d.kernel.weight, x: x, y: y}
	for v := range p.node {
		p.node[v] = int32(v)
	}
	d.idle = make(chan *cutter, runtime.GOMAXPROCS(0))
	for range cap(d.idle) {
		d.idle <- &cutter{}
	}
	c := <-d.idle
	d.parts(p, nil, 0, c)
	d.idle <- c
	d.tasks.Wait()
}

// placed tells progress that n more nodes have their place.
func (d *dissection) placed(n int) {
	if d.progress == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.done += n
	d.progress(d.done, d.total)
}
