package order

import "math"

// alongHops is the direction of a piece whose coordinates tell nothing.
const alongHops = directions

// aim computes how far along a direction the nodes lie.
func (c *cutter) aim(direction int) {
	p := c.contest.piece
	c.key = filled(c.key, p.nodes(), 0)
	if direction == alongHops {
		c.hops()
		return
	}
	sin, cos := math.Sincos(math.Pi * float64(direction) / directions)
	for v := range c.key {
		c.key[v] = p.x[v]*float32(cos) + p.y[v]*float32(sin)
	}
}

// hops takes for the position of a node how many arcs it is nearer to one of two far ends than to the
// other.
func (c *cutter) hops() {
	a := c.count(0, 0)
	b := c.count(a, 1)
	c.count(b, -1)
}

// count adds to the keys the numbers of arcs from a node, times a factor, and returns the farthest node.
func (c *cutter) count(from int32, factor float32) (farthest int32) {
	hops := filled[int32](nil, c.g.nodes(), none)
	hops[from] = 0
	queue := append(make([]int32, 0, len(hops)), from)
	for i := 0; i < len(queue); i++ {
		v := queue[i]
		c.key[v] += factor * float32(hops[v])
		for _, w := range c.g.of(v) {
			if hops[w] == none {
				hops[w] = hops[v] + 1
				queue = append(queue, w)
			}
		}
	}
	return queue[len(queue)-1]
}
