package road

import (
	"cmp"
	"fmt"
	"slices"
)

// Turn is a turn that is forbidden: at the head of From, on to To.
type Turn struct{ From, To Arc }

// Splits says what ForbidTurns changed.
type Splits struct {
	Turns      int    // forbidden
	Junctions  int    // at which they are
	Nodes      int    // added to them
	Connectors int    // arcs added between these nodes
	Lifted     []Turn // turns that may be taken all the same, in the arc numbers before
}

// ForbidTurns rewrites the graph so that no path takes a forbidden turn, in any way of driving. Only
// junctions with such a turn change: the arcs into one are grouped by the turns forbidden to them, the
// arcs out of it by the groups that may not take them, and connectors, arcs of no time and no length,
// join each group in with the groups out that it may turn to. Every arc stays one arc, from one node to
// one other, at the same place; its number, and the node that it leaves or enters, may be new. Nodes
// keep their numbers and the copies come after them.
//
// A turn is not forbidden where roads could otherwise not be reached from the rest, or not left: such
// restrictions are errors of the map more often than not, and a crew would have to drive there anyway.
// Splits.Lifted lists these turns. So a graph that is strongly connected stays so, and the part of it
// that is not for buses only too.
//
// Splitting junctions rather than expanding every turn: after Geisberger and Vetter, Efficient routing
// in road networks with turn costs (SEA 2011), section 3, where most junctions need no turn table.
func (r *Roads) ForbidTurns(turns []Turn) (Splits, error) {
	tail := r.Graph.Tails()
	for i, t := range turns {
		if n := Arc(r.Graph.Arcs()); t.From >= n || t.To >= n || r.Graph.Head[t.From] != tail[t.To] {
			return Splits{}, fmt.Errorf("forbid turns: turn %d goes from arc %d to arc %d, which does not start where that ends", i, t.From, t.To)
		}
	}
	if len(turns) == 0 {
		return Splits{}, nil
	}
	turns = slices.Clone(turns)
	slices.SortFunc(turns, compareTurns)
	turns = slices.Compact(turns)
	lifted := lift(r.Graph, turns)
	turns = without(turns, lifted)
	s := splitter{graph: r.Graph, tail: tail, head: slices.Clone(r.Graph.Head), banned: bans(turns)}
	junctions := s.split(turns)
	number := s.rewrite(r.Graph)
	for _, arcs := range [][]Arc{r.Edges.Forward, r.Edges.Backward} {
		for i, a := range arcs {
			arcs[i] = number[a]
		}
	}
	return Splits{Turns: len(turns), Junctions: junctions, Nodes: len(s.copyOf), Connectors: len(s.connectors), Lifted: lifted}, nil
}

func compareTurns(a, b Turn) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}

// without returns the turns that are not among others, which are sorted.
func without(turns, others []Turn) []Turn {
	return slices.DeleteFunc(slices.Clone(turns), func(t Turn) bool {
		_, among := slices.BinarySearchFunc(others, t, compareTurns)
		return among
	})
}

// bans lists the arcs that may not follow an arc, ascending.
func bans(turns []Turn) map[Arc][]Arc {
	m := map[Arc][]Arc{}
	for _, t := range turns {
		m[t.From] = append(m[t.From], t.To)
	}
	return m
}

// connector is an arc of no time and no length. It has the class and zone of an arc that starts at its
// head, so that it is open in every profile that opens that arc.
type connector struct {
	tail, head Node
	class      Class
	zone       Zone
}

// splitter holds the graph while junctions are split.
type splitter struct {
	graph      *Graph // before
	banned     map[Arc][]Arc
	tail, head []Node // per arc of graph: where it runs from and to by now
	copyOf     []Node // per added node: the junction that it belongs to
	connectors []connector
}

// split splits the junctions of the forbidden turns and returns how many these are.
func (s *splitter) split(turns []Turn) int {
	into := map[Node][]Arc{}
	for _, t := range turns {
		into[s.graph.Head[t.From]] = nil
	}
	for a, v := range s.graph.Head {
		if arcs, split := into[v]; split {
			into[v] = append(arcs, Arc(a))
		}
	}
	vias := make([]Node, 0, len(into))
	for v := range into {
		vias = append(vias, v)
	}
	slices.Sort(vias)
	for _, v := range vias {
		s.splitAt(v, into[v])
	}
	return len(vias)
}

// add adds a node at a junction.
func (s *splitter) add(via Node) Node {
	s.copyOf = append(s.copyOf, via)
	return Node(s.graph.Nodes() + len(s.copyOf) - 1)
}

// rewrite puts the new graph in the place of g and returns the new number of each arc.
func (s *splitter) rewrite(g *Graph) (number []Arc) {
	nodes, arcs := g.Nodes()+len(s.copyOf), g.Arcs()+len(s.connectors)
	old := *g
	*g = Graph{FirstOut: make([]Arc, nodes+1), Head: make([]Node, arcs), Base: make([]Millis, arcs), Metres: make([]float32, arcs),
		Class: make([]Class, arcs), Zone: make([]Zone, arcs), Lon: old.Lon, Lat: old.Lat}
	for _, v := range s.copyOf {
		g.Lon, g.Lat = append(g.Lon, old.Lon[v]), append(g.Lat, old.Lat[v])
	}
	for _, v := range s.tail {
		g.FirstOut[v+1]++
	}
	for _, c := range s.connectors {
		g.FirstOut[c.tail+1]++
	}
	for v := range nodes {
		g.FirstOut[v+1] += g.FirstOut[v]
	}
	next := slices.Clone(g.FirstOut)
	number = make([]Arc, len(s.tail))
	for a, v := range s.tail {
		n := next[v]
		next[v]++
		number[a] = n
		g.Head[n], g.Base[n], g.Metres[n], g.Class[n], g.Zone[n] = s.head[a], old.Base[a], old.Metres[a], old.Class[a], old.Zone[a]
	}
	for _, c := range s.connectors {
		n := next[c.tail]
		next[c.tail]++
		g.Head[n], g.Class[n], g.Zone[n] = c.head, c.class, c.zone
	}
	return number
}
