package road

import "slices"

// junction is a junction with forbidden turns: the arcs into it in groups with the same ones, and the
// arcs out of it in groups that the same groups in may not turn to.
type junction struct {
	via     Node
	in, out [][]Arc
	allowed [][]bool // per group in and group out
	width   []int    // per group out: the groups in that may turn to it
}

// splitAt splits a junction. in are the arcs that enter it.
//
// A group in that may turn to one group out only ends where that one starts, and a group out that one
// group in only may turn to starts where that one ends; so most junctions get one or two nodes more.
func (s *splitter) splitAt(via Node, in []Arc) {
	j := s.group(via, in)
	starts := s.starts(j)
	for i, group := range j.in {
		var node Node
		only := slices.Index(j.allowed[i], true)
		own := only < 0 || slices.Contains(j.allowed[i][only+1:], true)
		if own {
			node = s.add(via)
		} else {
			node = starts[only]
		}
		for _, a := range group {
			s.head[a] = node
		}
		for o, may := range j.allowed[i] {
			switch {
			case !own || !may:
			case starts[o] == none:
				s.start(j.out[o], node)
			default:
				s.connect(node, starts[o], j.out[o])
			}
		}
	}
}

// none stands for a node that is not there yet.
const none = ^Node(0)

// starts gives the groups out their nodes: the junction's own to the arcs that nobody may not turn to,
// or to the first group where there are none such. Groups out that start where a group in ends get none.
func (s *splitter) starts(j *junction) []Node {
	first := max(0, slices.Index(j.width, len(j.in)))
	nodes := make([]Node, len(j.out))
	for o, group := range j.out {
		switch {
		case o == first:
			nodes[o] = j.via
		case j.width[o] == 1 && !j.onlyWay(o):
			nodes[o] = none
			continue
		default:
			nodes[o] = s.add(j.via)
		}
		s.start(group, nodes[o])
	}
	return nodes
}

// onlyWay tells whether a group in may turn to group out o and to no other.
func (j *junction) onlyWay(o int) bool {
	for _, may := range j.allowed {
		if may[o] && !slices.Contains(may[:o], true) && !slices.Contains(may[o+1:], true) {
			return true
		}
	}
	return false
}

// start lets arcs start at a node.
func (s *splitter) start(arcs []Arc, v Node) {
	for _, a := range arcs {
		s.tail[a] = v
	}
}

// connect joins two nodes of a junction, once for each class and zone of the arcs that start at the second.
func (s *splitter) connect(from, to Node, arcs []Arc) {
	n := len(s.connectors)
	for _, a := range arcs {
		c := connector{from, to, s.graph.Class[a], s.graph.Zone[a]}
		if !slices.Contains(s.connectors[n:], c) {
			s.connectors = append(s.connectors, c)
		}
	}
}

// group sorts the arcs at a junction into groups.
func (s *splitter) group(via Node, in []Arc) *junction {
	j := &junction{via: via}
	for _, a := range in {
		j.in = join(j.in, a, func(b Arc) bool { return slices.Equal(s.banned[a], s.banned[b]) })
	}
	shut := map[Arc][]int{} // by arc out: the groups in that may not turn to it
	for i, group := range j.in {
		for _, to := range s.banned[group[0]] {
			shut[to] = append(shut[to], i)
		}
	}
	for a := s.graph.FirstOut[via]; a < s.graph.FirstOut[via+1]; a++ {
		j.out = join(j.out, a, func(b Arc) bool { return slices.Equal(shut[a], shut[b]) })
	}
	j.width = make([]int, len(j.out))
	for i := range j.in {
		may := make([]bool, len(j.out))
		for o, group := range j.out {
			if may[o] = !slices.Contains(shut[group[0]], i); may[o] {
				j.width[o]++
			}
		}
		j.allowed = append(j.allowed, may)
	}
	return j
}

// join puts an arc into the first group with whose first arc it is alike, or into a new one.
func join(groups [][]Arc, a Arc, alike func(Arc) bool) [][]Arc {
	for i, group := range groups {
		if alike(group[0]) {
			groups[i] = append(group, a)
			return groups
		}
	}
	return append(groups, []Arc{a})
}
