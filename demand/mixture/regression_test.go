package mixture

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nearside-ems/nearside/demand"
)

// TestRegressionRecovers: calls that follow the covariates exactly give back where they come from.
func TestRegressionRecovers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	city := testCity(20)
	people, east := make([]float64, city.Len()), make([]float64, city.Len())
	count, calls := make([]float64, city.Len()), 0.0
	for i := range count {
		people[i], east[i] = 3*r.Float64(), city.X[i]/1000
		count[i] = city.Land[i] / 1e5 * 30 * math.Exp(0.3*people[i]/2-0.2*east[i])
		calls += count[i]
	}
	if newRegression(city).fit(count, calls, shares(city.Land)) != nil {
		t.Error("a city without covariates has a regression")
	}
	city.Covariates = []demand.Covariate{{Name: "people", Values: people}, {Name: "east", Values: east}, {Name: "all alike", Values: make([]float64, city.Len())}}
	g := newRegression(city)
	got := g.fit(count, calls, shares(city.Land))
	off := 0.0
	for i, n := range count {
		off += math.Abs(got[i] - n/calls)
	}
	if off > 0.05 {
		t.Errorf("%v of the calls are elsewhere", off/2)
	}
	// At the peak of the penalised likelihood the residuals are orthogonal to every covariate, but for
	// the ridge.
	mean := make([]float64, city.Len())
	g.means(g.beta, mean)
	none := shares(city.Land)
	for j := range g.wide {
		gradient := 0.0
		if j > 0 {
			gradient = -ridge * g.beta[j]
		}
		for i, m := range mean {
			gradient += (count[i] + noneCalls*none[i] - m) * g.x[i*g.wide+j]
		}
		if math.Abs(gradient) > 0.01*calls {
			t.Errorf("coefficient %d: gradient %v with %v calls", j, gradient, calls)
		}
	}
	if few := g.fit(count, noneCalls/2, none); few[7] != none[7] {
		t.Errorf("with hardly any calls, cell 7 has %v, want what holds without: %v", few[7], none[7])
	}
}

// TestSolveSymmetric multiplies back.
func TestSolveSymmetric(t *testing.T) {
	a := []float64{4, 0, 0, 2, 5, 0, 1, -1, 3} // the lower half counts
	full := [3][3]float64{{4, 2, 1}, {2, 5, -1}, {1, -1, 3}}
	b, want := []float64{1, 2, 3}, []float64{1, 2, 3}
	solveSymmetric(a, b)
	for i, row := range full {
		got := 0.0
		for j, v := range row {
			got += v * b[j]
		}
		if math.Abs(got-want[i]) > 1e-12 {
			t.Errorf("row %d gives %v, want %v", i, got, want[i])
		}
	}
}
