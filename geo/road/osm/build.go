package osm

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/geo/road"
)

// arc is one direction of a chain, until the graph stands.
type arc struct {
	tail, head uint32 // positions in input.ids, then nodes
	chain      uint32
	forward    bool
	class      road.Class
}

// against tells whether two arcs are the two directions of one road.
func (a *arc) against(b *arc) bool { return a.chain == b.chain && a.forward != b.forward }

type builder struct {
	in                *input
	chains            []chain
	arcs              []arc   // sorted by tail
	node              []int32 // per id: the node, -1 where it is none
	ids               []int64 // per node: its id
	graph             *road.Graph
	edges             *road.Edges
	firstWay, lastWay []uint32 // per arc
}

// build turns the chains into a graph of its largest strongly connected component.
func build(in *input, chains []chain) (*Result, error) {
	b := &builder{in: in, chains: chains}
	b.collect()
	if err := b.connect(); err != nil {
		return nil, err
	}
	b.fill()
	roads := road.Roads{Graph: b.graph, Edges: b.edges}
	var err error
	if in.report.Splits, err = roads.ForbidTurns(b.turns()); err != nil {
		return nil, err
	}
	in.report.Nodes, in.report.Arcs = b.graph.Nodes(), b.graph.Arcs()
	return &Result{roads, in.report}, nil
}

// collect makes an arc of each open direction of each chain.
func (b *builder) collect() {
	for i := range b.chains {
		c := &b.chains[i]
		if c.rule.forward != closed {
			b.arcs = append(b.arcs, arc{c.first(), c.last(), uint32(i), true, c.rule.forward})
		}
		if c.rule.backward != closed {
			b.arcs = append(b.arcs, arc{c.last(), c.first(), uint32(i), false, c.rule.backward})
		}
	}
}

// connect keeps the arcs of the largest part of the network within which everyone can drive from
// everywhere to everywhere, and of the bus-only roads those that lead from it and back to it.
func (b *builder) connect() error {
	before := len(b.arcs)
	nodesBefore := b.number()
	metres := b.metres()
	core := b.keep(func(a *arc) bool { return a.class == road.BusOnly }, &b.in.report.Components)
	b.arcs = slices.DeleteFunc(b.arcs, func(a arc) bool {
		return a.class != road.BusOnly && (!core[a.tail] || !core[a.head])
	})
	var all int
	whole := b.keep(func(*arc) bool { return false }, &all)
	b.arcs = slices.DeleteFunc(b.arcs, func(a arc) bool { return !whole[a.tail] || !whole[a.head] })
	if !slices.ContainsFunc(b.arcs, func(a arc) bool { return a.class != road.BusOnly }) {
		return ErrNoRoads
	}
	b.restore()
	after := b.number()
	b.in.report.Dropped = Dropped{Nodes: nodesBefore - after, Arcs: before - len(b.arcs), Metres: metres - b.metres()}
	return nil
}

// keep tells which nodes lie in the largest strongly connected component.
func (b *builder) keep(skip func(*arc) bool, components *int) []bool {
	firstOut, head := b.rows()
	component, size := road.Components(firstOut, head, func(a road.Arc) bool { return skip(&b.arcs[a]) })
	*components = len(size)
	best := 0
	for c, n := range size {
		if n > size[best] {
			best = c
		}
	}
	in := make([]bool, len(component))
	for v, c := range component {
		in[v] = int(c) == best
	}
	return in
}

// number gives the ends of the arcs node numbers, in the order of their ids, and sorts the arcs by tail.
func (b *builder) number() int {
	b.node = make([]int32, len(b.in.ids))
	for _, a := range b.arcs {
		b.node[a.tail], b.node[a.head] = 1, 1
	}
	b.ids = b.ids[:0]
	for i, used := range b.node {
		b.node[i] = -1
		if used == 1 {
			b.node[i] = int32(len(b.ids))
			b.ids = append(b.ids, b.in.ids[i])
		}
	}
	for i := range b.arcs {
		a := &b.arcs[i]
		a.tail, a.head = uint32(b.node[a.tail]), uint32(b.node[a.head])
	}
	slices.SortStableFunc(b.arcs, func(x, y arc) int { return int(x.tail) - int(y.tail) })
	return len(b.ids)
}

// restore undoes number.
func (b *builder) restore() {
	for i := range b.arcs {
		a := &b.arcs[i]
		c := &b.chains[a.chain]
		a.tail, a.head = c.first(), c.last()
		if !a.forward {
			a.tail, a.head = a.head, a.tail
		}
	}
}

// rows returns the arcs in compressed sparse rows.
func (b *builder) rows() (firstOut []road.Arc, head []road.Node) {
	firstOut = make([]road.Arc, len(b.ids)+1)
	head = make([]road.Node, len(b.arcs))
	for i, a := range b.arcs {
		firstOut[a.tail+1]++
		head[i] = road.Node(a.head)
	}
	for v := range b.ids {
		firstOut[v+1] += firstOut[v]
	}
	return firstOut, head
}

func (b *builder) metres() (sum float64) {
	for _, a := range b.arcs {
		sum += b.length(&b.chains[a.chain])
	}
	return sum
}

func (b *builder) length(c *chain) (sum float64) {
	for i := 1; i < len(c.nodes); i++ {
		sum += road.Metres(b.in.points[c.nodes[i-1]], b.in.points[c.nodes[i]])
	}
	return sum
}

// nodeOf returns the graph's node of a node id of the file.
func (b *builder) nodeOf(id int64) (road.Node, bool) {
	n, ok := slices.BinarySearch(b.ids, id)
	return road.Node(n), ok
}

// fill makes the graph and its edges.
func (b *builder) fill() {
	firstOut, head := b.rows()
	n := len(b.arcs)
	b.graph = &road.Graph{FirstOut: firstOut, Head: head, Base: make([]road.Millis, n), Metres: make([]float32, n),
		Class: make([]road.Class, n), Zone: make([]road.Zone, n)}
	for i, v := range b.node {
		if v >= 0 {
			p := b.in.points[i]
			b.graph.Lon, b.graph.Lat = append(b.graph.Lon, float32(p.Lon())), append(b.graph.Lat, float32(p.Lat()))
		}
	}
	b.firstWay, b.lastWay = make([]uint32, n), make([]uint32, n)
	meet := b.meeting()
	for i := range b.arcs {
		b.fillArc(i, meet)
	}
	b.fillEdges()
}

// meeting counts, per node and class, the ends of roads that meet there.
func (b *builder) meeting() [][road.Classes]int {
	count := make([][road.Classes]int, len(b.ids))
	seen := make([]bool, len(b.chains))
	for _, a := range b.arcs {
		if !seen[a.chain] {
			seen[a.chain] = true
			count[a.tail][a.class]++
			count[a.head][a.class]++
		}
	}
	return count
}

// delays tells whether a road of class c waits at a junction: where it meets a better road, or a
// road of its class other than its own continuation. A main road passes side streets freely.
func delays(meet *[road.Classes]int, c road.Class) bool {
	better := 0
	for k := range c {
		better += meet[k]
	}
	return better > 0 || meet[c] > 2
}

func (b *builder) fillArc(i int, meet [][road.Classes]int) {
	a, g := &b.arcs[i], b.graph
	c := &b.chains[a.chain]
	length := b.length(c)
	g.Metres[i], g.Class[i] = float32(length), a.class
	g.Zone[i] = b.in.settings.Zone(b.in.points[c.nodes[len(c.nodes)/2]])
	g.Base[i] = b.base(length, a.class, g.Zone[i], c.rule.limit, delays(&meet[a.head], a.class))
	b.firstWay[i], b.lastWay[i] = c.firstWay, c.lastWay
	if !a.forward {
		b.firstWay[i], b.lastWay[i] = c.lastWay, c.firstWay
	}
	b.in.report.ClassArcs[a.class]++
	b.in.report.ClassMetres[a.class] += length
}

// base is the time along an arc at the reference: at the class's speed or the limit where that is
// lower, with the delay of the junction at its end. Signals are not counted one by one: the mean
// delay by class holds them.
func (b *builder) base(metres float64, c road.Class, z road.Zone, limit float32, junction bool) road.Millis {
	kmh := b.in.settings.Speeds.Reference(c, z)
	if limit > 0 {
		kmh = min(kmh, float64(limit))
	}
	t := road.Millis(math.Round(metres / kmh * 3600))
	if junction {
		t = t.Add(b.in.settings.Speeds.Junction(c))
	}
	return t
}

// fillEdges pairs the arcs of each chain and keeps its shape and the name of its street.
func (b *builder) fillEdges() {
	e := &road.Edges{First: []uint32{0}, Names: []string{""}}
	name := make([]uint32, len(b.in.streets)) // in e.Names, of those that kept roads have
	edge := make([]int32, len(b.chains))      // 1 + edge
	for i, a := range b.arcs {
		if k := edge[a.chain]; k > 0 {
			e.Backward[k-1] = road.Arc(i)
			continue
		}
		e.Forward, e.Backward = append(e.Forward, road.Arc(i)), append(e.Backward, road.Arc(i))
		edge[a.chain] = int32(len(e.Forward))
		street := b.chains[a.chain].rule.street
		if street > 0 && name[street] == 0 {
			name[street] = uint32(len(e.Names))
			e.Names = append(e.Names, b.in.streets[street])
		}
		e.Name = append(e.Name, name[street])
		for _, p := range b.shape(a) {
			e.Lon, e.Lat = append(e.Lon, float32(p.Lon())), append(e.Lat, float32(p.Lat()))
		}
		e.First = append(e.First, uint32(len(e.Lon)))
	}
	b.edges = e
}

// shape returns the points along an arc.
func (b *builder) shape(a arc) []orb.Point {
	var out []orb.Point
	for _, n := range b.chains[a.chain].nodes {
		out = append(out, b.in.points[n])
	}
	if !a.forward {
		slices.Reverse(out)
	}
	return out
}
