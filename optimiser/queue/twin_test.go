package queue_test

import (
	"math"
	"math/rand/v2"

	"github.com/nearside-ems/nearside/optimiser/queue"
)

// randomSystem returns cars on a unit square: lists by distance, service in part by distance, and a
// load of so many erlangs a car, measured with every call served by its first station.
func randomSystem(r *rand.Rand, kept []int, cells int, perCar float64, byCell bool) *queue.System {
	x, y := make([]float64, len(kept)), make([]float64, len(kept))
	base := make([]float64, len(kept))
	for j := range kept {
		x[j], y[j], base[j] = r.Float64(), r.Float64(), 0.7+0.6*r.Float64()
	}
	s := &queue.System{Kept: kept, First: []int32{0}}
	cars := 0
	for _, k := range kept {
		cars += k
	}
	var load float64
	for range cells {
		cx, cy := r.Float64(), r.Float64()
		s.Rate = append(s.Rate, r.ExpFloat64())
		distance := make([]float64, len(kept))
		for j := range kept {
			distance[j] = math.Sqrt((x[j]-cx)*(x[j]-cx) + (y[j]-cy)*(y[j]-cy))
		}
		addList(s, distance, base, byCell)
		load += s.Rate[len(s.Rate)-1] * s.Service[s.First[len(s.Rate)-1]]
	}
	for i := range s.Rate {
		s.Rate[i] *= perCar * float64(cars) / load
	}
	return s
}

// addList appends a cell's list, stations by distance.
func addList(s *queue.System, distance, base []float64, byCell bool) {
	left := make([]bool, len(distance))
	for range distance {
		best := -1
		for j, d := range distance {
			if !left[j] && (best < 0 || d < distance[best]) {
				best = j
			}
		}
		left[best] = true
		s.Order = append(s.Order, int32(best))
		service := base[best]
		if byCell {
			service += distance[best]
		}
		s.Service = append(s.Service, service)
		s.Travel = append(s.Travel, distance[best])
	}
	s.First = append(s.First, int32(len(s.Order)))
}

// alike returns n stations with one car each, all alike: cell i asks i, i+1, … in turn.
func alike(n int, erlangs float64) *queue.System {
	s := &queue.System{Kept: make([]int, n), First: []int32{0}}
	for i := range n {
		s.Kept[i] = 1
		s.Rate = append(s.Rate, erlangs/float64(n))
		for k := range n {
			s.Order = append(s.Order, int32((i+k)%n))
			s.Service = append(s.Service, 1)
			s.Travel = append(s.Travel, float64(k))
		}
		s.First = append(s.First, int32(len(s.Order)))
	}
	return s
}

// denseWorkloads solves the hypercube's equations by Gaussian elimination over all states, straight
// from the definition. Service is by the station's first entry, so byCell must be false.
func denseWorkloads(s *queue.System) (workload []float64, lost float64) {
	station, members := carsOf(s)
	mean := make([]float64, len(s.Kept))
	for e, j := range s.Order {
		mean[j] = s.Service[e]
	}
	n := len(station)
	m := make([][]float64, 1<<n)
	for b := range m {
		m[b] = make([]float64, 1<<n+1)
	}
	flow := func(from, to int, rate float64) { m[to][from] += rate; m[from][from] -= rate }
	for b := range m {
		for c := range n {
			if b>>c&1 == 1 {
				flow(b, b&^(1<<c), 1/mean[station[c]])
			}
		}
		for i := range s.Rate {
			if free := freeCars(s, members, i, b); len(free) > 0 {
				for _, c := range free {
					flow(b, b|1<<c, s.Rate[i]/float64(len(free)))
				}
			}
		}
	}
	for b := range m[0] {
		m[0][b] = 1 // one balance follows from the others: chances sum to 1 instead
	}
	p := eliminate(m)
	workload = make([]float64, len(s.Kept))
	var calls float64
	for i, rate := range s.Rate {
		calls += rate
		for b := range p {
			if len(freeCars(s, members, i, b)) == 0 {
				lost += rate * p[b]
			}
		}
	}
	for b := range p {
		for c, j := range station {
			if b>>c&1 == 1 {
				workload[j] += p[b] / float64(s.Kept[j])
			}
		}
	}
	return workload, lost / calls
}

func carsOf(s *queue.System) (station []int, members [][]int) {
	members = make([][]int, len(s.Kept))
	for j, k := range s.Kept {
		for range k {
			members[j] = append(members[j], len(station))
			station = append(station, j)
		}
	}
	return station, members
}

// freeCars returns the cars of the first station on a cell's list that has one free.
func freeCars(s *queue.System, members [][]int, cell, out int) []int {
	for e := s.First[cell]; e < s.First[cell+1]; e++ {
		var free []int
		for _, c := range members[s.Order[e]] {
			if out>>c&1 == 0 {
				free = append(free, c)
			}
		}
		if len(free) > 0 {
			return free
		}
	}
	return nil
}

// eliminate solves m, a square matrix with the right side (zero but for the first row) in a last column.
func eliminate(m [][]float64) []float64 {
	n := len(m)
	for b := range m {
		m[b][n] = 0
	}
	m[0][n] = 1
	for k := range n {
		pivot := k
		for r := k; r < n; r++ {
			if math.Abs(m[r][k]) > math.Abs(m[pivot][k]) {
				pivot = r
			}
		}
		m[k], m[pivot] = m[pivot], m[k]
		for r := range n {
			if r == k || m[r][k] == 0 {
				continue
			}
			f := m[r][k] / m[k][k]
			for c := k; c <= n; c++ {
				m[r][c] -= f * m[k][c]
			}
		}
	}
	x := make([]float64, n)
	for k := range x {
		x[k] = m[k][n] / m[k][k]
	}
	return x
}
