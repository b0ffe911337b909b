package queue_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/optimiser/queue"
)

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.15g, want %.15g to %g", what, got, want, tolerance)
	}
}

// Cars that are all alike are an Erlang loss system, whoever is asked first.
func TestExactIsErlangB(t *testing.T) {
	for n := 1; n <= queue.MaxExactCars; n++ {
		for _, perCar := range []float64{0.05, 0.3, 0.7, 1, 3} {
			load := perCar * float64(n)
			r, err := queue.Exact(alike(n, load))
			if err != nil || !r.Converged {
				t.Fatalf("%d cars: %v, converged %v", n, err, r.Converged)
			}
			lost := queue.ErlangB(n, load)
			near(t, "lost", r.Lost, lost, 1e-9)
			for _, w := range r.Workload {
				near(t, "workload", w, perCar*(1-lost), 1e-9)
			}
		}
	}
}

// Without a common rate there is no closed form: the equations are solved by elimination instead.
func TestExactIsTheSolutionOfItsEquations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kept := rapid.SliceOfN(rapid.IntRange(1, 2), 1, 4).Draw(t, "kept")
		perCar := rapid.Float64Range(0.01, 2).Draw(t, "erlangs a car")
		s := randomSystem(rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)), kept, 7, perCar, false)
		if rapid.Bool().Draw(t, "short lists") {
			s = shortened(s, 2)
		}
		want, lost := denseWorkloads(s)
		got, err := queue.Exact(s)
		if err != nil || !got.Converged {
			t.Fatal(err, got)
		}
		for j := range want {
			if math.Abs(got.Workload[j]-want[j]) > 1e-9 {
				t.Fatalf("workload %v, by elimination %v", got.Workload, want)
			}
		}
		if math.Abs(got.Lost-lost) > 1e-9 {
			t.Fatalf("lost %g, by elimination %g", got.Lost, lost)
		}
	})
}

// shortened returns the system with lists of at most so many stations.
func shortened(s *queue.System, most int32) *queue.System {
	out := &queue.System{Kept: s.Kept, Rate: s.Rate, First: []int32{0}}
	for i := range s.Rate {
		from, to := s.First[i], min(s.First[i+1], s.First[i]+most)
		out.Order = append(out.Order, s.Order[from:to]...)
		out.Service = append(out.Service, s.Service[from:to]...)
		out.Travel = append(out.Travel, s.Travel[from:to]...)
		out.First = append(out.First, int32(len(out.Order)))
	}
	return out
}
