package hierarchy

import "github.com/nearside-ems/nearside/geo/road"

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
	time  []road.Millis // per rank; Unreachable between queries
	front []Rank        // per start: the next node of its way to the root

	leave, reach []Entry // of Path
	trail        []Edge
}

// NewSearch returns scratch space: 4 bytes a node.
func (h *Hierarchy) NewSearch() *Search {
	s := &Search{time: make([]road.Millis, h.Nodes())}
	for i := range s.time {
		s.time[i] = road.Unreachable
	}
	return s
}

// Leave overwrites dst with the nodes above the starts, ascending, and the times to them on ways that
// only lead up. For any two places the shortest way leads over a hub of the first's Leave and the
// second's Reach, where both times are exact.
func (m *Metric) Leave(s *Search, starts []Start, dst []Entry) []Entry {
	if m.Out != nil {
		return s.climbSteps(m.H, m.Out, starts, dst)
	}
	return s.climb(m.H, m.Up, starts, dst)
}

// Reach does the same backward: the times from the nodes above, on ways that only lead down.
func (m *Metric) Reach(s *Search, starts []Start, dst []Entry) []Entry {
	if m.In != nil {
		return s.climbSteps(m.H, m.In, starts, dst)
	}
	return s.climb(m.H, m.Down, starts, dst)
}

// climb follows the elimination tree from all starts to the root, lowest node first.
func (s *Search) climb(h *Hierarchy, way []road.Millis, starts []Start, dst []Entry) []Entry {
	dst, s.front = dst[:0], s.front[:0]
	for _, x := range starts {
		s.time[x.At] = min(s.time[x.At], x.Time)
		s.front = append(s.front, x.At)
	}
	for {
		x := h.step(s.front)
		if x == None {
			return dst
		}
		t := s.time[x]
		if t == road.Unreachable {
			continue
		}
		s.time[x] = road.Unreachable
		dst = append(dst, Entry{x, t})
		for e := h.First[x]; e < h.First[x+1]; e++ {
			y := h.Head[e]
			s.time[y] = min(s.time[y], t+way[e])
		}
	}
}

// climbSteps is climb on the steps of a perfect metric.
func (s *Search) climbSteps(h *Hierarchy, way *Steps, starts []Start, dst []Entry) []Entry {
	dst, s.front = dst[:0], s.front[:0]
	for _, x := range starts {
		s.time[x.At] = min(s.time[x.At], x.Time)
		s.front = append(s.front, x.At)
	}
	for {
		x := h.step(s.front)
		if x == None {
			return dst
		}
		t := s.time[x]
		if t == road.Unreachable {
			continue
		}
		s.time[x] = road.Unreachable
		dst = append(dst, Entry{x, t})
		for _, step := range way.Step[way.First[x]:way.First[x+1]] {
			s.time[step.To] = min(s.time[step.To], t+step.Time)
		}
	}
}

// step returns the lowest node of a front, whose place its parent takes; None at the end.
func (h *Hierarchy) step(front []Rank) Rank {
	x := None
	for _, y := range front {
		x = min(x, y)
	}
	if x == None {
		return None
	}
	for i, y := range front {
		if y == x {
			front[i] = h.Parent[x]
		}
	}
	return x
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
