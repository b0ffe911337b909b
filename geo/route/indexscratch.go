package route

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Hubs gives the hubs above where a car starts and above where a call waits: a hierarchy's metric by
// searching upward, its labels by reading a table. The times that count are the same, so that cars may
// be entered by the one and asked for by the other.
type Hubs interface {
	Leave(s *hierarchy.Search, starts []hierarchy.Start, dst []hierarchy.Entry) []hierarchy.Entry
	Reach(s *hierarchy.Search, starts []hierarchy.Start, dst []hierarchy.Entry) []hierarchy.Entry
}

// Scratch is what a query of an Index works with: one for each goroutine, for all indices of a network.
type Scratch struct {
	climb
	mark   []mark // per slot
	stamp  uint32
	k      int
	filter Filter
	best   []car // at most k, ascending, each slot once
	bound  car   // what is not below it is no better than best
}

// mark is what a query knows of a car. It counts only while stamp is the query's.
type mark struct {
	stamp uint32
	time  road.Millis // soonest so far, 0 where the car will not do
}

// NewScratch returns the scratch space of queries.
func NewScratch(h *hierarchy.Hierarchy, hubs Hubs) *Scratch {
	return &Scratch{climb: climb{h: h, hubs: hubs, search: h.NewSearch()}}
}

// begin starts a query over a number of slots.
func (s *Scratch) begin(slots, k int, f Filter) {
	s.best, s.bound, s.k, s.filter = s.best[:0], none, k, f
	if len(s.mark) < slots {
		s.mark, s.stamp = slices.Grow(s.mark[:0], slots)[:slots], 0
		clear(s.mark)
	}
	if s.stamp++; s.stamp == 0 { // after 2³² queries the old stamps would count again
		clear(s.mark)
		s.stamp = 1
	}
}

// offer puts a car among the best where it belongs there.
func (s *Scratch) offer(c car) {
	if c >= s.bound {
		return
	}
	at, m := len(s.best), &s.mark[c.slot()]
	if m.stamp == s.stamp {
		if c.time() >= m.time {
			return
		}
		at = slices.Index(s.best, carAt(c.slot(), m.time))
	} else {
		m.stamp = s.stamp
		if s.filter != nil && !s.filter.Suitable(int(c.slot())) {
			m.time = 0
			return
		}
	}
	m.time = c.time()
	s.insert(c, at)
}

// insert puts a car in its place in best; at is where it was, or the end, or -1 where it has been pushed
// out since.
func (s *Scratch) insert(c car, at int) {
	switch {
	case at >= 0 && at < len(s.best):
	case len(s.best) < s.k:
		at = len(s.best)
		s.best = append(s.best, c)
	default:
		at = len(s.best) - 1
	}
	for ; at > 0 && c < s.best[at-1]; at-- {
		s.best[at] = s.best[at-1]
	}
	s.best[at] = c
	if len(s.best) == s.k {
		s.bound = s.best[s.k-1]
	}
}

// climb finds the hubs above spots.
type climb struct {
	h      *hierarchy.Hierarchy
	hubs   Hubs
	search *hierarchy.Search
	starts []hierarchy.Start
	above  []hierarchy.Entry
}

// leave returns the hubs above the ways from a spot, with the times to them, until the next call.
func (c *climb) leave(m *Metric, from *road.Spot) []hierarchy.Entry {
	c.start(m, from.Leave[:from.Leaves])
	c.above = c.hubs.Leave(c.search, c.starts, c.above)
	return c.above
}

// reach returns the hubs above the ways to a spot, with the times from them, until the next call.
func (c *climb) reach(m *Metric, to *road.Spot) []hierarchy.Entry {
	c.start(m, to.Reach[:to.Reaches])
	c.above = c.hubs.Reach(c.search, c.starts, c.above)
	return c.above
}

func (c *climb) start(m *Metric, links []road.Link) {
	c.starts = c.starts[:0]
	for i := range links {
		if t := m.time(&links[i]); t != road.Unreachable {
			c.starts = append(c.starts, hierarchy.Start{At: c.h.Rank[links[i].Node], Time: t})
		}
	}
}
