package order

// flow finds node-disjoint paths from a source side to a sink side of a graph, as many as there are,
// and with them the smallest separators: Dinic (1970) on the graph in which each node is split into
// the ends in and out, joined by an arc of capacity one. Since at most one path runs through a node,
// the whole flow is the node before and the node after on that path.
//
// A state is an end of a node: 2v is in of node v, 2v+1 its out.
type flow struct {
	g            *graph
	weight       []int32 // per node
	prev, next   []int32 // per node: its neighbours on the path through it
	mark         []uint8 // per node: which states each side reaches, as of the last search
	fixed        []uint8 // per node: which states are terminals
	level        []int32 // per state that the sink side reaches: residual steps to it
	arc          []int32 // per node: the next arc to try out of it
	queue, path  []int32 // of states
	starts       []int32 // states from which the next paths start
	source, sink side
	units        int // paths found
}

// side is one of the two sides between which the flow runs.
type side struct {
	open      []int32 // terminals from which a search has to start: what the others reach is terminal too
	reached   []int32 // states that are reached and not terminal
	rim       []int32 // nodes, a superset of the separator next to this side
	separator []int32
	weight    int64 // of the nodes beyond the separator
	settled   int64 // of those that are terminal
}

// What a mark says.
const (
	sourceIn  = 1 << iota // the source reaches in
	sourceOut             // the source reaches out
	sinkIn                // in reaches the sink
	sinkOut               // out reaches the sink
	sourceRim             // the node is in source.rim
	sinkRim               // the node is in sink.rim
)

// Values of prev and next beside nodes.
const (
	none     = -1 // no path runs here
	terminal = -2 // the path starts or ends here
)

func in(v int32) int32            { return 2 * v }
func out(v int32) int32           { return 2*v + 1 }
func isOut(s int32) bool          { return s&1 == 1 }
func sourceBit(s int32) uint8     { return sourceIn << (s & 1) }
func sinkBit(s int32) uint8       { return sinkIn << (s & 1) }
func (f *flow) free(v int32) bool { return f.prev[v] == none }

// reset prepares the flow for a graph, with nothing on either side.
func (f *flow) reset(g *graph, weight []int32) {
	n := g.nodes()
	f.g, f.weight, f.units = g, weight, 0
	f.prev, f.next = filled(f.prev, n, none), filled(f.next, n, none)
	f.mark, f.fixed = filled(f.mark, n, 0), filled(f.fixed, n, 0)
	f.level, f.arc = filled(f.level, 2*n, -1), filled(f.arc, n, 0)
	f.source.clear()
	f.sink.clear()
}

func (s *side) clear() {
	*s = side{open: s.open[:0], reached: s.reached[:0], rim: s.rim[:0], separator: s.separator[:0]}
}

// filled returns a slice of n equal values in the memory of v where that is long enough.
func filled[T any](v []T, n int, x T) []T {
	if cap(v) < n {
		v = make([]T, n)
	}
	v = v[:n]
	for i := range v {
		v[i] = x
	}
	return v
}

// maximise adds paths until there are no more and tells whether there were at most most. What either
// side reaches is then complete.
func (f *flow) maximise(most int) bool {
	before := f.units
	for f.search() {
		for _, s := range f.starts {
			for f.extend(s) {
				if f.units++; f.units > most {
					return false
				}
				if !isOut(s) {
					break
				}
			}
		}
	}
	if f.units > before || len(f.source.reached) == 0 {
		f.forgetSource()
		f.queue = append(f.queue[:0], f.source.open...)
		f.spread()
	}
	return true
}

// forgetSource takes back what the source reaches beyond its terminals.
func (f *flow) forgetSource() {
	for _, x := range f.source.reached {
		f.mark[x/2] &^= sourceBit(x)
	}
	f.source.reached, f.source.weight = f.source.reached[:0], f.source.settled
}

func (f *flow) forgetSink() {
	for _, x := range f.sink.reached {
		f.mark[x/2] &^= sinkBit(x)
		f.level[x] = -1
	}
	f.sink.reached, f.sink.weight = f.sink.reached[:0], f.sink.settled
}

// growSource makes terminal all that the source reaches, and node v of the separator next to it.
func (f *flow) growSource(v int32, most int) bool {
	for _, x := range f.source.reached {
		f.fixed[x/2] |= sourceBit(x)
	}
	f.source.reached, f.source.settled = f.source.reached[:0], f.source.weight
	f.mark[v] |= sourceOut
	f.fixed[v] |= sourceOut
	f.source.open = append(f.source.open[:0], out(v))
	f.queue = append(f.queue[:0], out(v))
	return !f.spread() || f.maximise(most)
}

// growSink is growSource for the other side.
func (f *flow) growSink(v int32, most int) bool {
	for _, x := range f.sink.reached {
		f.fixed[x/2] |= sinkBit(x)
		f.level[x] = -1
	}
	f.sink.reached, f.sink.settled = f.sink.reached[:0], f.sink.weight
	f.mark[v] |= sinkIn
	f.fixed[v] |= sinkIn
	f.sink.open = append(f.sink.open[:0], in(v))
	return f.maximise(most)
}

// search finds the residual distances to the sink, as far as the nearest starts, and tells whether
// there are any.
func (f *flow) search() bool {
	f.forgetSink()
	f.starts, f.queue = f.starts[:0], f.queue[:0]
	for _, x := range f.sink.open {
		f.level[x] = 0
		f.queue = append(f.queue, x)
		if !isOut(x) {
			f.sink.weight += int64(f.weight[x/2])
		}
	}
	for i := 0; i < len(f.queue); i++ {
		x := f.queue[i]
		l := f.level[x] + 1
		if len(f.starts) > 0 && l > f.level[f.starts[0]] {
			return true
		}
		if v := x / 2; x&1 == 0 {
			for _, u := range f.g.of(v) {
				f.leads(out(u), l)
			}
			if !f.free(v) {
				f.leads(out(v), l)
			}
		} else {
			if f.free(v) {
				f.leads(in(v), l)
			} else if f.mark[v]&sinkRim == 0 {
				f.mark[v] |= sinkRim
				f.sink.rim = append(f.sink.rim, v)
			}
			if w := f.next[v]; w >= 0 {
				f.leads(in(w), l)
			}
		}
	}
	return len(f.starts) > 0
}

// leads notes that a state is l residual steps from the sink, unless it was nearer.
func (f *flow) leads(x int32, l int32) {
	v, bit := x/2, sinkBit(x)
	if f.mark[v]&bit != 0 {
		return
	}
	f.mark[v] |= bit
	f.level[x] = l
	f.sink.reached = append(f.sink.reached, x)
	if f.fixed[v]&sourceBit(x) != 0 {
		f.starts = append(f.starts, x)
	} else {
		f.queue = append(f.queue, x)
	}
	if x&1 == 0 {
		f.sink.weight += int64(f.weight[v])
	} else {
		f.arc[v] = f.g.first[v]
	}
}

// extend finds a path from a start down the levels and adds it to the flow.
func (f *flow) extend(start int32) bool {
	f.path = append(f.path[:0], start)
	for len(f.path) > 0 {
		x := f.path[len(f.path)-1]
		if f.level[x] == 0 {
			f.add()
			return true
		}
		if y := f.step(x); y >= 0 {
			f.path = append(f.path, y)
			continue
		}
		f.level[x] = -1
		f.path = f.path[:len(f.path)-1]
	}
	return false
}

// step returns a state one residual step from x and one nearer to the sink, or none.
func (f *flow) step(x int32) int32 {
	v, l := x/2, f.level[x]-1
	if x&1 == 0 {
		y := out(v)
		if !f.free(v) {
			if f.prev[v] < 0 {
				return none
			}
			y = out(f.prev[v])
		}
		if f.level[y] == l {
			return y
		}
		return none
	}
	for ; f.arc[v] < f.g.first[v+1]; f.arc[v]++ {
		if y := in(f.g.head[f.arc[v]]); f.level[y] == l {
			return y
		}
	}
	if !f.free(v) && f.level[in(v)] == l {
		return in(v)
	}
	return none
}

// add puts the path into the flow.
func (f *flow) add() {
	if x := f.path[0]; x&1 == 0 {
		f.prev[x/2] = terminal
	}
	for i, y := range f.path[1:] {
		x := f.path[i]
		v, w := x/2, y/2
		switch {
		case x&1 == 1 && y&1 == 0 && v != w:
			f.next[v], f.prev[w] = w, v
		case x&1 == 1 && v == w: // the path through v now goes elsewhere
			f.prev[v], f.next[v] = none, none
		}
	}
	if x := f.path[len(f.path)-1]; x&1 == 1 {
		f.next[x/2] = terminal
	}
}

// spread searches on from the states in the queue for what the source reaches; it tells whether that
// meets what reaches the sink.
func (f *flow) spread() bool {
	for i := 0; i < len(f.queue); i++ {
		x := f.queue[i]
		v := x / 2
		if f.mark[v]&sinkBit(x) != 0 {
			return true
		}
		switch {
		case x&1 == 1:
			f.source.weight += int64(f.weight[v])
			for _, w := range f.g.of(v) {
				f.reach(in(w))
			}
			if !f.free(v) {
				f.reach(in(v))
			}
		case f.free(v):
			f.reach(out(v))
		default:
			if f.mark[v]&sourceRim == 0 {
				f.mark[v] |= sourceRim
				f.source.rim = append(f.source.rim, v)
			}
			if u := f.prev[v]; u >= 0 {
				f.reach(out(u))
			}
		}
	}
	return false
}

func (f *flow) reach(x int32) {
	if v, bit := x/2, sourceBit(x); f.mark[v]&bit == 0 {
		f.mark[v] |= bit
		f.source.reached = append(f.source.reached, x)
		f.queue = append(f.queue, x)
	}
}
