package dispatch

import (
	"fmt"
	"math/bits"
)

// Cover counts the free cars that are near enough to each cell, and weighs the cells by the calls that
// are expected there. With a busy fraction q, n cars reach a call in time with the chance 1 − qⁿ, as if
// they were busy independently of each other (MEXCLP: Daskin 1983, Transportation Science 17); with q = 0
// a cell is covered as soon as one car is near enough.
//
// It is scratch space: one goroutine at a time, and nothing is allocated once it has grown. Sums are in
// the order of the cells, so that they do not depend on the order in which cars came.
type Cover struct {
	weights []float32 // expected calls an hour
	busy    float64
	near    []int32   // cars, by cell
	next    []float64 // expected calls an hour that one more car would add: w(1−q)qⁿ
	last    []float64 // that one of the n cars adds: w(1−q)qⁿ⁻¹; 0 where there is none
	power   []float64 // of busy
}

// Reset begins anew with no car. weights are the expected calls an hour by cell; they are kept and read
// until the next Reset. It panics unless 0 ≤ busy < 1: a car that is always busy covers nothing.
func (c *Cover) Reset(weights []float32, busy float64) {
	if !(busy >= 0 && busy < 1) {
		panic(fmt.Sprintf("dispatch: busy fraction %v: want 0 or more and below 1", busy))
	}
	c.weights, c.busy = weights, busy
	if cap(c.near) < len(weights) {
		c.near, c.next, c.last = make([]int32, len(weights)), make([]float64, len(weights)), make([]float64, len(weights))
	}
	c.near, c.next, c.last = c.near[:len(weights)], c.next[:len(weights)], c.last[:len(weights)]
	clear(c.near)
	clear(c.last)
	for i, w := range weights {
		c.next[i] = float64(w) * (1 - busy)
	}
	c.power = append(c.power[:0], 1)
}

// Add counts a car in. Its reach must be of as many cells as there are weights.
func (c *Cover) Add(r Reach) { c.count(r, 1) }

// Remove takes out a car that was counted in with the same reach.
func (c *Cover) Remove(r Reach) { c.count(r, -1) }

func (c *Cover) count(r Reach, by int32) {
	for w, set := range r {
		for ; set != 0; set &= set - 1 {
			i := w*64 + bits.TrailingZeros64(set)
			c.near[i] += by
			c.price(i)
		}
	}
}

// price works out what the next and the last car add in a cell.
func (c *Cover) price(i int) {
	n := int(c.near[i])
	for len(c.power) <= n {
		c.power = append(c.power, c.power[len(c.power)-1]*c.busy)
	}
	w := float64(c.weights[i]) * (1 - c.busy)
	c.next[i], c.last[i] = w*c.power[n], 0
	if n > 0 {
		c.last[i] = w * c.power[n-1]
	}
}

// Near returns how many cars are near enough to each cell. It is valid until the next change.
func (c *Cover) Near() []int32 { return c.near }

// At returns the expected calls an hour of a cell and the share of them that is reached in time, counting
// that cars are busy.
func (c *Cover) At(cell int) (calls, share float64) {
	return float64(c.weights[cell]), 1 - c.power[c.near[cell]]
}

// Total returns the expected calls an hour of all cells.
func (c *Cover) Total() (calls float64) {
	for _, w := range c.weights {
		calls += float64(w)
	}
	return calls
}

// Covered returns the expected calls an hour of the cells that at least one car is near enough to.
func (c *Cover) Covered() (calls float64) {
	for i, n := range c.near {
		if n > 0 {
			calls += float64(c.weights[i])
		}
	}
	return calls
}

// Expected returns the expected calls an hour that are reached in time, counting that cars are busy.
func (c *Cover) Expected() (calls float64) {
	for i, n := range c.near {
		if n > 0 {
			calls += float64(c.weights[i]) * (1 - c.power[n])
		}
	}
	return calls
}

// Only returns the expected calls an hour that nobody covers but a car that was counted in: what is no
// longer covered while it is away.
func (c *Cover) Only(r Reach) (calls float64) {
	for w, set := range r {
		for ; set != 0; set &= set - 1 {
			if i := w*64 + bits.TrailingZeros64(set); c.near[i] == 1 {
				calls += float64(c.weights[i])
			}
		}
	}
	return calls
}

// Loses returns by how much Expected falls without a car that was counted in.
func (c *Cover) Loses(r Reach) (calls float64) { return r.sum(c.last) }

// Gains returns by how much Expected rises with one more car.
func (c *Cover) Gains(r Reach) (calls float64) { return r.sum(c.next) }
