package hierarchy

import "github.com/nearside-ems/nearside/geo/road"

// Labels are the hub labels of a metric (Abraham, Delling, Goldberg and Werneck, Hierarchical Hub
// Labelings for Shortest Paths, 2012): every node's upward searches with all but the hubs that are
// needed left out, so that queries read instead of searching. They are immutable and safe to share,
// and mix with searches on the same metric: Leave of either meets Reach of either.
type Labels struct {
	leave, reach [][]Entry // per rank: hubs ascending, the node itself first
}

// LeaveOf returns the hubs that node r leaves to, ascending, and the times to them. The caller must
// not change it.
func (l *Labels) LeaveOf(r Rank) []Entry { return l.leave[r] }

// ReachOf returns the hubs that node r is reached from, ascending, and the times from them. The caller
// must not change it.
func (l *Labels) ReachOf(r Rank) []Entry { return l.reach[r] }

// Entries returns the number of entries of all labels, 8 bytes each.
func (l *Labels) Entries() int {
	n := 0
	for r := range l.leave {
		n += len(l.leave[r]) + len(l.reach[r])
	}
	return n
}

// Time returns the travel time from one node to another.
func (l *Labels) Time(from, to Rank) road.Millis { return Meet(l.leave[from], l.reach[to]) }

// Leave answers as Metric.Leave does, with fewer hubs. It needs no scratch space.
func (l *Labels) Leave(_ *Search, starts []Start, dst []Entry) []Entry {
	return gather(l.leave, starts, dst)
}

// Reach answers as Metric.Reach does, with fewer hubs. It needs no scratch space.
func (l *Labels) Reach(_ *Search, starts []Start, dst []Entry) []Entry {
	return gather(l.reach, starts, dst)
}

// gather overwrites dst with the labels of all starts in one, later by the times of their starts.
func gather(label [][]Entry, starts []Start, dst []Entry) []Entry {
	dst = dst[:0]
	for i, s := range starts {
		if s.Time == road.Unreachable {
			continue
		}
		if i == 0 {
			for _, e := range label[s.At] {
				dst = append(dst, Entry{e.Hub, s.Time.Add(e.Time)})
			}
			continue
		}
		dst = merge(dst, label[s.At], s.Time)
	}
	return reachable(dst)
}

// merge merges a label, later by a time, into dst. It goes from the highest hub to the lowest, so that
// it needs no other room than the end of dst.
func merge(dst, label []Entry, later road.Millis) []Entry {
	i, j := len(dst)-1, len(label)-1
	dst = append(dst, label...)
	k := len(dst)
	for j >= 0 {
		e := Entry{label[j].Hub, later.Add(label[j].Time)}
		k--
		switch {
		case i >= 0 && dst[i].Hub > e.Hub:
			dst[k] = dst[i]
			i--
		case i >= 0 && dst[i].Hub == e.Hub:
			dst[k] = Entry{e.Hub, min(dst[i].Time, e.Time)}
			i--
			j--
		default:
			dst[k] = e
			j--
		}
	}
	return append(dst[:i+1], dst[k:]...) // close the gap that hubs of both leave
}

// reachable leaves out the entries that are too late to count.
func reachable(entries []Entry) []Entry {
	n := 0
	for _, e := range entries {
		if e.Time != road.Unreachable {
			entries[n] = e
			n++
		}
	}
	return entries[:n]
}
