package hierarchy

import (
	"cmp"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
)

// fanBuilder turns the nodes above a set of places into a Fan. Numbers below len(nodes) are nodes,
// ascending, those from there on places.
type fanBuilder struct {
	nodes []Rank
	steps [][]Step // per number: the steps from it; To is a number, ascending
	uses  []uint32 // per node: the steps to it
	users []uint32 // per node: the numbers of those with a step to it, all joined by exclusive or
	lead  []Step   // per node that is left out: where it leads; None for others
}

func (m *Metric) fan(places [][]Start, away bool) *Fan {
	if m.Out == nil {
		m = m.Perfect()
	}
	way := m.In
	if away {
		way = m.Out
	}
	number, nodes := m.above(places, way)
	b := &fanBuilder{nodes: nodes, steps: make([][]Step, 0, len(nodes)+len(places)), lead: make([]Step, len(nodes))}
	b.uses, b.users = make([]uint32, len(nodes)), make([]uint32, len(nodes))
	for _, x := range nodes {
		var steps []Step
		for _, s := range way.Step[way.First[x]:way.First[x+1]] {
			steps = append(steps, Step{number[s.To], s.Time})
		}
		b.add(steps)
	}
	for _, starts := range places {
		b.add(stepsOf(starts, number))
	}
	for x := range nodes {
		b.lead[x] = Step{To: None}
		if b.uses[x] <= 1 {
			b.leaveOut(Rank(x))
		}
	}
	return b.fan(m, away)
}

// above returns the nodes to which steps lead from places, ascending, and their numbers by rank.
func (m *Metric) above(places [][]Start, way *Steps) (number, nodes []Rank) {
	number = slices.Repeat([]Rank{None}, m.H.Nodes())
	see := func(x Rank) {
		if number[x] == None {
			number[x] = 0
			nodes = append(nodes, x)
		}
	}
	for _, starts := range places {
		for _, s := range starts {
			see(s.At)
		}
	}
	for i := 0; i < len(nodes); i++ {
		for _, s := range way.Step[way.First[nodes[i]]:way.First[nodes[i]+1]] {
			see(s.To)
		}
	}
	slices.Sort(nodes)
	for i, x := range nodes {
		number[x] = Rank(i)
	}
	return number, nodes
}

// stepsOf returns the steps from a place.
func stepsOf(starts []Start, number []Rank) []Step {
	var steps []Step
	for _, s := range starts {
		if s.Time != road.Unreachable {
			steps, _ = join(steps, []Step{{number[s.At], s.Time}}, 0)
		}
	}
	return steps
}

// add gives the next number its steps.
func (b *fanBuilder) add(steps []Step) {
	x := uint32(len(b.steps))
	b.steps = append(b.steps, steps)
	for _, s := range steps {
		b.uses[s.To]++
		b.users[s.To] ^= x
	}
}

// leaveOut leaves out a node with at most one step to it: that step's start goes on where the node's own
// steps lead. Of the ways to 2,000 places of London half the nodes go, and a third of the steps.
func (b *fanBuilder) leaveOut(x Rank) {
	c := b.users[x]
	for _, s := range b.steps[x] { // as if they were not
		b.uses[s.To]--
		b.users[s.To] ^= uint32(x)
	}
	if b.uses[x] == 1 {
		i := slices.IndexFunc(b.steps[c], func(s Step) bool { return s.To == x })
		b.lead[x] = Step{Rank(c), b.steps[c][i].Time}
		rest := slices.Delete(b.steps[c], i, i+1)
		var more []Rank
		b.steps[c], more = join(rest, b.steps[x], b.lead[x].Time)
		for _, y := range more {
			b.uses[y]++
			b.users[y] ^= c
		}
	}
	b.steps[x] = nil
}

// join returns the steps of both, ascending, those of b later by a time, and to where only b leads.
func join(a, b []Step, later road.Millis) (both []Step, more []Rank) {
	both = make([]Step, 0, len(a)+len(b))
	for _, s := range b {
		t := later.Add(s.Time)
		if t == road.Unreachable {
			continue
		}
		for len(a) > 0 && a[0].To < s.To {
			both, a = append(both, a[0]), a[1:]
		}
		if len(a) > 0 && a[0].To == s.To {
			both, a = append(both, Step{s.To, min(t, a[0].Time)}), a[1:]
			continue
		}
		both, more = append(both, Step{s.To, t}), append(more, s.To)
	}
	return append(both, a...), more
}

// fan numbers the members: nodes from the highest down, then places, neighbours in the hierarchy
// together.
func (b *fanBuilder) fan(m *Metric, away bool) *Fan {
	f := &Fan{m: m, away: away, lead: slices.Repeat([]Step{{To: None}}, m.H.Nodes()), first: []Edge{0}}
	n := len(b.nodes)
	member := make([]Rank, len(b.steps)) // per number
	give := func(x int) {
		member[x] = Rank(len(f.first) - 1)
		for _, s := range b.steps[x] {
			f.step = append(f.step, Step{member[s.To], s.Time})
		}
		f.first = append(f.first, Edge(len(f.step)))
	}
	for x := n - 1; x >= 0; x-- {
		if b.uses[x] > 1 {
			give(x)
		}
	}
	f.nodes = len(f.first) - 1
	order := make([]int, len(b.steps)-n)
	for i := range order {
		order[i] = n + i
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Or(b.lowest(y)-b.lowest(x), x-y) })
	for _, x := range order {
		give(x)
	}
	f.places = member[n:]
	for x, r := range b.nodes {
		switch lead := b.lead[x]; {
		case lead.To != None:
			f.lead[r] = Step{member[lead.To], lead.Time}
		case b.uses[x] > 1:
			f.lead[r] = Step{To: member[x]}
		}
	}
	return f
}

// lowest returns the lowest node to which a step leads, by number, or -1.
func (b *fanBuilder) lowest(x int) int {
	if len(b.steps[x]) == 0 {
		return -1
	}
	return int(b.steps[x][0].To)
}
