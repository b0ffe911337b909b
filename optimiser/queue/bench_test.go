package queue_test

import (
	"math/rand/v2"
	"testing"

	"github.com/nearside-ems/nearside/optimiser/queue"
)

func ones(n int) []int {
	kept := make([]int, n)
	for j := range kept {
		kept[j] = 1
	}
	return kept
}

// BenchmarkApproximate is a city: 60 cars, 15,000 cells, every car on every list.
func BenchmarkApproximate(b *testing.B) {
	s := randomSystem(rand.New(rand.NewPCG(1, 1)), ones(60), 15_000, 0.4, true)
	iterations := 0
	for b.Loop() {
		iterations = approximate(b, s).Iterations
	}
	b.ReportMetric(float64(iterations), "iterations")
}

func BenchmarkExact(b *testing.B) {
	s := randomSystem(rand.New(rand.NewPCG(1, 1)), ones(12), 15_000, 0.4, true)
	sweeps := 0
	for b.Loop() {
		r, err := queue.Exact(s)
		if err != nil {
			b.Fatal(err)
		}
		sweeps = r.Iterations
	}
	b.ReportMetric(float64(sweeps), "sweeps")
}
