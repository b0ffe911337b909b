package mixture

import (
	"math"

	"github.com/nearside-ems/nearside/demand"
)

// regression is the covariate prior learnt from calls: a Poisson regression of each cell's calls on what
// is known of it, with the logarithm of its land as offset.
type regression struct {
	x    []float64 // cells × width, standardised; the first is 1
	wide int
	land []float64 // log m²
	beta []float64 // of the last fit, from which the next starts
}

const (
	ridge       = 10.0 // on standardised coefficients, in calls
	newtonSteps = 8
)

// newRegression returns nil where a city knows nothing of its cells.
func newRegression(city *demand.City) *regression {
	if len(city.Covariates) == 0 {
		return nil
	}
	n := city.Len()
	var columns [][]float64
	for _, c := range city.Covariates {
		columns = append(columns, standardised(c.Values))
		if low, total := c.Values[0], 0.0; true {
			for _, v := range c.Values {
				low, total = min(low, v), total+v
			}
			if mean := total / float64(n); low >= 0 && mean > 0 {
				columns = append(columns, standardised(mapped(c.Values, func(v float64) float64 { return math.Log(v/mean + 0.1) })))
			}
		}
	}
	if city.Prior != nil {
		columns = append(columns, standardised(mapped(city.Prior, func(v float64) float64 { return math.Log(v + 0.1/float64(n)) })))
	}
	r := &regression{wide: 1 + len(columns), land: mapped(city.Land, math.Log)}
	r.x = make([]float64, n*r.wide)
	for i := range n {
		r.x[i*r.wide] = 1
		for j, c := range columns {
			r.x[i*r.wide+1+j] = c[i]
		}
	}
	return r
}

func mapped(v []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = f(x)
	}
	return out
}

// standardised returns v with mean 0 and variance 1, within four deviations; 0 where all are alike.
func standardised(v []float64) []float64 {
	mean, square := 0.0, 0.0
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		square += (x - mean) * (x - mean) / float64(len(v))
	}
	d := math.Sqrt(square)
	return mapped(v, func(x float64) float64 {
		if !(d > 1e-12*math.Abs(mean)) {
			return 0
		}
		return max(-4, min(4, (x-mean)/d))
	})
}

// fit returns the shares of the regression on counts, with noneCalls of what holds without any, which
// is all there is with fewer calls than those; nil where there is no covariate.
func (r *regression) fit(count []float64, calls float64, none []float64) []float64 {
	if r == nil {
		return nil
	}
	if calls < noneCalls {
		return none
	}
	if r.beta == nil {
		r.beta = make([]float64, r.wide)
		land := 0.0
		for _, l := range r.land {
			land += math.Exp(l)
		}
		r.beta[0] = math.Log(calls / land)
	}
	n := mapped(count, func(v float64) float64 { return v })
	total := calls + noneCalls
	for i := range n {
		n[i] = (n[i] + noneCalls*none[i])
	}
	mean := make([]float64, len(n))
	for range newtonSteps {
		if !r.step(n, mean) {
			break
		}
	}
	r.means(r.beta, mean)
	for i := range mean {
		mean[i] /= total
	}
	return shares(mean)
}

// means writes the expected calls of each cell.
func (r *regression) means(beta, mean []float64) {
	for i := range mean {
		eta := r.land[i]
		for j, x := range r.x[i*r.wide : (i+1)*r.wide] {
			eta += beta[j] * x
		}
		mean[i] = math.Exp(eta)
	}
}

// objective is the penalised log likelihood.
func (r *regression) objective(beta, n, mean []float64) float64 {
	r.means(beta, mean)
	sum := 0.0
	for i, m := range mean {
		if n[i] > 0 {
			sum += n[i] * math.Log(m)
		}
		sum -= m
	}
	for _, b := range beta[1:] {
		sum -= ridge / 2 * b * b
	}
	return sum
}

// step is one of Newton's, halved until it does not lose; false when there is nothing to gain.
func (r *regression) step(n, mean []float64) bool {
	was := r.objective(r.beta, n, mean)
	w := r.wide
	hessian, gradient := make([]float64, w*w), make([]float64, w)
	for j := 1; j < w; j++ {
		hessian[j*w+j], gradient[j] = ridge, -ridge*r.beta[j]
	}
	for i, m := range mean {
		x := r.x[i*w : (i+1)*w]
		for j, xj := range x {
			gradient[j] += (n[i] - m) * xj
			for k, xk := range x[:j+1] {
				hessian[j*w+k] += m * xj * xk
			}
		}
	}
	solveSymmetric(hessian, gradient)
	next := make([]float64, w)
	for f := 1.0; f > 1e-3; f /= 2 {
		for j := range next {
			next[j] = r.beta[j] + f*gradient[j]
		}
		if now := r.objective(next, n, mean); now > was {
			copy(r.beta, next)
			return now-was > 1e-6*math.Abs(was)
		}
	}
	return false
}

// solveSymmetric solves a·x = b for a positive definite, of which the lower half is given, by Cholesky's
// decomposition in place; b becomes x. A direction without curvature is left out.
func solveSymmetric(a, b []float64) {
	n := len(b)
	for j := range n {
		for k := range j {
			a[j*n+j] -= a[j*n+k] * a[j*n+k]
		}
		if a[j*n+j] = math.Sqrt(max(a[j*n+j], 0)); a[j*n+j] < 1e-9 {
			a[j*n+j] = math.Inf(1)
		}
		for i := j + 1; i < n; i++ {
			for k := range j {
				a[i*n+j] -= a[i*n+k] * a[j*n+k]
			}
			a[i*n+j] /= a[j*n+j]
		}
	}
	for i := range n {
		for k := range i {
			b[i] -= a[i*n+k] * b[k]
		}
		b[i] /= a[i*n+i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= a[k*n+i] * b[k]
		}
		b[i] /= a[i*n+i]
	}
}
