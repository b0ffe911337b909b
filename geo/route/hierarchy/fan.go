package hierarchy

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// Fan is a set of places and all ways to them, or from them, that a query may need: the times between
// one other place and all of the fan's are a single pass over it (RPHAST: Delling, Goldberg and Werneck,
// Faster Batched Shortest Paths in Road Networks, 2011), and queries run Lanes at a time. It is
// immutable and safe to share.
type Fan struct {
	m      *Metric
	away   bool   // times are from the fan's places, not to them
	lead   []Step // per rank: To is the member that the node leads to or is, in Time; None without
	nodes  int    // members that are nodes, the highest first; places follow
	first  []Edge // members + 1: the steps from member i are step[first[i]] to step[first[i+1]-1]
	step   []Step // To is a member nearer to the root
	places []Rank // per place, its member
}

// Lanes is how many queries on a fan run at once: enough that finding a step costs little beside using
// it, and few enough that the times of a fan's members stay in the cache.
const Lanes = 8

// FanTo returns the fan of all ways to places, each of which is reached from its starts as in Reach.
func (m *Metric) FanTo(places [][]Start) *Fan { return m.fan(places, false) }

// FanFrom returns the fan of all ways from places, each of which is left by its starts as in Leave.
func (m *Metric) FanFrom(places [][]Start) *Fan { return m.fan(places, true) }

// Sweep is scratch space for queries on one fan.
type Sweep struct {
	f      *Fan
	search *Search
	hubs   []Entry
	time   [][Lanes]road.Millis // per member
	begun  []bool               // per member: a query begins here, and so time is set
}

// NewSweep returns scratch space: 33 bytes a member, of which there are fewer than nodes in the
// hierarchy and places together, and a Search.
func (f *Fan) NewSweep() *Sweep {
	n := f.nodes + len(f.places)
	return &Sweep{f: f, search: f.m.H.NewSearch(), time: make([][Lanes]road.Millis, n), begun: make([]bool, n)}
}

// Times fills rows, at most Lanes of them, with the times from each of the others to all places of a
// FanTo, or to each of them from all of a FanFrom. others has the starts of each, dst room for the
// times of all places for each.
func (s *Sweep) Times(others [][]Start, dst [][]road.Millis) {
	for i, starts := range others {
		s.begin(i, starts)
	}
	s.sweep(0, len(s.time))
	if len(dst) == Lanes {
		s.spread((*[Lanes][]road.Millis)(dst))
		return
	}
	for i, x := range s.f.places {
		for lane, t := range s.time[x][:len(dst)] {
			dst[lane][i] = t
		}
	}
}

// spread writes the times of the places to a row for each lane. It is written out as relax is.
func (s *Sweep) spread(dst *[Lanes][]road.Millis) {
	n := len(s.f.places)
	d0, d1, d2, d3 := dst[0][:n], dst[1][:n], dst[2][:n], dst[3][:n]
	d4, d5, d6, d7 := dst[4][:n], dst[5][:n], dst[6][:n], dst[7][:n]
	for i, x := range s.f.places {
		t := &s.time[x]
		d0[i], d1[i], d2[i], d3[i] = t[0], t[1], t[2], t[3]
		d4[i], d5[i], d6[i], d7[i] = t[4], t[5], t[6], t[7]
	}
}

// begin lets the query of a lane begin at the members that lie on its way to the root.
func (s *Sweep) begin(lane int, starts []Start) {
	if s.f.away {
		s.hubs = s.f.m.Reach(s.search, starts, s.hubs)
	} else {
		s.hubs = s.f.m.Leave(s.search, starts, s.hubs)
	}
	for _, h := range s.hubs {
		lead := s.f.lead[h.Hub]
		if lead.To == None {
			continue
		}
		if !s.begun[lead.To] {
			s.begun[lead.To] = true
			s.time[lead.To] = never
		}
		t := &s.time[lead.To][lane]
		*t = min(*t, h.Time+lead.Time)
	}
}

var never = [Lanes]road.Millis(slices.Repeat([]road.Millis{road.Unreachable}, Lanes))

// sweepPlain computes the times of the members from from to end-1; those before them have theirs.
func (s *Sweep) sweepPlain(from, end int) {
	for i := from; i < end; i++ {
		t := &s.time[i]
		if !s.begun[i] {
			*t = never
		}
		s.begun[i] = false
		relax(t, s.f.step[s.f.first[i]:s.f.first[i+1]], s.time)
	}
}

// relax takes in steps. It is written out since a loop over the lanes takes half as long again.
func relax(t *[Lanes]road.Millis, steps []Step, time [][Lanes]road.Millis) {
	for _, s := range steps {
		from, w := &time[s.To], s.Time
		t[0] = min(t[0], from[0]+w)
		t[1] = min(t[1], from[1]+w)
		t[2] = min(t[2], from[2]+w)
		t[3] = min(t[3], from[3]+w)
		t[4] = min(t[4], from[4]+w)
		t[5] = min(t[5], from[5]+w)
		t[6] = min(t[6], from[6]+w)
		t[7] = min(t[7], from[7]+w)
	}
}
