package route

import (
	"cmp"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Finder answers queries on one metric at a time. It is scratch space: one for each goroutine, used
// again and again. It allocates 16 bytes a node when made, and in a query only where more cars or places
// are given than in any query before. It prepares nothing: a Finder on a new metric answers at once.
type Finder struct {
	m            *Metric
	many         *hierarchy.Many
	search       *hierarchy.Search
	leave, reach []hierarchy.Start
	mates        mates
	one          [1]road.Spot
}

// NewFinder returns a Finder on a metric.
func NewFinder(m *Metric) *Finder {
	return &Finder{m: m, many: m.Ways.H.NewMany(), search: m.Ways.H.NewSearch()}
}

// Use has the Finder answer on another metric of the same network from now on.
func (f *Finder) Use(m *Metric) { f.m = m }

// Metric returns the metric that the Finder answers on.
func (f *Finder) Metric() *Metric { return f.m }

// Found is a car that can reach a call.
type Found struct {
	Car  int // position in the cars given
	Time road.Millis
}

// Nearest overwrites dst with the k cars that reach the call first, soonest first and ties by
// position; fewer where fewer can reach it at all.
func (f *Finder) Nearest(call road.Spot, cars []road.Spot, k int, dst []Found) []Found {
	dst = dst[:0]
	if k <= 0 {
		return dst
	}
	f.aim(&call)
	for c := range cars {
		if t := f.to(&cars[c], &call); t != road.Unreachable {
			dst = keep(dst, k, Found{c, t})
		}
	}
	slices.SortFunc(dst, compareFound)
	return dst
}

func compareFound(a, b Found) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Car, b.Car))
}

// keep puts a car into the at most k best: a heap with the worst of them first, once there are k.
func keep(best []Found, k int, x Found) []Found {
	if len(best) < k {
		if best = append(best, x); len(best) == k {
			slices.SortFunc(best, func(a, b Found) int { return compareFound(b, a) }) // a sorted list is a heap
		}
		return best
	}
	if compareFound(x, best[0]) > 0 {
		return best
	}
	i := 0
	for {
		c := 2*i + 1
		if c+1 < k && compareFound(best[c+1], best[c]) > 0 {
			c++
		}
		if c >= k || compareFound(best[c], x) < 0 {
			break
		}
		best[i] = best[c]
		i = c
	}
	best[i] = x
	return best
}

// ManyToOne writes the times from many spots to one into dst, which has the length of from, and
// returns it.
func (f *Finder) ManyToOne(from []road.Spot, to road.Spot, dst []road.Millis) []road.Millis {
	dst = dst[:len(from)]
	f.aim(&to)
	for i := range from {
		dst[i] = f.to(&from[i], &to)
	}
	return dst
}

// aim prepares for times to a spot.
func (f *Finder) aim(to *road.Spot) {
	f.reach = f.m.starts(to.Reach[:to.Reaches], f.reach[:0])
	f.many.To(f.m.Ways, f.reach)
}

// to returns the time from a spot to the one aimed at.
func (f *Finder) to(from, to *road.Spot) road.Millis {
	return min(f.m.direct(from, to), f.over(from.Leave[:from.Leaves]))
}

// over returns the time over the links of a spot.
func (f *Finder) over(links []road.Link) road.Millis {
	best, rank := road.Unreachable, f.m.Ways.H.Rank
	for i := range links {
		if t := f.m.time(&links[i]); t != road.Unreachable {
			best = min(best, t+f.many.Time(rank[links[i].Node]))
		}
	}
	return best
}

// OneToMany writes the times from one spot to many into dst, which has their length, and returns it.
func (f *Finder) OneToMany(from road.Spot, to []road.Spot, dst []road.Millis) []road.Millis {
	f.one[0] = from
	return f.FromAny(f.one[:], to, dst)
}

// FromAny writes the times to many spots, each from the nearest of several, into dst, which has the
// length of to, and returns it. With no spot to start from every time is Unreachable.
func (f *Finder) FromAny(from, to []road.Spot, dst []road.Millis) []road.Millis {
	dst = dst[:len(to)]
	f.depart(from)
	for i := range to {
		dst[i] = min(f.mates.nearest(f.m, from, &to[i]), f.over(to[i].Reach[:to[i].Reaches]))
	}
	return dst
}

// depart prepares for times from the nearest of several spots.
func (f *Finder) depart(from []road.Spot) {
	f.leave = f.leave[:0]
	for i := range from {
		f.leave = f.m.starts(from[i].Leave[:from[i].Leaves], f.leave)
	}
	f.mates.fill(from)
	f.many.From(f.m.Ways, f.leave)
}

// Time returns the time from one spot to another, by labels where the metric has them.
func (f *Finder) Time(from, to road.Spot) road.Millis {
	f.leave = f.m.starts(from.Leave[:from.Leaves], f.leave[:0])
	f.reach = f.m.starts(to.Reach[:to.Reaches], f.reach[:0])
	best, labels := f.m.direct(&from, &to), f.m.labels.Load()
	if labels == nil {
		return min(best, f.m.Ways.Time(f.search, f.leave, f.reach))
	}
	for _, a := range f.leave {
		for _, b := range f.reach {
			best = min(best, a.Time.Add(labels.Time(a.At, b.At)).Add(b.Time))
		}
	}
	return best
}

// starts appends to dst the nodes that open links join, with the times to them.
func (m *Metric) starts(links []road.Link, dst []hierarchy.Start) []hierarchy.Start {
	for i := range links {
		if t := m.time(&links[i]); t != road.Unreachable {
			dst = append(dst, hierarchy.Start{At: m.Ways.H.Rank[links[i].Node], Time: t})
		}
	}
	return dst
}
