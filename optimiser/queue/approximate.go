package queue

import "math"

// Limits of the iteration of Approximate.
const (
	tolerance     = 1e-10 // no workload moves by more between two iterations
	maxIterations = 1000
	shortest      = 1.0 / 64 // step
)

// Approximate returns how a system works by the method of Budge, Ingolfsson and Erkut (2009): cars are
// out independently of each other but for a factor that a system of as many cars, all alike and with
// the same load, would have. It holds for any distribution of service times as far as that factor does.
//
// The workloads are the fixed point of an iteration; Result says whether it was reached.
//
// Sets of stations that no list brings together are solved each by itself.
func Approximate(s *System) (*Result, error) { return inParts(s, approximate) }

func approximate(s *System) (*Result, error) {
	a := newApproximation(s)
	r := &Result{Workload: a.busy, Share: make([]float64, len(s.Order))}
	step, last := 1.0, math.Inf(1)
	for r.Iterations < maxIterations && !r.Converged {
		r.Residual = a.iterate(step)
		r.Iterations++
		r.Converged = r.Residual <= tolerance
		if r.Residual > last { // it swings instead of settling
			step = max(step/2, shortest)
		} else {
			step = min(1, step*1.1)
		}
		last = r.Residual
	}
	a.correct()
	for i := range s.Rate {
		a.shares(i)
		copy(r.Share[s.First[i]:s.First[i+1]], a.share)
	}
	r.summarise(s)
	return r, nil
}

// approximation is the state of the iteration. Nothing is allocated after newApproximation.
type approximation struct {
	s        *System
	cars     int
	complete bool    // every list has all cars
	calls    float64 // in a unit of time, of the cells that have a list
	load     float64 // offered, in erlangs

	busy  []float64 // per station: workload of each of its cars
	work  []float64 // per station: erlangs of the calls it serves
	next  []float64 // per station: the workload that these make
	all   []float64 // per station: how much likelier all its cars are out than as many usual ones
	any   []float64 // the same of one of them being free
	out   []float64 // out[m]: share of the time in which m given cars of as many alike are all out
	share []float64 // of one cell, per entry of its list
}

func newApproximation(s *System) *approximation {
	n, stations := s.cars(), len(s.Kept)
	a := &approximation{
		s: s, cars: n, busy: make([]float64, stations), work: make([]float64, stations), next: make([]float64, stations),
		all: make([]float64, stations), any: make([]float64, stations), out: make([]float64, n+1),
	}
	a.complete = true
	longest := 0
	for i, rate := range s.Rate {
		first, end := s.First[i], s.First[i+1]
		longest = max(longest, int(end-first))
		a.complete = a.complete && int(end-first) == stations
		if first < end {
			a.calls += rate
			a.load += rate * s.Service[first]
		}
	}
	a.share = make([]float64, longest)
	usual := a.load * (1 - ErlangB(n, a.load)) / float64(n)
	for j := range a.busy {
		a.busy[j] = usual
	}
	return a
}

// correct computes what the shares of all cells are made of, from the load and the workloads.
//
// In Erlang's loss system m given cars of n are all out in a share B(n)/B(n−m) of the time. By the
// recursion of B, the next is out too in a share a/(n−m + aB(n−m−1)) of that.
func (a *approximation) correct() {
	lost := 1.0 // B(k)
	for k := 1; k <= a.cars; k++ {
		next := a.load / (float64(k) + a.load*lost)
		a.out[a.cars-k+1] = next // B(k)/B(k−1), until they are multiplied
		lost *= next
	}
	a.out[0] = 1
	for m := 1; m <= a.cars; m++ {
		a.out[m] *= a.out[m-1]
	}
	usual := a.out[1]
	if a.complete {
		// The same when all is settled; before, workloads that are all too high change nothing this way.
		usual = a.s.mean(a.busy)
	}
	for j, k := range a.s.Kept {
		a.all[j], a.any[j] = 1, 1
		if usual > 0 {
			a.all[j] = power(a.busy[j]/usual, k)
			a.any[j] = (1 - power(a.busy[j], k)) / (1 - power(usual, k))
		}
	}
}

// power returns x to the k-th, k ≥ 1, by multiplication: stations keep few cars.
func power(x float64, k int) float64 {
	p := x
	for ; k > 1; k-- {
		p *= x
	}
	return p
}

// shares computes which share of its calls each station on a cell's list serves. They add up to what
// a system of cars all alike would serve, or, for a list without all cars, to what is left by the
// chance that all on the list are out.
func (a *approximation) shares(cell int) []float64 {
	list := a.s.Order[a.s.First[cell]:a.s.First[cell+1]]
	share := a.share[:len(list)]
	before, sum := 1.0, 0.0
	m := 0
	for e, j := range list {
		next := m + a.s.Kept[j]
		share[e] = (a.out[m] - a.out[next]) * before * a.any[j]
		sum += share[e]
		before *= a.all[j]
		m = next
	}
	served := 1 - a.out[m]
	if m < a.cars {
		served = sum / (sum + a.out[m]*before)
	}
	if sum > 0 {
		for e := range share {
			share[e] *= served / sum
		}
	}
	return share
}

// iterate makes one step of the fixed-point iteration, of the given length, and returns by how much a
// workload would move most in a whole one.
func (a *approximation) iterate(step float64) float64 {
	a.correct()
	clear(a.work)
	var served float64
	for i, rate := range a.s.Rate {
		if rate == 0 {
			continue
		}
		first := a.s.First[i]
		for e, f := range a.shares(i) {
			at := int(first) + e
			served += rate * f
			a.work[a.s.Order[at]] += rate * f * a.s.Service[at]
		}
	}
	most := a.move(step)
	if served > 0 {
		move := sum(a.work)/served*a.calls - a.load
		a.load += step * move
		most = max(most, math.Abs(move)/float64(a.cars))
	}
	return most
}

// move takes the workloads a step towards those that the calls make, and returns the longest way left.
//
// Shares of complete lists are scaled to a fixed sum, so that workloads all too high would stay so: the
// odds of being out are scaled too, by one Newton step towards the work that there is.
func (a *approximation) move(step float64) float64 {
	var carried, would, gain float64
	for j, k := range a.s.Kept {
		free := 1 - power(a.busy[j], k)
		if free <= 0 {
			free = 1e-300
		}
		r := workload(a.work[j]/free, k)
		carried += a.work[j]
		would += r * float64(k)
		gain += r * (1 - r) * float64(k)
		a.next[j] = r
	}
	odds := 1.0
	if a.complete && gain > 0 {
		odds = math.Exp(max(-1, min(1, (carried-would)/gain)))
	}
	var most float64
	for j, r := range a.next {
		move := r*odds/(1-r+r*odds) - a.busy[j]
		most = max(most, math.Abs(move))
		a.busy[j] += step * move
	}
	return most
}

func sum(xs []float64) (total float64) {
	for _, x := range xs {
		total += x
	}
	return total
}

// workload returns the r with rk = v(1 − rᵏ): how busy each of k cars is that have v erlangs to do
// while not all of them are out. The left side grows from 0 and the right side falls to 0.
func workload(v float64, k int) float64 {
	if k == 1 {
		return v / (1 + v)
	}
	low, high := 0.0, 1.0
	for range 60 {
		middle := (low + high) / 2
		if middle*float64(k) < v*(1-power(middle, k)) {
			low = middle
		} else {
			high = middle
		}
	}
	return (low + high) / 2
}
