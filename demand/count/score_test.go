package count

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestScoreOfTables: CRPS equals E|X − k| − E|X − X′|/2, and LogScore the logarithm of the probability.
func TestScoreOfTables(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := New(draw(t, 6))
		k := rapid.IntRange(-3, 100).Draw(t, "k")
		var want float64
		for i, p := range n.pmf {
			want += p * math.Abs(float64(i-k))
			for j, q := range n.pmf {
				want -= p * q * math.Abs(float64(i-j)) / 2
			}
		}
		if got := n.CRPS(k); !near(got, want, 1e-10) {
			t.Fatalf("CRPS of %d is %v, want %v", k, got, want)
		}
		if got, want := n.LogScore(k), math.Log(max(n.PMF(k), leastProbability)); got != want {
			t.Fatalf("log score of %d is %v, want %v", k, got, want)
		}
	})
}

// TestScoreOfLargeTotals: CRPS against the sum that defines it.
func TestScoreOfLargeTotals(t *testing.T) {
	for _, d := range []Dispersion{{}, {0.01, 0.004}, {0.5, 0.5}} {
		n := New([]float64{400, 500, 300}, d)
		for _, k := range []int{0, 900, 1200, 1210, 1700} {
			var want float64
			for j := range 60000 {
				f := n.CDF(j)
				if j >= k {
					f = 1 - f
				}
				want += f * f
			}
			if got := n.CRPS(k); math.Abs(got-want) > 0.01+0.001*want {
				t.Errorf("%+v: CRPS of %d is %v, want %v", d, k, got, want)
			}
		}
	}
}

// TestPITIsUniform: over the outcomes of the distribution itself, each part of the transform holds as much
// as it is wide, and the parts of one outcome add up to it.
func TestPITIsUniform(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := New(draw(t, 10))
		cuts := []float64{0, rapid.Float64Range(0, 0.5).Draw(t, "from"), rapid.Float64Range(0.5, 1).Draw(t, "to"), 1}
		var mass [3]float64
		var covered float64
		for k, p := range n.pmf {
			pit := n.PIT(k)
			var whole float64
			for i := range mass {
				w := pit.Within(cuts[i], cuts[i+1])
				mass[i] += p * w
				whole += w
			}
			if p > 1e-12 && !near(whole, 1, 1e-6) {
				t.Fatalf("the parts of %d add up to %v", k, whole)
			}
			covered += p * pit.Covered(0.8)
		}
		for i, m := range mass {
			if math.Abs(m-(cuts[i+1]-cuts[i])) > 1e-9 {
				t.Fatalf("%v between %v and %v", m, cuts[i], cuts[i+1])
			}
		}
		if math.Abs(covered-0.8) > 1e-9 {
			t.Fatalf("the 80 %% interval covers %v", covered)
		}
	})
}

// TestPITOfTheImpossible: an outcome beyond all that was given any probability lies at the end.
func TestPITOfTheImpossible(t *testing.T) {
	n := New([]float64{1}, Dispersion{})
	p := n.PIT(1000)
	if p != (PIT{1, 1}) || p.Within(0.9, 1) != 1 || p.Within(0, 0.9) != 0 || p.Covered(0.95) != 0 {
		t.Errorf("%+v, within the last tenth %v", p, p.Within(0.9, 1))
	}
	if p = n.PIT(-1); p.Within(0, 0.1) != 1 || p.Covered(0.95) != 0 {
		t.Errorf("%+v, within the first tenth %v", p, p.Within(0, 0.1))
	}
}

func TestNewPanics(t *testing.T) {
	for _, tc := range []struct {
		means []float64
		d     Dispersion
		want  string
	}{
		{[]float64{1, -1}, Dispersion{}, "day 1"},
		{[]float64{math.NaN()}, Dispersion{}, "day 0"},
		{[]float64{math.Inf(1)}, Dispersion{}, "day 0"},
		{nil, Dispersion{Day: -1}, "Day:-1"},
		{nil, Dispersion{Level: math.NaN()}, "Level:NaN"},
	} {
		func() {
			defer func() {
				if s, _ := recover().(string); !strings.Contains(s, tc.want) {
					t.Errorf("%v %+v: %q, want it to name %s", tc.means, tc.d, s, tc.want)
				}
			}()
			New(tc.means, tc.d)
		}()
	}
}

// BenchmarkScore makes and scores the forecast of one total: an area's day, its week, a city's week.
func BenchmarkScore(b *testing.B) {
	d := Dispersion{Day: 0.01, Level: 0.003}
	for _, c := range []struct {
		name  string
		means []float64
	}{
		{"area-day", []float64{3.5}},
		{"area-week", []float64{3, 3, 3, 3, 3, 4, 4}},
		{"city-week", []float64{60, 58, 60, 60, 62, 64, 64}},
		{"large city's week", []float64{300, 280, 280, 280, 280, 320, 320}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				n := New(c.means, d)
				k := n.Quantile(0.5)
				_, _, _ = n.CRPS(k), n.LogScore(k), n.PIT(k)
			}
		})
	}
}
