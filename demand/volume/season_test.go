package volume

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// objective is what fitSeason is to make largest: the negative binomial likelihood with the recency
// weights, less the ridge. The quasi-likelihood of variance μ + αμ² is that of the negative binomial.
func objective(first int, perDay, expected []float64, beta []float64) float64 {
	n := len(perDay)
	var sum float64
	for i, e := range expected {
		if e == 0 {
			continue
		}
		a := annualAt(first + i)
		eta := beta[0] + beta[1]*float64(i-n)/daysPerYear
		for j, x := range a {
			eta += beta[2+j] * x
		}
		mu := e * math.Exp(eta)
		w := math.Exp2(float64(i-n) / (2 * daysPerYear))
		sum += w * (perDay[i]*math.Log(mu) - (perDay[i]+1/usualDay)*math.Log(1+usualDay*mu))
	}
	for j, b := range beta {
		sum -= b * b / (2 * ridge[j] * ridge[j])
	}
	return sum
}

// TestSeasonIsTheLikeliest: no step along any coefficient betters what Newton's method found.
func TestSeasonIsTheLikeliest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n := rapid.SampledFrom([]int{40, 400, 735, 1200}).Draw(t, "days")
		mean := rapid.SampledFrom([]float64{0.02, 1, 60, 2000}).Draw(t, "mean")
		first := rapid.IntRange(-5000, 30000).Draw(t, "first")
		perDay, expected := make([]float64, n), make([]float64, n)
		annual := make([][annualTerms]float64, n)
		var calls, total float64
		for i := range perDay {
			annual[i] = annualAt(first + i)
			if rng.Float64() < 0.05 {
				continue // a gap
			}
			expected[i] = 24 * (0.8 + 0.4*rng.Float64())
			perDay[i] = math.Round(mean * (1 + 0.3*annual[i][0] + 0.2*rng.NormFloat64()))
			perDay[i] = max(0, perDay[i])
			calls, total = calls+perDay[i], total+expected[i]
		}
		s := fitSeason(first, annual, perDay, expected, usualDay)
		if calls == 0 {
			if s.trend != 0 || s.annual != [annualTerms]float64{} {
				t.Fatalf("%+v from no calls", s)
			}
			return
		}
		beta := append([]float64{0, s.trend}, s.annual[:]...)
		free := 2
		if n >= 731 {
			free += annualTerms
		} else if s.annual != [annualTerms]float64{} {
			t.Fatalf("a time of year from %d days", n)
		}
		// The intercept is not kept: it is found again by bisection on what it changes.
		low, high := -30.0, 30.0
		slope := func(b float64) float64 {
			up, down := append([]float64{}, beta...), append([]float64{}, beta...)
			up[0], down[0] = b+1e-5, b-1e-5
			return objective(first, perDay, expected, up) - objective(first, perDay, expected, down)
		}
		for range 60 {
			if beta[0] = (low + high) / 2; slope(beta[0]) > 0 {
				low = beta[0]
			} else {
				high = beta[0]
			}
		}
		best := objective(first, perDay, expected, beta)
		for j := range free {
			for _, step := range []float64{-1e-3, 1e-3} {
				other := append([]float64{}, beta...)
				other[j] += step
				if better := objective(first, perDay, expected, other) - best; better > 1e-7*math.Abs(best)*1e-3+1e-6 {
					t.Fatalf("coefficient %d: %v by a step of %v from %v", j, better, step, beta)
				}
			}
		}
	})
}

// TestTrendDiesAway: a year's growth ahead adds up to at most half a year's.
func TestTrendDiesAway(t *testing.T) {
	s := season{origin: 1000, trend: 0.1}
	if got := s.trendLog(1000 - 365); math.Abs(got+0.1*365/daysPerYear) > 1e-12 {
		t.Errorf("a year back %v, want a year's growth less", got)
	}
	if got := s.trendLog(1030); math.Abs(got/(0.1*30/daysPerYear)-1) > 0.1 {
		t.Errorf("a month ahead %v, want nearly a month's growth", got)
	}
	if got := s.trendLog(1000 + 100*365); math.Abs(got-0.05) > 1e-9 {
		t.Errorf("a century ahead %v, want half a year's growth", got)
	}
}
