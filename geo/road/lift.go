package road

import "slices"

// steps is the graph of the steps from one arc to the next: its nodes are arcs, and those that follow
// arc a are to[first[a]] to to[first[a+1]-1].
type steps struct {
	first  []Arc
	to     []Node
	banned []bool // per step
}

// lift returns the forbidden turns, which are sorted, that have to be taken for roads not to be cut off
// from the largest part of the graph that is strongly connected with the forbidden turns; first over
// the arcs that are not for buses only, then over all.
func lift(g *Graph, turns []Turn) (lifted []Turn) {
	cars := func(a Arc) bool { return g.Class[a] != BusOnly }
	for _, use := range []func(Arc) bool{cars, func(Arc) bool { return true }} {
		s := stepsOf(g, bans(without(turns, lifted)), use)
		core := s.core(use)
		lifted = append(lifted, s.search(core)...)
		for _, t := range s.reversed().search(core) {
			lifted = append(lifted, Turn{t.To, t.From})
		}
		slices.SortFunc(lifted, compareTurns)
		lifted = slices.Compact(lifted)
	}
	return lifted
}

// stepsOf lists the steps between the arcs in use.
func stepsOf(g *Graph, banned map[Arc][]Arc, use func(Arc) bool) *steps {
	s := &steps{first: make([]Arc, g.Arcs()+1)}
	for a, v := range g.Head {
		if use(Arc(a)) {
			shut := banned[Arc(a)]
			for b := g.FirstOut[v]; b < g.FirstOut[v+1]; b++ {
				if use(b) {
					s.to, s.banned = append(s.to, Node(b)), append(s.banned, slices.Contains(shut, b))
				}
			}
		}
		s.first[a+1] = Arc(len(s.to))
	}
	return s
}

// reversed returns the steps the other way round.
func (s *steps) reversed() *steps {
	n := len(s.first) - 1
	r := &steps{make([]Arc, n+1), make([]Node, len(s.to)), make([]bool, len(s.to))}
	for _, b := range s.to {
		r.first[b+1]++
	}
	for a := range n {
		r.first[a+1] += r.first[a]
	}
	next := slices.Clone(r.first)
	for a := range n {
		for i := s.first[a]; i < s.first[a+1]; i++ {
			at := next[s.to[i]]
			next[s.to[i]]++
			r.to[at], r.banned[at] = Node(a), s.banned[i]
		}
	}
	return r
}

// core tells which arcs lie in the largest strongly connected component of arcs in use.
func (s *steps) core(use func(Arc) bool) []bool {
	component, size := Components(s.first, s.to, func(i Arc) bool { return s.banned[i] })
	largest := int32(-1)
	for a, c := range component {
		if use(Arc(a)) && (largest < 0 || size[c] > size[largest]) {
			largest = c
		}
	}
	in := make([]bool, len(component))
	for a, c := range component {
		in[a] = c == largest
	}
	return in
}

// search goes from the core to all arcs with as few forbidden turns on the way to each as there can be,
// and returns those that it takes.
func (s *steps) search(core []bool) (taken []Turn) {
	seen := slices.Clone(core)
	var queue []Node
	see := func(a Node) {
		seen[a] = true
		queue = append(queue, a)
	}
	for a := range core {
		if core[a] {
			see(Node(a))
		}
	}
	for len(queue) > 0 {
		var held []Turn
		for len(queue) > 0 {
			a := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			for i := s.first[a]; i < s.first[a+1]; i++ {
				switch b := s.to[i]; {
				case seen[b]:
				case s.banned[i]:
					held = append(held, Turn{Arc(a), Arc(b)})
				default:
					see(b)
				}
			}
		}
		for _, t := range held {
			if !seen[t.To] {
				see(Node(t.To))
				taken = append(taken, t)
			}
		}
	}
	return taken
}
