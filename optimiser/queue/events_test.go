package queue_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nearside-ems/nearside/optimiser/queue"
)

// observe plays calls one by one and counts. service draws the time of a call from its mean.
func observe(s *queue.System, calls int, r *rand.Rand, service func(*rand.Rand, float64) float64) (workload []float64, lost float64) {
	station, members := carsOf(s)
	workload = make([]float64, len(s.Kept))
	freeAt := make([]float64, len(station))
	upTo := make([]float64, len(s.Rate))
	var total, now float64
	for i, rate := range s.Rate {
		total += rate
		upTo[i] = total
	}
	for range calls {
		now += r.ExpFloat64() / total
		cell, at := 0, r.Float64()*total
		for upTo[cell] < at {
			cell++
		}
		out := 0
		for c, t := range freeAt {
			if t > now {
				out |= 1 << c
			}
		}
		free := freeCars(s, members, cell, out)
		if len(free) == 0 {
			lost++
			continue
		}
		c := free[r.IntN(len(free))]
		e := s.First[cell]
		for int(s.Order[e]) != station[c] {
			e++
		}
		d := service(r, s.Service[e])
		freeAt[c] = now + d
		workload[station[c]] += d
	}
	for j := range workload {
		workload[j] /= now * float64(s.Kept[j])
	}
	return workload, lost / float64(calls)
}

// What calls played one by one come to is what both methods say: the hypercube to within chance,
// the approximation to within its own error, with exponential service and with constant.
func TestEventsAgree(t *testing.T) {
	s := randomSystem(rand.New(rand.NewPCG(5, 5)), []int{1, 2, 1, 1}, 20, 0.5, true)
	e, err := queue.Exact(s)
	if err != nil {
		t.Fatal(err)
	}
	a := approximate(t, s)
	for name, service := range map[string]func(*rand.Rand, float64) float64{
		"exponential": func(r *rand.Rand, mean float64) float64 { return mean * r.ExpFloat64() },
		"constant":    func(_ *rand.Rand, mean float64) float64 { return mean },
	} {
		workload, lost := observe(s, 400_000, rand.New(rand.NewPCG(9, 9)), service)
		near(t, name+" lost, exact", e.Lost, lost, 0.003)
		near(t, name+" lost, approximate", a.Lost, lost, 0.006)
		for j := range workload {
			near(t, name+" workload, exact", e.Workload[j], workload[j], 0.006)
			near(t, name+" workload, approximate", a.Workload[j], workload[j], 0.02)
		}
		if math.IsNaN(lost) || lost == 0 {
			t.Errorf("%s: the case loses no calls and so tests little", name)
		}
	}
}
