package count

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// draw draws a small forecast.
func draw(t *rapid.T, mean float64) ([]float64, Dispersion) {
	means := rapid.SliceOfN(rapid.Float64Range(0, mean), 1, 8).Draw(t, "means")
	at := rapid.SampledFrom([]float64{0, 1e-12, 1e-6, 0.003, 0.01, 0.1, 0.5})
	return means, Dispersion{Day: at.Draw(t, "day"), Level: at.Draw(t, "level")}
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*max(1, math.Abs(b)) }

// TestMomentsOfTheTable: the probabilities sum to 1 and have the mean and variance of the model.
func TestMomentsOfTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := New(draw(t, 40))
		var sum, mean, square float64
		for k := range n.pmf {
			p := n.PMF(k)
			if p < 0 || k > 0 && n.CDF(k) < n.CDF(k-1) {
				t.Fatalf("probability %v at %d, CDF %v after %v", p, k, n.CDF(k), n.CDF(k-1))
			}
			sum, mean, square = sum+p, mean+float64(k)*p, square+float64(k*k)*p
		}
		if variance := square - mean*mean; !near(sum, 1, 1e-12) || !near(mean, n.Mean(), 1e-9) || !near(variance, n.Variance(), 1e-7) {
			t.Fatalf("sum %v, mean %v want %v, variance %v want %v", sum, mean, n.Mean(), variance, n.Variance())
		}
	})
}
