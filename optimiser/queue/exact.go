package queue

import (
	"fmt"
	"math/bits"
)

// MaxExactCars bounds Exact: the states are the subsets of the cars that are out.
const MaxExactCars = 12

// Limits of the iterations of Exact.
const (
	imbalance  = 1e-13 // of all flow, at any state
	maxSweeps  = 20000
	sameTime   = 1e-12 // a mean service time moves by no larger share
	maxRetimes = 100
)

// Exact returns how a system of up to MaxExactCars cars works, by Larson's hypercube: the long-run
// chance of every subset of cars being the one that is out. A station with several cars sends any one
// of those free, with equal chances.
//
// Service is exponential with one mean a station. Where System gives times that depend on the cell,
// the mean is that over the calls which the station serves (Larson's calibration); the model is then
// exact but for that. Result.Residual is the largest imbalance of a state's flow.
//
// Sets of stations that no list brings together are solved each by itself; each may have that many cars.
func Exact(s *System) (*Result, error) { return inParts(s, exact) }

func exact(s *System) (*Result, error) {
	h, err := solveHypercube(s)
	if err != nil {
		return nil, err
	}
	return h.result(), nil
}

// hypercube is the Markov chain over the sets of cars that are out, a bit a car.
type hypercube struct {
	s       *System
	cars    int
	states  int
	station []int    // of each car
	members []uint32 // cars of each station

	before []uint32  // per entry of Order: the cars of all stations asked earlier
	rate   []float64 // per station × set: rate of calls that come to it when exactly these were asked earlier
	up     []float64 // state × car: rate at which the car is sent
	time   []float64 // mean service per station
	down   []float64 // per car: 1/time of its station

	p     []float64 // chance of each state
	out   []float64 // per set: chance that all its cars are out
	level []float64 // scratch, three a number of cars out

	sweeps    int
	residual  float64
	converged bool
}

func solveHypercube(s *System) (*hypercube, error) {
	if n := s.cars(); n > MaxExactCars {
		return nil, fmt.Errorf("%d cars: the exact hypercube has a state for every subset and takes at most %d; use Approximate", n, MaxExactCars)
	}
	h := newHypercube(s)
	moved := 1.0
	for range maxRetimes {
		// Chances need not be nearer than the times that they follow from, until these settle.
		near := max(imbalance, moved/1000)
		h.balance(near)
		moved = h.retime()
		h.converged = moved <= sameTime && h.residual <= imbalance
		if h.converged || h.residual > near {
			break
		}
	}
	return h, nil
}

func newHypercube(s *System) *hypercube {
	n := s.cars()
	h := &hypercube{
		s: s, cars: n, states: 1 << n, members: make([]uint32, len(s.Kept)),
		before: make([]uint32, len(s.Order)), rate: make([]float64, len(s.Kept)<<n),
		up: make([]float64, n<<n), time: make([]float64, len(s.Kept)), down: make([]float64, n),
		p: make([]float64, 1<<n), out: make([]float64, 1<<n), level: make([]float64, 3*(n+1)),
	}
	for j, k := range s.Kept {
		for range k {
			h.members[j] |= 1 << len(h.station)
			h.station = append(h.station, j)
		}
	}
	h.callRates()
	h.sendRates()
	h.start()
	return h
}

// callRates adds up the calls by the cars that are asked before a station, and gives each station the
// mean service of the calls that name it, to start from.
func (h *hypercube) callRates() {
	s := h.s
	weight := make([]float64, len(s.Kept))
	count := make([]float64, len(s.Kept)) // for stations that no call names
	plain := make([]float64, len(s.Kept))
	for i, rate := range s.Rate {
		var asked uint32
		for e := s.First[i]; e < s.First[i+1]; e++ {
			j := s.Order[e]
			h.before[e] = asked
			h.rate[int(j)<<h.cars|int(asked)] += rate
			weight[j] += rate
			h.time[j] += rate * s.Service[e]
			count[j]++
			plain[j] += s.Service[e]
			asked |= h.members[j]
		}
	}
	for j := range h.time {
		switch {
		case weight[j] > 0:
			h.time[j] /= weight[j]
		case count[j] > 0:
			h.time[j] = plain[j] / count[j]
		default:
			h.time[j] = 1 // on no list: it is never out, whatever its time
		}
	}
	h.setDown()
}

func (h *hypercube) setDown() {
	for c, j := range h.station {
		h.down[c] = 1 / h.time[j]
	}
}

// sendRates computes the rate at which each car is sent in each state: that of all calls whose earlier
// cars are a subset of those out. The sums over subsets take one pass a car.
func (h *hypercube) sendRates() {
	for j, members := range h.members {
		sum := h.rate[j<<h.cars : (j+1)<<h.cars]
		for c := range h.cars {
			for b := range sum {
				if b>>c&1 == 1 {
					sum[b] += sum[b&^(1<<c)]
				}
			}
		}
		for b := range sum {
			free := members &^ uint32(b)
			if free == 0 {
				continue
			}
			each := sum[b] / float64(bits.OnesCount32(free))
			for ; free != 0; free &= free - 1 {
				h.up[b*h.cars+bits.TrailingZeros32(free)] = each
			}
		}
	}
}
