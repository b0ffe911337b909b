package order

// search marks what reaches the sink, and tells whether it gets as far as the source: it then stops
// at the states of the source that are nearest, which are the next starts.
func (f *flow) search() bool {
	f.forget(&f.sink, sinkMarks)
	f.starts = f.starts[:0]
	s := &f.sink
	level := int32(1)
	for i := 0; i < len(s.queue) && len(f.starts) == 0; level++ {
		for end := len(s.queue); i < end; i++ {
			x := s.queue[i]
			v := x / 2
			if !isOut(x) {
				for _, u := range f.g.of(v) {
					if f.mark[u]&sinkOut == 0 {
						f.outLeads(u, level)
					}
				}
				if !f.free(v) && f.mark[v]&sinkOut == 0 {
					f.outLeads(v, level)
				}
				continue
			}
			if f.free(v) {
				f.inLeads(v, level)
				continue
			}
			if f.mark[v]&sinkRim == 0 {
				f.mark[v] |= sinkRim
				s.rim = append(s.rim, v)
			}
			if w := f.next[v]; w >= 0 {
				f.inLeads(w, level)
			}
		}
	}
	return len(f.starts) > 0
}

// outLeads notes that out of a node is so many steps from the sink; in of a free node is no farther.
func (f *flow) outLeads(v, level int32) {
	f.mark[v] |= sinkOut
	f.level[out(v)] = level
	switch {
	case f.fixed[v]&sourceOut != 0:
		f.starts = append(f.starts, out(v))
	case f.free(v):
		f.inLeads(v, level)
		return
	}
	f.sink.queue = append(f.sink.queue, out(v))
}

// inLeads notes that in of a node is so many steps from the sink, unless it was nearer.
func (f *flow) inLeads(v, level int32) {
	if f.mark[v]&sinkIn != 0 {
		return
	}
	f.mark[v] |= sinkIn
	f.level[in(v)] = level
	f.sink.weight += int64(f.weight[v])
	f.sink.queue = append(f.sink.queue, in(v))
	if f.fixed[v]&sourceIn != 0 {
		f.starts = append(f.starts, in(v))
	}
}

// extend adds the paths from a start down the levels to the flow; it tells whether there are at most
// most in all.
func (f *flow) extend(start int32, most int) bool {
	for f.descend(start) {
		f.add()
		if f.units++; f.units > most {
			return false
		}
		if !isOut(start) {
			break
		}
	}
	return true
}

// descend looks for a path from a start to the sink.
func (f *flow) descend(start int32) bool {
	f.path = append(f.path[:0], start)
	for len(f.path) > 0 {
		x := f.path[len(f.path)-1]
		if f.level[x] == 0 {
			return true
		}
		if y := f.step(x); y != none {
			f.path = append(f.path, y)
			continue
		}
		f.level[x] = none // no way from here
		f.path = f.path[:len(f.path)-1]
	}
	return false
}

// step returns a state one step from x and nearer to the sink, or none.
func (f *flow) step(x int32) int32 {
	v, l := x/2, f.level[x]-1
	if !isOut(x) {
		if y := f.level[out(v)]; f.free(v) && f.mark[v]&sinkOut != 0 && 0 <= y && y <= f.level[x] {
			return out(v)
		}
		if u := f.prev[v]; u >= 0 && f.mark[u]&sinkOut != 0 && f.level[out(u)] == l {
			return out(u)
		}
		return none
	}
	for _, w := range f.g.of(v) {
		if f.mark[w]&sinkIn != 0 && f.level[in(w)] == l {
			return in(w)
		}
	}
	if !f.free(v) && f.mark[v]&sinkIn != 0 && f.level[in(v)] == l {
		return in(v)
	}
	return none
}

// add puts the path into the flow.
func (f *flow) add() {
	if x := f.path[0]; !isOut(x) {
		f.prev[x/2] = terminal
	}
	for i, y := range f.path[1:] {
		v, w := f.path[i]/2, y/2
		switch {
		case !isOut(f.path[i]): // to its own out, or back to out of the node before, which goes elsewhere
		case v != w:
			f.next[v], f.prev[w] = w, v
		default: // the path that ran through v now goes elsewhere
			f.prev[v], f.next[v] = none, none
		}
	}
	if x := f.path[len(f.path)-1]; isOut(x) {
		f.next[x/2] = terminal
	}
}

// spread marks what the source reaches.
func (f *flow) spread() {
	s := &f.source
	for i := 0; i < len(s.queue); i++ {
		x := s.queue[i]
		v := x / 2
		switch {
		case isOut(x):
			for _, w := range f.g.of(v) {
				if f.mark[w]&sourceIn == 0 {
					f.inReached(w)
				}
			}
			if !f.free(v) && f.mark[v]&sourceIn == 0 {
				f.inReached(v)
			}
		case f.free(v):
			f.outReached(v)
		default:
			if f.mark[v]&sourceRim == 0 {
				f.mark[v] |= sourceRim
				s.rim = append(s.rim, v)
			}
			if u := f.prev[v]; u >= 0 {
				f.outReached(u)
			}
		}
	}
}

// inReached notes that the source reaches in of a node, and with it out of a free one.
func (f *flow) inReached(v int32) {
	f.mark[v] |= sourceIn
	if f.free(v) {
		f.outReached(v)
		return
	}
	f.source.queue = append(f.source.queue, in(v))
}

// outReached notes that the source reaches out of a node.
func (f *flow) outReached(v int32) {
	if f.mark[v]&sourceOut == 0 {
		f.mark[v] |= sourceOut
		f.source.weight += int64(f.weight[v])
		f.source.queue = append(f.source.queue, out(v))
	}
}
