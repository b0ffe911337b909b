package order

// flow finds node-disjoint paths from a source side to a sink side of a graph, as many as there are,
// and with them the smallest separators: Dinic (1970) on the graph in which each node is split into
// the ends in and out, joined by an arc of capacity one. Since at most one path runs through a node,
// the whole flow is the node before and the node after on that path.
//
// A state is an end of a node: 2v is in of node v, 2v+1 its out. From in of a free node, through which
// no path runs, one step leads to its out; from in of another back along its path; from out to in of
// every neighbour, and back to in where a path runs.
type flow struct {
	g            *graph
	weight       []int32 // per node
	prev, next   []int32 // per node: its neighbours on the path through it
	mark         []uint8 // per node: which states each side reaches, as of the last searches
	fixed        []uint8 // per node: which states are terminals
	level        []int32 // per state marked for the sink: how many steps it is away
	path, starts []int32 // states of a path that is looked for, and those from which there may be one
	source, sink side
	units        int // paths found
}

// side is one of the two sides between which the flow runs.
type side struct {
	// queue holds a state of every node that a search meets: first the open terminals, those from which
	// a search has to start, since what the others reach is terminal too.
	queue     []int32
	open      int
	weight    int64   // of the nodes beyond the separator, seen from the other side
	settled   int64   // of those that are terminal
	rim       []int32 // nodes with a path that the side reaches
	separator []int32 // nodes
}

// What a mark says.
const (
	sourceIn    = 1 << iota // the source reaches in
	sourceOut               // the source reaches out
	sinkIn                  // in reaches the sink
	sinkOut                 // out reaches the sink
	sourceRim               // the node is in source.rim
	sinkRim                 // the node is in sink.rim
	sourceMarks = sourceIn | sourceOut
	sinkMarks   = sinkIn | sinkOut
)

// Values of prev and next beside nodes.
const (
	none     = -1 // no path runs here
	terminal = -2 // the path starts or ends here
)

func in(v int32) int32            { return 2 * v }
func out(v int32) int32           { return 2*v + 1 }
func isOut(x int32) bool          { return x&1 == 1 }
func (f *flow) free(v int32) bool { return f.prev[v] == none }

// reset prepares the flow for a graph, with nothing on either side.
func (f *flow) reset(g *graph, weight []int32) {
	n := g.nodes()
	f.g, f.weight, f.units = g, weight, 0
	f.prev, f.next = filled(f.prev, n, none), filled(f.next, n, none)
	f.mark, f.fixed = filled(f.mark, n, 0), filled(f.fixed, n, 0)
	f.level = filled(f.level, 2*n, 0)
	for _, s := range []*side{&f.source, &f.sink} {
		*s = side{queue: s.queue[:0], rim: s.rim[:0], separator: s.separator[:0]}
	}
}

// filled returns a slice of n equal values, in the memory of v where that is long enough.
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

// maximise adds paths until there are no more and tells whether there are at most most in all. What
// either side reaches is then marked.
func (f *flow) maximise(most int) bool {
	for f.search() {
		for _, s := range f.starts {
			if !f.extend(s, most) {
				return false
			}
		}
	}
	f.forget(&f.source, sourceMarks)
	f.spread()
	return true
}

// growSource makes terminal all that the source reaches, and node v of the separator next to it.
func (f *flow) growSource(v int32, most int) bool {
	f.settle(&f.source, sourceMarks, v, out(v))
	f.mark[v] |= sourceOut
	f.fixed[v] |= sourceOut
	if f.mark[v]&sinkOut == 0 {
		f.spread()
		return true
	}
	return f.extend(out(v), most) && f.maximise(most)
}

// growSink is growSource for the other side.
func (f *flow) growSink(v int32, most int) bool {
	f.settle(&f.sink, sinkMarks, v, in(v))
	f.mark[v] |= sinkIn
	f.fixed[v] |= sinkIn
	f.level[in(v)] = 0
	if f.mark[v]&sourceIn == 0 {
		f.search()
		return true
	}
	return f.maximise(most)
}

// settle makes terminal what a side reaches, and counts node v in; from then on the side's searches
// start at one state.
func (f *flow) settle(s *side, marks uint8, v, open int32) {
	for _, x := range s.queue {
		f.fixed[x/2] |= f.mark[x/2] & marks
	}
	s.queue, s.open = append(s.queue[:0], open), 1
	s.weight += int64(f.weight[v])
	s.settled = s.weight
}

// forget takes back what a side reaches beyond its terminals.
func (f *flow) forget(s *side, marks uint8) {
	for _, x := range s.queue[s.open:] {
		f.mark[x/2] = f.mark[x/2]&^marks | f.fixed[x/2]&marks
	}
	s.queue, s.weight = s.queue[:s.open], s.settled
}
