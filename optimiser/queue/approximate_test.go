package queue_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/optimiser/queue"
)

func approximate(t testing.TB, s *queue.System) *queue.Result {
	t.Helper()
	r, err := queue.Approximate(s)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Converged {
		t.Fatalf("not converged after %d iterations: residual %g", r.Iterations, r.Residual)
	}
	return r
}

// The correction factors are those of cars that are all alike, so that for such cars nothing is
// approximate; nor is it for one car.
func TestApproximateIsExactForCarsAlike(t *testing.T) {
	for _, n := range []int{1, 2, 5, 12, 60} {
		for _, perCar := range []float64{0.05, 0.3, 0.7, 1, 3} {
			load := perCar * float64(n)
			r := approximate(t, alike(n, load))
			lost := queue.ErlangB(n, load)
			near(t, "lost", r.Lost, lost, 1e-9)
			near(t, "busy", r.Busy, perCar*(1-lost), 1e-9)
			for k, share := range r.ByRank { // k cars are out and the next is not
				near(t, "share by rank", share, lost/queue.ErlangB(n-k, load)-lost/queue.ErlangB(n-k-1, load), 1e-9)
			}
		}
	}
}

// How far off it is on small random cities is stated in docs/busy.md; this holds it to that.
func TestApproximateIsNearExact(t *testing.T) {
	for _, kept := range [][]int{{1, 1, 1, 1}, {1, 1, 1, 1, 1, 1, 1, 1, 1}, {3, 2, 1, 2}} {
		for _, perCar := range []float64{0.1, 0.3, 0.6} {
			const cities = 10
			var workload, busy, lost, response float64
			for seed := range uint64(cities) {
				s := randomSystem(rand.New(rand.NewPCG(seed, 1)), kept, 30, perCar, true)
				a := approximate(t, s)
				e, err := queue.Exact(s)
				if err != nil || !e.Converged {
					t.Fatal(err, e)
				}
				for j := range a.Workload {
					workload += math.Abs(a.Workload[j]-e.Workload[j]) / float64(len(kept)*cities)
				}
				busy = max(busy, math.Abs(a.Busy-e.Busy))
				lost = max(lost, math.Abs(a.Lost-e.Lost))
				response = max(response, math.Abs(a.Response/e.Response-1))
			}
			if workload > 0.008 || busy > 0.004 || lost > 0.004 || response > 0.03 {
				t.Errorf("%v cars, %g erlangs a car: workloads are off by %.4f on average, their mean by up to %.4f, lost calls by %.4f, response by %.2f %%", kept, perCar, workload, busy, lost, 100*response)
			}
		}
	}
}

func TestInvariances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kept := rapid.SliceOfN(rapid.IntRange(1, 3), 1, 4).Draw(t, "kept")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		s := randomSystem(r, kept, 12, rapid.Float64Range(0, 1.5).Draw(t, "erlangs a car"), true)
		if rapid.Bool().Draw(t, "short lists") {
			s = shortened(s, 2)
		}
		for _, solve := range []func(*queue.System) (*queue.Result, error){queue.Approximate, queue.Exact} {
			want, err := solve(s)
			if err != nil {
				t.Fatal(err)
			}
			checkSums(t, s, want)
			got, err := solve(relabelled(s, r.Perm(len(kept))))
			if err != nil {
				t.Fatal(err)
			}
			sameFigures(t, "stations numbered otherwise", got, want)
			if got, err = solve(inMinutes(s)); err != nil {
				t.Fatal(err)
			}
			sameFigures(t, "another unit of time", got, want)
			if got, err = solve(doubled(s)); err != nil {
				t.Fatal(err)
			}
			sameFigures(t, "every cell cut in two", got, want)
		}
	})
}

// checkSums checks what holds of every system: work done is work taken, shares are shares.
func checkSums(t *rapid.T, s *queue.System, r *queue.Result) {
	done := make([]float64, len(s.Kept))
	for i, rate := range s.Rate {
		var sum float64
		for e := s.First[i]; e < s.First[i+1]; e++ {
			if r.Share[e] < 0 {
				t.Fatalf("share %g below 0", r.Share[e])
			}
			sum += r.Share[e]
			done[s.Order[e]] += rate * r.Share[e] * s.Service[e]
		}
		if sum > 1+1e-9 {
			t.Fatalf("cell %d: shares sum to %g", i, sum)
		}
	}
	for j, w := range r.Workload {
		if math.Abs(w*float64(s.Kept[j])-done[j]) > 1e-7 || w < 0 || w > 1 {
			t.Fatalf("station %d: workload %.12g, does %.12g erlangs with %d cars", j, w, done[j], s.Kept[j])
		}
	}
	if by := sum(r.ByRank) + r.Lost; math.Abs(by-1) > 1e-9 && sum(s.Rate) > 0 {
		t.Fatalf("shares by rank and the lost sum to %g", by)
	}
}

func sum(xs []float64) (total float64) {
	for _, x := range xs {
		total += x
	}
	return total
}

func sameFigures(t *rapid.T, what string, got, want *queue.Result) {
	for _, c := range []struct{ a, b float64 }{{got.Lost, want.Lost}, {got.Busy, want.Busy}, {got.Response, want.Response}} {
		if math.Abs(c.a-c.b) > 1e-7 {
			t.Fatalf("%s: lost, busy, response %g %g %g, were %g %g %g", what, got.Lost, got.Busy, got.Response, want.Lost, want.Busy, want.Response)
		}
	}
	a, b := slices.Sorted(slices.Values(got.Workload)), slices.Sorted(slices.Values(want.Workload))
	for j := range a {
		if math.Abs(a[j]-b[j]) > 1e-7 {
			t.Fatalf("%s: workloads %v, were %v", what, a, b)
		}
	}
}

func relabelled(s *queue.System, to []int) *queue.System {
	out := *s
	out.Kept, out.Order = make([]int, len(s.Kept)), slices.Clone(s.Order)
	for j, k := range s.Kept {
		out.Kept[to[j]] = k
	}
	for e, j := range s.Order {
		out.Order[e] = int32(to[j])
	}
	return &out
}

func inMinutes(s *queue.System) *queue.System {
	out := *s
	out.Rate, out.Service = slices.Clone(s.Rate), slices.Clone(s.Service)
	for i := range out.Rate {
		out.Rate[i] /= 60
	}
	for e := range out.Service {
		out.Service[e] *= 60
	}
	return &out
}

func doubled(s *queue.System) *queue.System {
	out := &queue.System{Kept: s.Kept, First: []int32{0}}
	for i, rate := range s.Rate {
		for _, part := range []float64{0.25, 0.75} {
			out.Rate = append(out.Rate, part*rate)
			out.Order = append(out.Order, s.Order[s.First[i]:s.First[i+1]]...)
			out.Service = append(out.Service, s.Service[s.First[i]:s.First[i+1]]...)
			out.Travel = append(out.Travel, s.Travel[s.First[i]:s.First[i+1]]...)
			out.First = append(out.First, int32(len(out.Order)))
		}
	}
	return out
}
