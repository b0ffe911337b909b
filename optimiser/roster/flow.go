package roster

import "math"

// network is a flow of least cost, unit by unit along shortest paths: Dijkstra's algorithm under
// potentials (Ahuja, Magnanti and Orlin 1993, section 9.7). Nodes are numbered along every arc's direction, so
// that the first potentials follow from one look at the arcs although costs may be below 0.
type network struct {
	first     [][]int32 // node → its arcs
	to        []int32   // per arc; an arc's number with its last bit turned is its way back
	room      []int32
	cost      []float64
	potential []float64
	distance  []float64
	via       []int32 // the arc by which a node was reached
	queue     frontier
}

func newNetwork(nodes int) *network {
	return &network{first: make([][]int32, nodes), potential: make([]float64, nodes), distance: make([]float64, nodes), via: make([]int32, nodes)}
}

// add makes an arc and returns its number.
func (n *network) add(from, to, room int, cost float64) int {
	e := len(n.to)
	n.to = append(n.to, int32(to), int32(from))
	n.room = append(n.room, int32(room), 0)
	n.cost = append(n.cost, cost, -cost)
	n.first[from] = append(n.first[from], int32(e))
	n.first[to] = append(n.first[to], int32(e+1))
	return e
}

// flow returns how many units go over an arc.
func (n *network) flow(arc int) int { return int(n.room[arc^1]) }

// send sends so many units from the first node to the last, and reports whether there was a way for each.
func (n *network) send(units int) bool {
	n.settle()
	for range units {
		if !n.augment() {
			return false
		}
	}
	return true
}

// settle sets the potentials to the least costs from the first node.
func (n *network) settle() {
	for v := range n.potential {
		n.potential[v] = math.Inf(1)
	}
	n.potential[0] = 0
	for v, arcs := range n.first {
		for _, e := range arcs {
			if to := n.to[e]; n.room[e] > 0 {
				n.potential[to] = min(n.potential[to], n.potential[v]+n.cost[e])
			}
		}
	}
}

// augment sends one unit along the cheapest way. It looks no farther than the last node: what lies beyond
// counts as that far.
func (n *network) augment() bool {
	for v := range n.distance {
		n.distance[v] = math.Inf(1)
	}
	last := int32(len(n.first) - 1)
	n.distance[0] = 0
	n.queue = append(n.queue[:0], visit{0, 0})
	for len(n.queue) > 0 {
		at := n.queue.pop()
		if at.node == last {
			break
		}
		if at.distance > n.distance[at.node] {
			continue
		}
		for _, e := range n.first[at.node] {
			if n.room[e] == 0 {
				continue
			}
			// Rounding can leave a reduced cost a little below 0.
			to := n.to[e]
			d := at.distance + max(0, n.cost[e]+n.potential[at.node]-n.potential[to])
			if d < n.distance[to] && d < n.distance[last] {
				n.distance[to], n.via[to] = d, e
				n.queue.push(visit{d, to})
			}
		}
	}
	far := n.distance[last]
	if math.IsInf(far, 1) {
		return false
	}
	for v, d := range n.distance {
		n.potential[v] += min(d, far)
	}
	for v := last; v != 0; v = n.to[n.via[v]^1] {
		n.room[n.via[v]]--
		n.room[n.via[v]^1]++
	}
	return true
}

// visit is a node to be looked at, at its distance.
type visit struct {
	distance float64
	node     int32
}

// frontier is a heap of visits, the nearest first.
type frontier []visit

func (q *frontier) push(v visit) {
	*q = append(*q, v)
	at := len(*q) - 1
	for ; at > 0 && v.distance < (*q)[(at-1)/4].distance; at = (at - 1) / 4 {
		(*q)[at] = (*q)[(at-1)/4]
	}
	(*q)[at] = v
}

func (q *frontier) pop() visit {
	h := *q
	top, v := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	*q = h
	at := 0
	for {
		least := 4*at + 1
		if least >= len(h) {
			break
		}
		for c := least + 1; c < min(4*at+5, len(h)); c++ {
			if h[c].distance < h[least].distance {
				least = c
			}
		}
		if h[least].distance >= v.distance {
			break
		}
		h[at] = h[least]
		at = least
	}
	if len(h) > 0 {
		h[at] = v
	}
	return top
}
