package route

import "github.com/nearside-ems/nearside/geo/road"

// mates finds, among the spots of one query, those on an edge or in a square: a hash table of lists.
type mates struct {
	head []uint32 // per hash: 1 + the first entry, 0 for none; a power of two of them
	list []mate
}

type mate struct{ key, spot, next uint32 } // next: 1 + an entry, 0 at the end

// fill takes in the spots in place of those before.
func (m *mates) fill(spots []road.Spot) {
	size := 1
	for size < 2*len(spots) {
		size *= 2
	}
	if cap(m.head) < size {
		m.head = make([]uint32, size)
	}
	m.head, m.list = m.head[:size], m.list[:0]
	clear(m.head)
	for i := range spots {
		if k := key(&spots[i]); k != 0 {
			h := m.hash(k)
			m.list = append(m.list, mate{k, uint32(i), m.head[h]})
			m.head[h] = uint32(len(m.list))
		}
	}
}

// hash spreads keys by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4).
func (m *mates) hash(key uint32) uint32 { return key * 2654435769 >> 7 & uint32(len(m.head)-1) }

// nearest returns the time to a spot from the nearest of those on its edge or in its square, without
// leaving it.
func (m *mates) nearest(metric *Metric, from []road.Spot, to *road.Spot) road.Millis {
	best, k := road.Unreachable, key(to)
	if k == 0 {
		return best
	}
	for e := m.head[m.hash(k)]; e != 0; e = m.list[e-1].next {
		if m.list[e-1].key == k {
			best = min(best, metric.direct(&from[m.list[e-1].spot], to))
		}
	}
	return best
}
