package queue

import (
	"math"
	"math/bits"
)

// start gives the states the chances that they would have were all cars alike.
func (h *hypercube) start() {
	var calls, load float64
	for i, rate := range h.s.Rate {
		if first := h.s.First[i]; first < h.s.First[i+1] {
			calls += rate
			load += rate * h.time[h.s.Order[first]]
		}
	}
	level := h.level[:h.cars+1]
	level[0] = 1
	for k := 1; k <= h.cars; k++ { // load^k/k! over the number of states with k cars out
		level[k] = level[k-1] * load / float64(h.cars-k+1)
	}
	for b := range h.p {
		h.p[b] = level[bits.OnesCount(uint(b))]
	}
	h.normalise()
}

func (h *hypercube) normalise() {
	var sum float64
	for _, p := range h.p {
		sum += p
	}
	for b := range h.p {
		h.p[b] /= sum
	}
}

// balance finds the chances at which every state's flow in equals its flow out: Gauss–Seidel sweeps up
// and down, each followed by scaling the states with k cars out so that as much flows up to k + 1 as
// comes back; until no flow is out of balance by more than near, a share of all flow.
func (h *hypercube) balance(near float64) {
	for range maxSweeps / 2 {
		for b := range h.states {
			h.relax(b)
		}
		h.scaleLevels()
		for b := h.states - 1; b >= 0; b-- {
			h.relax(b)
		}
		h.scaleLevels()
		h.sweeps += 2
		if h.residual = h.imbalance(); h.residual <= near {
			return
		}
	}
}

// flows returns what flows into a state, and the rate at which it is left.
func (h *hypercube) flows(b int) (in, leave float64) {
	up := h.up[b*h.cars : (b+1)*h.cars]
	for c, down := range h.down {
		bit := 1 << c
		if b&bit != 0 {
			leave += down
			in += h.p[b^bit] * h.up[(b^bit)*h.cars+c]
		} else {
			leave += up[c]
			in += h.p[b^bit] * down
		}
	}
	return in, leave
}

func (h *hypercube) relax(b int) {
	if in, leave := h.flows(b); leave > 0 {
		h.p[b] = in / leave
	}
}

// imbalance returns the largest difference between the flow in and out of a state, as a share of all flow.
func (h *hypercube) imbalance() float64 {
	var most, all float64
	for b, p := range h.p {
		in, leave := h.flows(b)
		most = max(most, math.Abs(in-p*leave))
		all += in
	}
	if all == 0 {
		return 0
	}
	return most / all
}

// scaleLevels scales the states by how many cars are out, so that flows between neighbouring numbers
// balance, and all chances sum to 1.
func (h *hypercube) scaleLevels() {
	n := h.cars + 1
	rise, fall, scale := h.level[:n], h.level[n:2*n], h.level[2*n:]
	clear(h.level)
	for b, p := range h.p {
		k := bits.OnesCount(uint(b))
		for c, down := range h.down {
			if b>>c&1 == 1 {
				fall[k] += p * down
			} else {
				rise[k] += p * h.up[b*h.cars+c]
			}
		}
	}
	scale[0] = 1
	for k := 1; k < n; k++ {
		if fall[k] > 0 {
			scale[k] = scale[k-1] * rise[k-1] / fall[k]
		}
	}
	for b := range h.p {
		h.p[b] *= scale[bits.OnesCount(uint(b))]
	}
	h.normalise()
}

// retime sets each station's mean service to that over the calls it serves, and returns the largest
// share by which one moved.
func (h *hypercube) retime() (moved float64) {
	h.allOut()
	weight, sum := make([]float64, len(h.time)), make([]float64, len(h.time))
	for i, rate := range h.s.Rate {
		for e := h.s.First[i]; e < h.s.First[i+1]; e++ {
			w := rate * h.share(e)
			weight[h.s.Order[e]] += w
			sum[h.s.Order[e]] += w * h.s.Service[e]
		}
	}
	for j, w := range weight {
		if w > 0 {
			mean := sum[j] / w
			moved = max(moved, math.Abs(mean/h.time[j]-1))
			h.time[j] = mean
		}
	}
	if moved > sameTime {
		h.setDown()
	}
	return moved
}

// allOut computes the chance that all cars of a set are out, for every set.
func (h *hypercube) allOut() {
	copy(h.out, h.p)
	for c := range h.cars {
		for b := range h.out {
			if b>>c&1 == 0 {
				h.out[b] += h.out[b|1<<c]
			}
		}
	}
}

// share returns which share of its cell's calls the station of an entry of Order serves: all cars asked
// earlier are out, and not all of its own.
func (h *hypercube) share(e int32) float64 {
	asked := h.before[e]
	return max(0, h.out[asked]-h.out[asked|h.members[h.s.Order[e]]])
}

func (h *hypercube) result() *Result {
	r := &Result{
		Workload: make([]float64, len(h.s.Kept)), Share: make([]float64, len(h.s.Order)),
		Iterations: h.sweeps, Residual: h.residual, Converged: h.converged,
	}
	for j, members := range h.members {
		r.Workload[j] = h.out[members&-members] // of its first car; the others are like it
	}
	for e := range r.Share {
		r.Share[e] = h.share(int32(e))
	}
	r.summarise(h.s)
	return r
}
