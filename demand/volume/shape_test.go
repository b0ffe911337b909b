package volume

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// slowShape is shape by direct sums over all pairs of hours.
func slowShape(c *counts, s smoothing, prior *[week]float64) (out [week]float64) {
	around := func(i, n, period int, sigma float64) float64 { // weight of hour n at hour i
		d := float64(((i-n)%period + period) % period)
		d = math.Min(d, float64(period)-d)
		return math.Exp(-d * d / (2 * sigma * sigma))
	}
	group := func(h int) int {
		if h/24 >= 5 {
			return 1
		}
		return 0
	}
	width := func(sigma float64) float64 {
		var one, two float64
		for d := -23; d <= 23; d++ {
			w := math.Exp(-float64(d*d) / (2 * sigma * sigma))
			one, two = one+w, two+w*w
		}
		return one * one / two
	}
	mean := func(day int) (m float64) {
		for h := day * 24; h < day*24+24; h++ {
			m += prior[h] / 24
		}
		return m
	}
	factor := func(day int) float64 {
		calls, expected := s.Day*mean(day), s.Day
		for h := day * 24; h < day*24+24; h++ {
			calls, expected = calls+c.calls[h], expected+c.expected[h]
		}
		return calls / expected
	}
	var to [week]float64
	for h := range to {
		var calls, expected, norm, from, of float64
		for i := range 24 {
			norm += around(h%24, i, 24, s.Sigma)
		}
		for i := range week {
			if group(i) != group(h) {
				continue
			}
			w := around(h%24, i%24, 24, s.Sigma) / norm * width(s.Sigma)
			calls, expected = calls+w*c.calls[i], expected+w*c.expected[i]*factor(i/24)
			of += prior[i] / 24
			if i%24 == h%24 {
				from += prior[i]
			}
		}
		from /= of
		to[h] = factor(h/24) * (calls + profileCalls*from) / (expected + profileCalls) * prior[h] / (mean(h/24) * from)
	}
	var sum float64
	for h := range out {
		var calls, expected, norm float64
		for i := range week {
			w := around(h, i, week, ownSigma)
			norm += w
			calls, expected = calls+w*c.calls[i], expected+w*c.expected[i]*to[i]
		}
		f := width(ownSigma) / norm
		out[h] = to[h] * (f*calls + s.Own) / (f*expected + s.Own)
		sum += out[h] / week
	}
	for h := range out {
		out[h] /= sum
	}
	return out
}

func TestShapeAgreesWithDirectSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		many := rapid.SampledFrom([]float64{0, 0.01, 1, 50}).Draw(t, "many")
		how := smoothing{rapid.SampledFrom(sigmas).Draw(t, "sigma"), rapid.SampledFrom(strengths).Draw(t, "day"), rapid.SampledFrom(strengths).Draw(t, "own")}
		var c counts
		var prior [week]float64
		var sum float64
		for h := range week {
			c.calls[h], c.expected[h] = float64(poisson(rng, many*rng.Float64()*2)), many*rng.Float64()*2
			prior[h] = rng.Float64()
			sum += prior[h] / week
		}
		for h := range prior {
			prior[h] /= sum
		}
		got, want := c.shape(how, &prior), slowShape(&c, how, &prior)
		var mean float64
		for h := range got {
			mean += got[h] / week
			// The kernels end at four standard deviations: a part of 6e-5 of the weight.
			if math.Abs(got[h]-want[h]) > 2e-3*want[h]+1e-4 {
				t.Fatalf("hour %d: %v, want %v", h, got[h], want[h])
			}
			if many == 0 && math.Abs(got[h]/prior[h]-1) > 1e-9 {
				t.Fatalf("hour %d: %v without a call, prior %v", h, got[h], prior[h])
			}
		}
		if math.Abs(mean-1) > 1e-9 {
			t.Fatalf("mean %v", mean)
		}
	})
}
