package route

import "github.com/nearside-ems/nearside/geo/road"

// stands tells which spots join the network at a node: a linked list for each node, valid while its
// stamp is the current one.
type stands struct {
	label []stand
	stamp uint32
	entry []standEntry
	nodes int // with at least one entry
}

type stand struct{ stamp, first uint32 } // first: 1 + position in entry

type standEntry struct {
	next uint32 // 1 + position in entry, 0 at the end
	link uint8
	spot int
}

// reset forgets all entries.
func (s *stands) reset() {
	s.entry, s.nodes = s.entry[:0], 0
	if s.stamp++; s.stamp == 0 {
		clear(s.label)
		s.stamp = 1
	}
}

// add notes that a link of a spot is at node v.
func (s *stands) add(v road.Node, spot int, link uint8) {
	l := &s.label[v]
	if l.stamp != s.stamp {
		*l = stand{stamp: s.stamp}
		s.nodes++
	}
	s.entry = append(s.entry, standEntry{next: l.first, link: link, spot: spot})
	l.first = uint32(len(s.entry))
}

// at returns 1 + the first entry of node v, 0 where there is none.
func (s *stands) at(v road.Node) uint32 {
	if l := s.label[v]; l.stamp == s.stamp {
		return l.first
	}
	return 0
}
