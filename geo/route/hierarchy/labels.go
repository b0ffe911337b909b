package hierarchy

import "github.com/nearside-ems/nearside/geo/road"

// Labels are the hub labels of a metric (Abraham, Delling, Goldberg and Werneck, Hierarchical Hub
// Labelings for Shortest Paths, 2012): every node's upward searches with all but the hubs that are
// needed left out, so that queries read instead of searching. They are immutable and safe to share,
// and mix with searches on the same metric: Leave of either meets Reach of either.
type Labels struct {
	leave, reach []shared // per rank
}

// Label is the hubs of a node in two runs, all ascending.
type Label struct {
	Own   []Entry     // the node itself first
	Rest  []Entry     // times are to be added to Later; a sum over Unreachable does not count
	Later road.Millis // at most Unreachable
}

// shared is how a label is kept. From a node with one step up, as the many dead ends of a city have, all
// ways lead on from the next node, and so the label does: two labels in five need no room.
type shared struct {
	own   []Entry
	next  Rank // whose own entries are the rest; None without
	later road.Millis
}

// LeaveOf returns the hubs that node r leaves to and the times to them. The caller must not change them.
func (l *Labels) LeaveOf(r Rank) Label { return labelOf(l.leave, r) }

// ReachOf returns the hubs that node r is reached from and the times from them. The caller must not
// change them.
func (l *Labels) ReachOf(r Rank) Label { return labelOf(l.reach, r) }

func labelOf(labels []shared, r Rank) Label {
	s := &labels[r]
	if s.next == None {
		return Label{Own: s.own}
	}
	return Label{Own: s.own, Rest: labels[s.next].own, Later: s.later}
}

// Bytes returns how much memory the labels take.
func (l *Labels) Bytes() int {
	n := 0
	for r := range l.leave {
		n += 8*(len(l.leave[r].own)+len(l.reach[r].own)) + 2*32
	}
	return n
}

// Time returns the travel time from one node to another.
func (l *Labels) Time(from, to Rank) road.Millis {
	a, b := l.LeaveOf(from), l.ReachOf(to)
	best := Meet(a.Own, b.Own)
	if len(b.Rest) > 0 {
		best = min(best, Meet(a.Own, b.Rest).Add(b.Later))
	}
	if len(a.Rest) > 0 {
		best = min(best, Meet(a.Rest, b.Own).Add(a.Later), Meet(a.Rest, b.Rest).Add(a.Later.Add(b.Later)))
	}
	return best
}

// Leave answers as Metric.Leave does, with fewer hubs. It needs no scratch space.
func (l *Labels) Leave(_ *Search, starts []Start, dst []Entry) []Entry {
	return gather(l.leave, starts, dst)
}

// Reach answers as Metric.Reach does, with fewer hubs. It needs no scratch space.
func (l *Labels) Reach(_ *Search, starts []Start, dst []Entry) []Entry {
	return gather(l.reach, starts, dst)
}

// gather overwrites dst with the labels of all starts in one, later by the times of their starts.
func gather(labels []shared, starts []Start, dst []Entry) []Entry {
	dst = dst[:0]
	for _, s := range starts {
		l := labelOf(labels, s.At)
		dst = merge(dst, l.Own, s.Time)
		dst = merge(dst, l.Rest, s.Time.Add(l.Later))
	}
	return dst
}

// merge merges a run, later by a time, into dst. It goes from the highest hub to the lowest, so that it
// needs no other room than the end of dst.
func merge(dst, run []Entry, later road.Millis) []Entry {
	i, j := len(dst)-1, len(run)-1
	dst = append(dst, run...)
	k := len(dst)
	for j >= 0 {
		e := Entry{run[j].Hub, later + run[j].Time}
		switch {
		case e.Time >= road.Unreachable:
			j--
		case i >= 0 && dst[i].Hub > e.Hub:
			k--
			dst[k] = dst[i]
			i--
		case i >= 0 && dst[i].Hub == e.Hub:
			k--
			dst[k] = Entry{e.Hub, min(dst[i].Time, e.Time)}
			i--
			j--
		default:
			k--
			dst[k] = e
			j--
		}
	}
	return append(dst[:i+1], dst[k:]...) // close the gap that hubs of both leave
}
