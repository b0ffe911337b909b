package route

import "github.com/nearside-ems/nearside/geo/road"

// Finder answers queries on one metric by Dijkstra's search (1959). It is scratch space: one for each
// goroutine, used again and again. It allocates 16 bytes a node when made, and in a query only where
// more cars or places are given, or the search's front is wider, than in any query before.
type Finder struct {
	m      *Metric
	q      queue
	stands stands
	one    [1]road.Spot
}

// NewFinder returns a Finder on a metric.
func NewFinder(m *Metric) *Finder {
	n := m.Network.Graph.Nodes()
	return &Finder{m: m, q: queue{label: make([]label, n)}, stands: stands{label: make([]stand, n)}}
}

// Metric returns the metric that the Finder searches.
func (f *Finder) Metric() *Metric { return f.m }

// Found is a car that can reach a call.
type Found struct {
	Car  int // position in the cars given
	Time road.Millis
}

// Nearest overwrites dst with the k cars that reach the call first, soonest first and ties by
// position; fewer where fewer can reach it at all. It searches backward from the call and stops when
// no further car can be sooner than the k-th.
func (f *Finder) Nearest(call road.Spot, cars []road.Spot, k int, dst []Found) []Found {
	dst = dst[:0]
	if k <= 0 {
		return dst
	}
	f.stands.reset()
	for c := range cars {
		for i := range cars[c].Leaves {
			f.stands.add(cars[c].Leave[i].Node, c, i)
		}
		dst = improve(dst, k, Found{c, f.m.direct(&cars[c], &call)})
	}
	f.q.reset()
	for i := range call.Reaches {
		f.q.offer(call.Reach[i].Node, f.m.time(&call.Reach[i]))
	}
	in := f.m.Network.incoming()
	for {
		v, t, ok := f.q.next()
		if !ok || len(dst) == k && t > dst[k-1].Time {
			return dst
		}
		for e := f.stands.at(v); e != 0; e = f.stands.entry[e-1].next {
			s := &f.stands.entry[e-1]
			dst = improve(dst, k, Found{s.spot, t.Add(f.m.time(&cars[s.spot].Leave[s.link]))})
		}
		for i := in.first[v]; i < in.first[v+1]; i++ {
			f.q.offer(in.tail[i], t.Add(f.m.Weight[in.arc[i]]))
		}
	}
}

// improve puts a car into the at most k best, each car once, sorted by time and position.
func improve(best []Found, k int, x Found) []Found {
	if x.Time == road.Unreachable || len(best) == k && !before(x, best[k-1]) {
		return best
	}
	at := len(best)
	for i := range best {
		if best[i].Car == x.Car {
			if best[i].Time <= x.Time {
				return best
			}
			at = i
			break
		}
	}
	switch {
	case at < len(best):
	case len(best) < k:
		best = append(best, x)
	default:
		at = k - 1
	}
	for ; at > 0 && before(x, best[at-1]); at-- {
		best[at] = best[at-1]
	}
	best[at] = x
	return best
}

func before(a, b Found) bool { return a.Time < b.Time || a.Time == b.Time && a.Car < b.Car }

// OneToMany writes the times from one spot to many into dst, which has their length, and returns it.
func (f *Finder) OneToMany(from road.Spot, to []road.Spot, dst []road.Millis) []road.Millis {
	f.one[0] = from
	return f.FromAny(f.one[:], to, dst)
}

// FromAny writes the times to many spots, each from the nearest of several, into dst, which has the
// length of to, and returns it. With no spot to start from every time is Unreachable.
func (f *Finder) FromAny(from, to []road.Spot, dst []road.Millis) []road.Millis {
	dst = dst[:len(to)]
	f.aim(to)
	f.search(from, to, dst)
	return dst
}

// aim notes the spots that a forward search has to reach.
func (f *Finder) aim(to []road.Spot) {
	f.stands.reset()
	for i := range to {
		for j := range to[i].Reaches {
			f.stands.add(to[i].Reach[j].Node, i, j)
		}
	}
}

// search runs from the given spots until every node with a stand is reached. aim must have been
// called with the same spots; it need not be called again between searches.
func (f *Finder) search(from, to []road.Spot, dst []road.Millis) {
	for i := range dst {
		dst[i] = road.Unreachable
	}
	f.q.reset()
	for s := range from {
		for i := range from[s].Leaves {
			f.q.offer(from[s].Leave[i].Node, f.m.time(&from[s].Leave[i]))
		}
		if from[s].OnArc || from[s].Square != 0 {
			for i := range to {
				dst[i] = min(dst[i], f.m.direct(&from[s], &to[i]))
			}
		}
	}
	g, left := f.m.Network.Graph, f.stands.nodes
	for left > 0 {
		v, t, ok := f.q.next()
		if !ok {
			return
		}
		first := f.stands.at(v)
		if first != 0 {
			left--
		}
		for e := first; e != 0; e = f.stands.entry[e-1].next {
			s := &f.stands.entry[e-1]
			dst[s.spot] = min(dst[s.spot], t.Add(f.m.time(&to[s.spot].Reach[s.link])))
		}
		for a := g.FirstOut[v]; a < g.FirstOut[v+1]; a++ {
			f.q.offer(g.Head[a], t.Add(f.m.Weight[a]))
		}
	}
}
