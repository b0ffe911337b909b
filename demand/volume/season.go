package volume

import "math"

// daysPerYear is the mean Gregorian year.
const daysPerYear = 365.2425

// season is what moves the volume slowly: a trend and the time of year, as logarithms.
type season struct {
	origin int // local date at which the trend is 0
	// trend is the growth of the logarithm a year. Ahead of the origin it dies away, with the time
	// constant dampingDays; behind it is straight.
	trend  float64
	annual [annualTerms]float64 // cos, sin of one and of two periods a year
}

const (
	annualTerms = 4
	// dampingDays: half a year, so that a trend adds up to at most half a year's growth.
	dampingDays = daysPerYear / 2
)

// annualAt returns the cosines and sines of a date's time of year.
func annualAt(date int) (f [annualTerms]float64) {
	angle := 2 * math.Pi * math.Mod(float64(date)/daysPerYear, 1)
	f[1], f[0] = math.Sincos(angle)
	f[3], f[2] = math.Sincos(2 * angle)
	return f
}

// log returns the logarithm of the factor of a date.
func (s *season) log(date int) float64 {
	a := annualAt(date)
	return s.trendLog(date) + s.annualLog(&a)
}

func (s *season) trendLog(date int) float64 {
	ahead := float64(date - s.origin)
	if ahead > 0 {
		ahead = dampingDays * -math.Expm1(-ahead/dampingDays)
	}
	return s.trend * ahead / daysPerYear
}

// annualLog returns the logarithm of the factor of a time of year.
func (s *season) annualLog(at *[annualTerms]float64) (x float64) {
	for i, f := range at {
		x += s.annual[i] * f
	}
	return x
}

// scaled returns the season with its trend and annual terms made smaller.
func (s season) scaled(trend, annual float64) season {
	s.trend *= trend
	for i := range s.annual {
		s.annual[i] *= annual
	}
	return s
}

// Prior standard deviations of the coefficients: a trend of a tenth a year; a swing of 15 % round the
// year and half that in its second harmonic.
var ridge = [2 + annualTerms]float64{math.Inf(1), 0.1, 0.15, 0.15, 0.075, 0.075}

// fitSeason fits log calls = log expected + a + trend·years + annual by penalised maximum quasi-
// likelihood: counts with the variance μ + α μ², as one day effect a day gives, days of the past
// counting for less with a half-life of two years. Newton's method on six coefficients. Under two years
// the annual terms cannot be told from drifts of the level and are left at 0.
func fitSeason(first int, annual [][annualTerms]float64, perDay, expected []float64, alpha float64) season {
	n := len(perDay)
	s := season{origin: first + n}
	terms := 2
	if float64(n) >= 2*daysPerYear {
		terms += annualTerms
	}
	var calls, total float64
	for i, e := range expected[:n] {
		calls, total = calls+perDay[i], total+e
	}
	if calls == 0 || total == 0 {
		return s
	}
	rows := make([][2 + annualTerms]float64, n)
	weight := make([]float64, n)
	for i := range rows {
		a := &annual[i]
		rows[i] = [...]float64{1, float64(i-n) / daysPerYear, a[0], a[1], a[2], a[3]}
		weight[i] = math.Exp2(float64(i-n) / (2 * daysPerYear))
	}
	beta := [2 + annualTerms]float64{math.Log(calls / total)}
	for range 25 {
		step := newton(rows, weight, perDay, expected, &beta, terms, alpha)
		if step < 1e-6 { // the next would be of its square
			break
		}
	}
	s.trend = beta[1]
	copy(s.annual[:], beta[2:])
	return s
}

// newton makes one step and returns its length.
func newton(rows [][2 + annualTerms]float64, weight, perDay, expected []float64, beta *[2 + annualTerms]float64, terms int, alpha float64) float64 {
	var gradient [2 + annualTerms]float64
	var hessian [2 + annualTerms][2 + annualTerms]float64
	for i := range rows {
		if expected[i] == 0 {
			continue
		}
		x := &rows[i]
		var eta float64
		for j := range terms {
			eta += beta[j] * x[j]
		}
		mu := expected[i] * math.Exp(min(max(eta, -50), 50))
		w := weight[i] / (1 + alpha*mu)
		for j := range terms {
			gradient[j] += w * (perDay[i] - mu) * x[j]
			for k := range j + 1 {
				hessian[j][k] += w * mu * x[j] * x[k]
			}
		}
	}
	for j := range terms {
		p := 1 / (ridge[j] * ridge[j])
		gradient[j] -= p * beta[j]
		hessian[j][j] += p
	}
	step := solve(hessian, gradient, terms)
	var length float64
	for j := range terms {
		d := min(max(step[j], -1), 1) // no further than a factor of e at once
		beta[j] += d
		length = max(length, math.Abs(d))
	}
	return length
}

// solve solves a symmetric positive definite system, given its lower triangle, by Cholesky's method.
func solve(a [2 + annualTerms][2 + annualTerms]float64, b [2 + annualTerms]float64, n int) [2 + annualTerms]float64 {
	for j := range n {
		for k := range j {
			a[j][j] -= a[j][k] * a[j][k]
		}
		a[j][j] = math.Sqrt(max(a[j][j], 1e-300))
		for i := j + 1; i < n; i++ {
			for k := range j {
				a[i][j] -= a[i][k] * a[j][k]
			}
			a[i][j] /= a[j][j]
		}
	}
	for i := range n {
		for k := range i {
			b[i] -= a[i][k] * b[k]
		}
		b[i] /= a[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			b[i] -= a[k][i] * b[k]
		}
		b[i] /= a[i][i]
	}
	return b
}
