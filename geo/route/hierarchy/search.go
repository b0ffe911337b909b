package hierarchy

import (
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// Start is a node at which a search begins, and the time at which it is there.
type Start struct {
	At   Rank
	Time road.Millis
}

// Entry is a node above the starts of a search, and a time between: Leave's from the starts to it,
// Reach's from it to the starts.
type Entry struct {
	Hub  Rank
	Time road.Millis
}

// Search is scratch space for queries on the metrics of one hierarchy: one for each goroutine, used
// again and again.
type Search struct {
	out, in []road.Millis // per rank; Unreachable between queries
	front   []Rank        // the next node of the starts' ways to the root, each once

	leave, reach []Entry // of Path
	trail        []lowerEdge
}

// NewSearch returns scratch space: 8 bytes a node.
func (h *Hierarchy) NewSearch() *Search {
	s := &Search{out: slices.Repeat([]road.Millis{road.Unreachable}, h.Nodes())}
	s.in = slices.Clone(s.out)
	return s
}

// Leave overwrites dst with the nodes above the starts, ascending, and the times to them on ways that
// only lead up. For any two places the shortest way leads over a hub of the first's Leave and the
// second's Reach, where both times are exact.
func (m *Metric) Leave(s *Search, starts []Start, dst []Entry) []Entry {
	s.front = s.front[:0]
	s.begin(s.out, starts)
	dst = dst[:0]
	for {
		x := s.step(m.H)
		if x == None {
			return dst
		}
		if t := s.out[x]; t != road.Unreachable {
			dst = append(dst, Entry{x, t})
			s.out[x] = road.Unreachable
			m.leave(x, t, s.out)
		}
	}
}

// Reach does the same backward: the times from the nodes above, on ways that only lead down.
func (m *Metric) Reach(s *Search, starts []Start, dst []Entry) []Entry {
	s.front = s.front[:0]
	s.begin(s.in, starts)
	dst = dst[:0]
	for {
		x := s.step(m.H)
		if x == None {
			return dst
		}
		if t := s.in[x]; t != road.Unreachable {
			dst = append(dst, Entry{x, t})
			s.in[x] = road.Unreachable
			m.reach(x, t, s.in)
		}
	}
}

// Time returns the shortest time from one of the starts from to one of to, whose times are those that
// are left at the end.
func (m *Metric) Time(s *Search, from, to []Start) road.Millis {
	s.front = s.front[:0]
	s.begin(s.out, from)
	s.begin(s.in, to)
	best := road.Unreachable
	for {
		x := s.step(m.H)
		if x == None {
			return best
		}
		out, in := s.out[x], s.in[x]
		best = min(best, out+in)
		s.out[x], s.in[x] = road.Unreachable, road.Unreachable
		if out < best { // a way that is longer already is of no use
			m.leave(x, out, s.out)
		}
		if in < best {
			m.reach(x, in, s.in)
		}
	}
}

// begin puts the starts into the times and the front.
func (s *Search) begin(time []road.Millis, starts []Start) {
	for _, x := range starts {
		time[x.At] = min(time[x.At], x.Time)
		if !slices.Contains(s.front, x.At) {
			s.front = append(s.front, x.At)
		}
	}
}

// step takes the lowest node from the front and puts in its parent: the starts' ways to the root, along
// the elimination tree, lowest node first. It returns None at the end.
func (s *Search) step(h *Hierarchy) Rank {
	if len(s.front) == 0 {
		return None
	}
	lowest := 0
	for i, x := range s.front {
		if x < s.front[lowest] {
			lowest = i
		}
	}
	x := s.front[lowest]
	p := h.Parent[x]
	if p == None || len(s.front) > 1 && slices.Contains(s.front, p) {
		last := len(s.front) - 1
		s.front[lowest] = s.front[last]
		s.front = s.front[:last]
	} else {
		s.front[lowest] = p
	}
	return x
}

// leave takes in the ways from x, at a time, up to its neighbours.
func (m *Metric) leave(x Rank, at road.Millis, time []road.Millis) {
	if m.Out != nil {
		m.Out.relax(x, at, time)
	} else {
		m.H.relax(x, at, m.Up, time)
	}
}

// reach takes in the ways down to x from its neighbours.
func (m *Metric) reach(x Rank, at road.Millis, time []road.Millis) {
	if m.In != nil {
		m.In.relax(x, at, time)
	} else {
		m.H.relax(x, at, m.Down, time)
	}
}

func (h *Hierarchy) relax(x Rank, at road.Millis, way, time []road.Millis) {
	first, end := h.First[x], h.First[x+1]
	way = way[first:end]
	for i, y := range h.Head[first:end] {
		time[y] = min(time[y], at+way[i])
	}
}

func (s *Steps) relax(x Rank, at road.Millis, time []road.Millis) {
	for _, y := range s.Step[s.First[x]:s.First[x+1]] {
		time[y.To] = min(time[y.To], at+y.Time)
	}
}

// Meet returns the shortest time over a hub of both: from the place that leaves to the one that is
// reached.
func Meet(leave, reach []Entry) road.Millis {
	_, _, best := meet(leave, reach)
	return best
}

// meet returns the shortest time, and the positions of its hub. It goes down from the highest hub: far
// apart places have only high hubs in common, and no hub of both is lower than the lowest of each.
func meet(leave, reach []Entry) (atLeave, atReach int, best road.Millis) {
	best = road.Unreachable
	if len(leave) == 0 || len(reach) == 0 {
		return 0, 0, best
	}
	lowest := max(leave[0].Hub, reach[0].Hub)
	for i, j := len(leave)-1, len(reach)-1; i >= 0 && j >= 0; {
		a, b := leave[i], reach[j]
		switch {
		case a.Hub < lowest || b.Hub < lowest:
			return atLeave, atReach, best
		case a.Hub > b.Hub:
			i--
		case a.Hub < b.Hub:
			j--
		default:
			if t := a.Time + b.Time; t < best {
				atLeave, atReach, best = i, j, t
			}
			i--
			j--
		}
	}
	return atLeave, atReach, best
}
