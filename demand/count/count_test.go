package count

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// draw draws a forecast of some days.
func draw(t *rapid.T, mean float64) ([]float64, Dispersion) {
	means := rapid.SliceOfN(rapid.Float64Range(0, mean), 0, 8).Draw(t, "means")
	at := rapid.SampledFrom([]float64{0, 1e-12, 1e-6, 0.003, 0.01, 0.1, 0.5})
	return means, Dispersion{Day: at.Draw(t, "day"), Level: at.Draw(t, "level")}
}

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*max(1, math.Abs(b)) }

// TestMomentsOfTheTable: the probabilities sum to 1 and have the mean, the variance and the third moment
// that the model's formulas give.
func TestMomentsOfTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := New(draw(t, 40))
		var sum, mean, variance, third float64
		for k := range n.pmf {
			p, d := n.PMF(k), float64(k)-n.mean
			if p < 0 || k > 0 && n.CDF(k) < n.CDF(k-1) {
				t.Fatalf("probability %v at %d, CDF %v after %v", p, k, n.CDF(k), n.CDF(k-1))
			}
			sum, mean, variance, third = sum+p, mean+float64(k)*p, variance+d*d*p, third+d*d*d*p
		}
		if !near(sum, 1, 1e-12) || !near(mean, n.Mean(), 1e-10) || !near(variance, n.Variance(), 1e-9) || !near(third, n.third, 1e-7) {
			t.Fatalf("sum %v, mean %v want %v, variance %v want %v, third %v want %v", sum, mean, n.Mean(), variance, n.Variance(), third, n.third)
		}
	})
}

// negativeBinomial is the probability of k calls with a gamma multiplier of variance a.
func negativeBinomial(k int, mean, a float64) float64 {
	if mean == 0 {
		if k == 0 {
			return 1
		}
		return 0
	}
	up, _ := math.Lgamma(float64(k) + 1)
	if a == 0 {
		return math.Exp(float64(k)*math.Log(mean) - mean - up)
	}
	r := 1 / a
	over, _ := math.Lgamma(float64(k) + r)
	under, _ := math.Lgamma(r)
	return math.Exp(over - under - up + float64(k)*math.Log(mean*a) - (float64(k)+r)*math.Log1p(mean*a))
}

// direct works the table out by convolving the days' negative binomials at each of many levels.
func direct(means []float64, d Dispersion, size int) []float64 {
	at := func(level float64) []float64 {
		total := make([]float64, size)
		total[0] = 1
		for _, m := range means {
			sum := make([]float64, size)
			for k := range sum {
				p := negativeBinomial(k, m*level, d.Day)
				for j := range size - k {
					sum[j+k] += p * total[j]
				}
			}
			total = sum
		}
		return total
	}
	if d.Level == 0 {
		return at(1)
	}
	// Midpoints of the gamma density's own variable, on a grid of its own; not that of levels.
	const steps = 3000
	out, sum := make([]float64, size), 0.0
	top := 1 + 12*math.Sqrt(d.Level) + 20*d.Level
	for i := range steps {
		x := top * (float64(i) + 0.5) / steps
		w := math.Exp((1/d.Level-1)*math.Log(x) - (x-1)/d.Level)
		if w < 1e-14 {
			continue
		}
		sum += w
		for k, p := range at(x) {
			out[k] += w * p
		}
	}
	for k := range out {
		out[k] /= sum
	}
	return out
}

func TestTableAgreesWithDirectConvolution(t *testing.T) {
	for _, tc := range []struct {
		means []float64
		d     Dispersion
	}{
		{[]float64{3}, Dispersion{}},
		{[]float64{3}, Dispersion{Day: 0.5}},
		{[]float64{2, 0, 5, 0.1}, Dispersion{Day: 0.1}},
		{[]float64{4, 4, 4, 4, 4, 6, 6}, Dispersion{Day: 0.007}},
		{[]float64{2, 3}, Dispersion{Day: 0.1, Level: 0.2}},
		{[]float64{8}, Dispersion{Level: 0.05}},
		{[]float64{1, 7}, Dispersion{Day: 1, Level: 0.01}},
	} {
		n := New(tc.means, tc.d)
		for k, want := range direct(tc.means, tc.d, 60) {
			if got := n.PMF(k); math.Abs(got-want) > 1e-6*want+1e-12 {
				t.Errorf("%v %+v: probability of %d is %v, want %v", tc.means, tc.d, k, got, want)
			}
		}
	}
}

// TestLimits: a day without a shared level is negative binomial, no dispersion at all Poisson, and small
// dispersions come near to none.
func TestLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		means := rapid.SliceOfN(rapid.Float64Range(0, 60), 1, 7).Draw(t, "means")
		day := rapid.Float64Range(0.001, 2).Draw(t, "day")
		var total float64
		for _, m := range means {
			total += m
		}
		one, none := New(means[:1], Dispersion{Day: day}), New(means, Dispersion{})
		tiny := New(means, Dispersion{Day: 1e-9, Level: 1e-9})
		shared := New(means, Dispersion{Level: day}) // all days move together: negative binomial of the total
		for k := range 200 {
			for _, c := range []struct {
				name      string
				got, want float64
			}{
				{"one day", one.PMF(k), negativeBinomial(k, means[0], day)},
				{"no dispersion", none.PMF(k), negativeBinomial(k, total, 0)},
				{"hardly any", tiny.PMF(k), negativeBinomial(k, total, 0)},
				{"level alone", shared.PMF(k), negativeBinomial(k, total, day)},
			} {
				tolerance := 1e-10
				if c.name == "hardly any" {
					tolerance = 1e-5
				}
				if math.Abs(c.got-c.want) > tolerance {
					t.Fatalf("%s: probability of %d is %v, want %v", c.name, k, c.got, c.want)
				}
			}
		}
	})
}

// TestThinning: each call kept with a probability, the total is that of the smaller means.
func TestThinning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		means, d := draw(t, 8)
		part := rapid.Float64Range(0, 1).Draw(t, "part")
		smaller := make([]float64, len(means))
		for i, m := range means {
			smaller[i] = part * m
		}
		whole, kept := New(means, d), New(smaller, d)
		for k := range 10 {
			var want float64
			for n := k; n < len(whole.pmf); n++ {
				a, _ := math.Lgamma(float64(n + 1))
				b, _ := math.Lgamma(float64(k + 1))
				c, _ := math.Lgamma(float64(n - k + 1))
				want += whole.PMF(n) * math.Exp(a-b-c) * math.Pow(part, float64(k)) * math.Pow(1-part, float64(n-k))
			}
			if got := kept.PMF(k); math.Abs(got-want) > 1e-9 {
				t.Fatalf("probability of %d is %v, want %v", k, got, want)
			}
		}
	})
}

// TestQuantileIsTheInverse: of tables and of large totals.
func TestQuantileIsTheInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := New(draw(t, rapid.SampledFrom([]float64{1, 30, 1e3, 1e6}).Draw(t, "scale")))
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		k := n.Quantile(p)
		if n.CDF(k) < p-1e-12 || k > 0 && n.CDF(k-1) >= p {
			t.Fatalf("quantile %v is %d, of which the CDF is %v after %v", p, k, n.CDF(k), n.CDF(k-1))
		}
		if low, top := n.Quantile(-1), n.Quantile(2); low > k || top < k {
			t.Fatalf("quantiles of -1 and 2 are %d and %d, of %v %d", low, top, p, k)
		}
	})
}

// sample draws totals by the model's definition.
func sample(rng *rand.Rand, means []float64, d Dispersion) int {
	rate := 0.0
	for _, m := range means {
		rate += m * gammaOf(rng, d.Day)
	}
	rate *= gammaOf(rng, d.Level)
	n := 0
	for t := rng.ExpFloat64(); t < rate; t += rng.ExpFloat64() {
		n++
	}
	return n
}

// gammaOf draws a gamma variable of mean 1 and a variance below 1 (Marsaglia and Tsang 2000).
func gammaOf(rng *rand.Rand, variance float64) float64 {
	if variance == 0 {
		return 1
	}
	d := 1/variance - 1.0/3
	for {
		x := rng.NormFloat64()
		v := 1 + x/math.Sqrt(9*d)
		if v = v * v * v; v > 0 && math.Log(1-rng.Float64()) < 0.5*x*x+d-d*v+d*math.Log(v) {
			return d * v * variance
		}
	}
}

// TestAgreesWithSimulation: quantiles of drawn totals lie where the distribution says, small and large.
func TestAgreesWithSimulation(t *testing.T) {
	const draws = 20000
	for _, tc := range []struct {
		means []float64
		d     Dispersion
	}{
		{[]float64{1.5, 2, 2}, Dispersion{0.3, 0.2}},
		{[]float64{60, 62, 58, 60, 61, 66, 66}, Dispersion{0.01, 0.004}},
		{[]float64{150, 150, 150, 150, 150, 160, 160}, Dispersion{0.05, 0.02}},
		{[]float64{700}, Dispersion{0.01, 0.05}},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		n := New(tc.means, tc.d)
		below := make(map[float64]float64)
		levels := []float64{0.025, 0.1, 0.5, 0.9, 0.975}
		for range draws {
			k := sample(rng, tc.means, tc.d)
			for _, p := range levels {
				if k <= n.Quantile(p) {
					below[p]++
				}
			}
		}
		for _, p := range levels {
			got, want := below[p]/draws, n.CDF(n.Quantile(p))
			if math.Abs(got-want) > 4*math.Sqrt(want*(1-want)/draws)+0.001 {
				t.Errorf("%v: %v of the totals are within the quantile of %v, want %v", tc.d, got, p, want)
			}
		}
	}
}

// TestLargeTotalsAgreeWithExactOnes: at the size where tables end, the gamma distribution that takes over
// from them says nearly the same.
func TestLargeTotalsAgreeWithExactOnes(t *testing.T) {
	for _, days := range []int{1, 7, 28} {
		for _, d := range []Dispersion{{}, {0.007, 0}, {0.01, 0.004}, {0.05, 0.02}, {0.1, 0.1}} {
			t.Run(fmt.Sprint(days, d), func(t *testing.T) {
				means := make([]float64, days)
				for i := range means {
					means[i] = largest / float64(days) * 0.999
				}
				n := New(means, d)
				large := &Distribution{moments: n.moments, gamma: n.matched()}
				v := d.Day + d.Level
				var most float64
				for k := range n.cdf {
					most = max(most, math.Abs(large.CDF(k)-n.CDF(k)))
				}
				if most > 0.001+0.08*v {
					t.Errorf("the distribution functions are up to %v apart", most)
				}
				for _, p := range []float64{0.025, 0.1, 0.5, 0.9, 0.975} {
					k := n.Quantile(p)
					if off := large.Quantile(p) - k; math.Abs(float64(off)) > 1+(0.02+0.6*v)*math.Sqrt(n.Variance()) {
						t.Errorf("quantile of %v is off by %d from %d", p, off, k)
					}
					if got, want := large.CRPS(k), n.CRPS(k); math.Abs(got/want-1) > 0.005+0.25*v {
						t.Errorf("CRPS of %d is %v, want %v", k, got, want)
					}
					if got, want := large.LogScore(k), n.LogScore(k); math.Abs(got-want) > 0.02+v {
						t.Errorf("log score of %d is %v, want %v", k, got, want)
					}
				}
			})
		}
	}
}

// TestVeryLargeTotals: a year of a great city's calls, with no dispersion and with some.
func TestVeryLargeTotals(t *testing.T) {
	for _, d := range []Dispersion{{}, {0.01, 0}, {0.01, 0.01}, {3, 2}} {
		means := make([]float64, 365)
		for i := range means {
			means[i] = 1e4
		}
		n := New(means, d)
		sd := math.Sqrt(n.Variance())
		median := float64(n.Quantile(0.5))
		if median > n.Mean()+1 || median < n.Mean()-sd/2 || n.CDF(int(n.Mean()+12*sd)) < 1-1e-4 || n.LogScore(0) != math.Log(leastProbability) && d.Level < 1 {
			t.Errorf("%+v: mean %v, median %v, sd %v, score of none %v", d, n.Mean(), median, sd, n.LogScore(0))
		}
		if d == (Dispersion{}) { // a normal distribution, all but
			for p, z := range map[float64]float64{0.025: -1.96, 0.5: 0, 0.975: 1.96} {
				if got := (float64(n.Quantile(p)) - n.Mean()) / sd; math.Abs(got-z) > 0.01 {
					t.Errorf("quantile of %v lies %v standard deviations off, want %v", p, got, z)
				}
			}
		}
	}
}
