package route

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// Scratch is what a query of an Index works with: one for each goroutine, for the metrics of one network.
type Scratch struct {
	// Patience is how many cars a Filter may turn down before Nearest gives up and finds none; 0: any
	// number. Where few cars of many will do, looking for those few is quicker than going through lists
	// of all, which hold each car a hundred times.
	Patience int

	refused int // cars that the filter has turned down
	search  *hierarchy.Search
	starts  []hierarchy.Start
	above   []hierarchy.Entry
	mark    []mark // per slot
	stamp   uint32
	k       int
	filter  Filter
	best    []car // at most k, ascending, each slot once
	bound   car   // what is not below it is no better than best
}

// mark is what a query knows of a car. It counts only while stamp is the query's.
type mark struct {
	stamp uint32
	car   car // with the soonest time so far; 0 where the car will not do
}

// NewScratch returns the scratch space of queries on the metrics of one network.
func NewScratch(m *Metric) *Scratch { return &Scratch{search: m.Ways.H.NewSearch()} }

// GaveUp tells whether the last query did.
func (s *Scratch) GaveUp() bool { return s.Patience > 0 && s.refused >= s.Patience }

// start begins the search for the hubs from which a call is reached.
func (s *Scratch) start(m *Metric, call *road.Spot) {
	s.starts = s.starts[:0]
	for i := range call.Reaches {
		if t := m.time(&call.Reach[i]); t != road.Unreachable {
			s.starts = append(s.starts, hierarchy.Start{At: m.Ways.H.Rank[call.Reach[i].Node], Time: t})
		}
	}
}

// begin starts a query over a number of slots.
func (s *Scratch) begin(slots, k int, f Filter) {
	s.best, s.bound, s.k, s.filter, s.refused = s.best[:0], none, k, f, 0
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
		if c >= m.car {
			return
		}
		at = slices.Index(s.best, m.car)
	} else {
		m.stamp = s.stamp
		if s.filter != nil && !s.filter.Suitable(int(c.slot())) {
			m.car = 0
			if s.refused++; s.GaveUp() {
				s.best, s.bound = s.best[:0], 0 // nothing is below it
			}
			return
		}
	}
	m.car = c
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
