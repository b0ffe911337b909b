package osm

import "slices"

// chain is a stretch of road between two junctions: nodes (positions in input.ids) and the rule along it.
type chain struct {
	nodes             []uint32
	rule              rule
	firstWay, lastWay uint32 // positions in input.ways
}

func (c *chain) first() uint32 { return c.nodes[0] }
func (c *chain) last() uint32  { return c.nodes[len(c.nodes)-1] }

// reverse turns the chain round.
func (c *chain) reverse() {
	slices.Reverse(c.nodes)
	c.rule.forward, c.rule.backward = c.rule.backward, c.rule.forward
	c.firstWay, c.lastWay = c.lastWay, c.firstWay
}

// contract cuts the ways into chains at junctions, then joins chains that meet where nothing else
// meets them and the rule and the street stay the same, so that what is left between junctions is shape.
func contract(in *input) []chain {
	pieces := cut(in)
	j := newJoiner(pieces)
	var out []chain
	for p := range pieces {
		if !j.taken[p] && (!j.joins(pieces[p].first()) || !j.joins(pieces[p].last())) {
			out = append(out, j.walk(p))
		}
	}
	for p := range pieces { // rings without a junction
		if !j.taken[p] {
			out = append(out, pieces[p])
		}
	}
	return out
}

// cut cuts the ways at nodes where other than two segments meet, where ways end, and where nodes are unknown.
func cut(in *input) []chain {
	degree := make([]uint8, len(in.ids))
	segments(in, func(_ int, a, b uint32) {
		degree[a], degree[b] = min(degree[a]+1, 3), min(degree[b]+1, 3)
	})
	var out []chain
	last := -1
	segments(in, func(w int, a, b uint32) {
		n := len(out) - 1
		if w == last && out[n].last() == a && degree[a] == 2 {
			out[n].nodes = append(out[n].nodes, b)
			return
		}
		out = append(out, chain{nodes: []uint32{a, b}, rule: in.ways[w], firstWay: uint32(w), lastWay: uint32(w)})
		last = w
	})
	return out
}

// segments calls f for each segment between two different known nodes, with its way.
func segments(in *input, f func(way int, a, b uint32)) {
	for w := range in.ways {
		refs := in.refs[in.firstRef[w]:in.firstRef[w+1]]
		for i := 1; i < len(refs); i++ {
			if a, b := refs[i-1], refs[i]; a != b && in.known[a] && in.known[b] {
				f(w, a, b)
			}
		}
	}
}

// joiner joins pieces at the nodes where exactly two of them end.
type joiner struct {
	pieces []chain
	ends   map[uint32][]uint32 // node -> pieces that end there
	taken  []bool
}

func newJoiner(pieces []chain) *joiner {
	j := &joiner{pieces: pieces, ends: make(map[uint32][]uint32, len(pieces)), taken: make([]bool, len(pieces))}
	for p := range pieces {
		a, b := pieces[p].first(), pieces[p].last()
		j.ends[a] = append(j.ends[a], uint32(p))
		j.ends[b] = append(j.ends[b], uint32(p))
	}
	return j
}

// joins tells whether the node joins two pieces into one road, and is no junction.
func (j *joiner) joins(node uint32) bool {
	e := j.ends[node]
	if len(e) != 2 || e[0] == e[1] {
		return false
	}
	a, b := j.pieces[e[0]].rule, j.pieces[e[1]].rule
	if (j.pieces[e[0]].first() == node) == (j.pieces[e[1]].first() == node) {
		b.forward, b.backward = b.backward, b.forward
	}
	return a == b
}

// walk returns the road that starts with piece p, which has a junction at one end at least.
func (j *joiner) walk(p int) chain {
	c := j.take(p)
	if j.joins(c.first()) {
		c.reverse()
	}
	for j.joins(c.last()) {
		node := c.last()
		e := j.ends[node]
		q := e[0]
		if j.taken[q] {
			q = e[1]
		}
		d := j.take(int(q))
		if d.first() != node {
			d.reverse()
		}
		c.nodes, c.lastWay = append(c.nodes, d.nodes[1:]...), d.lastWay
	}
	return c
}

// take marks a piece as used and returns a copy of it.
func (j *joiner) take(p int) chain {
	j.taken[p] = true
	c := j.pieces[p]
	c.nodes = slices.Clone(c.nodes)
	return c
}
