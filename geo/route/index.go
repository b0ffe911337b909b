package route

import (
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Index holds cars by the hubs above them on one metric, so that a query need not search for them: for
// each hub the cars that get to it, soonest first (the buckets of Knopp, Sanders, Schultes, Schulz and
// Wagner, Computing Many-to-Many Shortest Paths Using Highway Hierarchies, 2007, kept sorted as the
// k-nearest lists of Abraham, Delling, Fiat, Goldberg and Werneck, HLDB, 2012). Which car is where comes
// as Moves from Trails, so that several copies can be kept alike. It has no locks: while Apply runs
// nothing else may be called, but any number of goroutines may query at once, each with its own Scratch.
type Index struct {
	m *Metric
	lists
	offset []offsets // per slot: what a car's times in the lists leave out
	beside beside
}

// car is one way of a car on to the network, with the time from the way's end to a hub, or with that
// from the car to a call, all in one number: the time in the upper half, and below it slot and way, so
// that numbers are in the order in which answers are.
type car uint64

func carAt(slot, way uint32, t road.Millis) car { return later(t) | car(slot)<<wayBits | car(way) }

// later is what to add to a car for it to be later by a time.
func later(t road.Millis) car { return car(t) << 32 }

func (c car) slot() uint32      { return uint32(c) >> wayBits }
func (c car) way() uint32       { return uint32(c) & (1<<wayBits - 1) }
func (c car) time() road.Millis { return road.Millis(c >> 32) }

// none is after every car that gets there.
const none = car(road.Unreachable) << 32

// NewIndex returns an index without cars on a metric.
func NewIndex(m *Metric) *Index { return &Index{m: m, lists: newLists(m.Ways.H.Nodes())} }

// Metric returns the metric that the cars drive by.
func (x *Index) Metric() *Metric { return x.m }

// Apply makes the moves, in their order.
func (x *Index) Apply(moves *Moves) {
	var from uint32
	for i := range moves.made {
		m := &moves.made[i]
		for _, s := range moves.steps[from:m.end] {
			way := s.at & (1<<wayBits - 1)
			x.shift(hierarchy.Rank(s.at>>wayBits), carAt(m.slot, way, s.was), carAt(m.slot, way, s.is))
		}
		x.place(m)
		from = m.end
	}
}

// Filter tells which cars a query may find.
type Filter interface {
	// Suitable is asked at most once a query about a slot, and only where the car would be among the
	// first k.
	Suitable(slot int) bool
}

// Nearest overwrites dst with the k cars that reach the call first, soonest first and ties by slot;
// fewer where fewer can reach it at all, none where it gave up. Found.Car is the slot. f may be nil: every
// car will do. It
// allocates only where the fleet, or the call's surroundings, are larger than in any query before.
func (x *Index) Nearest(s *Scratch, call *road.Spot, k int, f Filter, dst []Found) []Found {
	dst = dst[:0]
	if s.begin(len(x.offset), k, f); k <= 0 {
		return dst
	}
	for c := x.beside.first(call); c != 0; c = x.beside.next(c) {
		s.offer(carAt(c-1, 0, x.m.direct(x.beside.spot[c-1], call)))
	}
	s.start(x.m, call)
	if l := x.m.labels.Load(); l != nil {
		for _, from := range s.starts {
			label := l.ReachOf(from.At)
			x.scan(s, label.Own, from.Time)
			x.scan(s, label.Rest, from.Time.Add(label.Later))
		}
	} else {
		s.above = x.m.Ways.Reach(s.search, s.starts, s.above)
		x.scan(s, s.above, 0)
	}
	for _, c := range s.best {
		dst = append(dst, Found{Car: int(c.slot()), Time: c.time()})
	}
	return dst
}

// scan offers the cars of hubs from which the call is reached, each time later by t, as long as they can
// be among the best.
func (x *Index) scan(s *Scratch, reach []hierarchy.Entry, t road.Millis) {
	last := s.bound.time() // no later car is among the best
	if t > last {
		return
	}
	for _, e := range reach {
		if x.soonest[e.Hub]+e.Time <= last-t {
			x.open(s, e.Hub, later(e.Time+t))
			if last = s.bound.time(); t > last {
				return
			}
		}
	}
}

// open offers the cars of one hub.
func (x *Index) open(s *Scratch, hub hierarchy.Rank, rest car) {
	h := &x.list[hub]
	if !h.tall {
		x.offer(s, x.room[h.at:][:h.n], rest)
		return
	}
	tree := &x.tree[h.at]
	for i, at := range tree.at {
		if !x.offer(s, x.room[at:][:tree.n[i]], rest) {
			return
		}
	}
}

// offer offers ascending cars; false says that no more need be.
func (x *Index) offer(s *Scratch, cars []car, rest car) bool {
	for _, c := range cars {
		if c += rest; c >= s.bound {
			return false
		}
		if c += later(x.offset[c.slot()][c.way()]); c < s.bound {
			s.offer(c)
		}
	}
	return true
}
