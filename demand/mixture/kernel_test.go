package mixture

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// smoothSlowly sums over all pairs.
func smoothSlowly(x, y, in []float64, sigma float64) []float64 {
	out := make([]float64, len(in))
	for c := range out {
		for i, v := range in {
			dx, dy := x[c]-x[i], y[c]-y[i]
			out[c] += v * math.Exp(-(dx*dx+dy*dy)/(2*sigma*sigma))
		}
	}
	return out
}

// TestSmoothIsTheSumOverPairs compares with all pairs, wherever cells lie between pixels. An error is
// measured against the peak, 1, times all that is spread.
func TestSmoothIsTheSumOverPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "cells")
		extent := rapid.Float64Range(0, 20_000).Draw(t, "extent")
		sigma := rapid.Float64Range(500, 4000).Draw(t, "sigma")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		x, y, in, base := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
		total := 0.0
		for i := range n {
			x[i], y[i], in[i], base[i] = extent*r.Float64(), extent*r.Float64()*0.7, float64(r.IntN(3)), 0.2+r.Float64()
			total += in[i]
		}
		k := newKernel(x, y, base, sigma)
		got := make([]float64, n)
		k.smooth(in, got, &raster{})
		for c, want := range smoothSlowly(x, y, in, sigma) {
			if math.Abs(got[c]-want) > 0.03*total {
				t.Fatalf("cell %d of %d: %v, want %v (total %v, σ %v, extent %v)", c, n, got[c], want, total, sigma, extent)
			}
		}
		// Whatever the base, a call keeps a mass of one.
		k.spread(in, got, &raster{})
		sum := 0.0
		for _, v := range got {
			sum += v
		}
		if math.Abs(sum-total) > 1e-9*total {
			t.Fatalf("%v calls became %v", total, sum)
		}
	})
}
