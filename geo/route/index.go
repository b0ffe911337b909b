package route

import (
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Index holds cars by the hubs above them on one metric, so that a query need not search for them: for
// each hub the cars that get to it, soonest first (the buckets of Knopp, Sanders, Schultes, Schulz and
// Wagner, Computing Many-to-Many Shortest Paths Using Highway Hierarchies, 2007, kept sorted as the
// k-nearest lists of Abraham, Delling, Fiat, Goldberg and Werneck, HLDB, 2012). Which car is where comes
// as Moves from Trails, so that several copies can be kept alike. It has no locks: not while Apply runs
// may anything else be called, but any number of goroutines may query at once, each with its own Scratch.
type Index struct {
	m *Metric
	lists
	beside beside
}

// car is a slot and the time at which the car in it gets to a hub, or a call, in one number: the time in
// the upper half, so that numbers are in the order in which answers are.
type car uint64

func carAt(slot uint32, t road.Millis) car { return car(t)<<32 | car(slot) }

func (c car) slot() uint32      { return uint32(c) }
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
	for _, m := range moves.made {
		for _, s := range moves.steps[from:m.end] {
			x.shift(s.hub, carAt(m.slot, s.was), carAt(m.slot, s.is))
		}
		x.beside.put(m.slot, m.spot)
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
// fewer where fewer can reach it at all. Found.Car is the slot. f may be nil: every car will do. It
// allocates only where the fleet, or the call's surroundings, are larger than in any query before.
func (x *Index) Nearest(s *Scratch, call *road.Spot, k int, f Filter, dst []Found) []Found {
	dst = dst[:0]
	if k <= 0 {
		return dst
	}
	s.begin(x.beside.slots(), k, f)
	for c := x.beside.first(call); c != 0; c = x.beside.next(c) {
		s.offer(carAt(c-1, x.m.direct(x.beside.spot[c-1], call)))
	}
	for _, h := range s.reach(x.m, call) {
		x.scan(s, h.Hub, h.Time)
	}
	for _, c := range s.best {
		dst = append(dst, Found{Car: int(c.slot()), Time: c.time()})
	}
	return dst
}

// scan offers the cars of a hub, from which a call is reached in a time, as long as they can be among the
// best.
func (x *Index) scan(s *Scratch, hub hierarchy.Rank, t road.Millis) {
	if carAt(0, x.soonest[hub]+t) >= s.bound {
		return
	}
	h := &x.list[hub]
	if !h.tall {
		s.offerAll(x.room[h.at:][:h.n], t)
		return
	}
	tree := &x.tree[h.at]
	for i, at := range tree.at {
		if !s.offerAll(x.room[at:][:tree.n[i]], t) {
			return
		}
	}
}
