package route

import "github.com/nearside-ems/nearside/geo/road"

// ManyToOne writes the times from many spots to one into dst, which has the length of from, and
// returns it. It searches backward from the one until every node with a spot is reached.
func (f *Finder) ManyToOne(from []road.Spot, to road.Spot, dst []road.Millis) []road.Millis {
	dst = dst[:len(from)]
	f.stands.reset()
	for i := range from {
		dst[i] = f.m.direct(&from[i], &to)
		for j := range from[i].Leaves {
			f.stands.add(from[i].Leave[j].Node, i, j)
		}
	}
	f.q.reset()
	for i := range to.Reaches {
		f.q.offer(to.Reach[i].Node, f.m.time(&to.Reach[i]))
	}
	in := f.m.Network.incoming()
	for left := f.stands.nodes; left > 0; {
		v, t, ok := f.q.next()
		if !ok {
			break
		}
		first := f.stands.at(v)
		if first != 0 {
			left--
		}
		for e := first; e != 0; e = f.stands.entry[e-1].next {
			s := &f.stands.entry[e-1]
			dst[s.spot] = min(dst[s.spot], t.Add(f.m.time(&from[s.spot].Leave[s.link])))
		}
		for i := in.first[v]; i < in.first[v+1]; i++ {
			f.q.offer(in.tail[i], t.Add(f.m.Weight[in.arc[i]]))
		}
	}
	return dst
}
