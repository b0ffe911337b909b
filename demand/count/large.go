package count

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// moments are the mean, variance and third central moment of a total, and the variance of its rate.
type moments struct {
	mean, variance, third float64
	given                 float64 // variance of the total at level 1
}

// momentsOf multiplies out those of L and of Σ G·m, and adds the Poisson counts'.
func momentsOf(means []float64, d Dispersion) moments {
	var m1, m2, m3 float64
	for _, m := range means {
		m1 += m
		m2 += m * m
		m3 += m * m * m
	}
	v2, v3, l := d.Day*m2, 2*d.Day*d.Day*m3, d.Level
	rate2 := v2*(1+l) + l*m1*m1
	rate3 := v3*(1+l)*(1+2*l) + 6*v2*m1*l*(1+l) + 2*l*l*m1*m1*m1
	return moments{mean: m1, variance: m1 + rate2, third: m1 + 3*rate2 + rate3, given: m1 + v2}
}

// precision is about 1/variance of the log of the level, given a total.
func (m moments) precision() float64 {
	if m.mean == 0 {
		return 0
	}
	return m.mean * m.mean / m.given
}

// gamma is a gamma distribution, shifted.
type gamma struct{ shape, scale, shift float64 }

// matched returns the gamma distribution with the same mean and variance, and the same third moment
// (Pearson's type III) as long as that leaves it six standard deviations for its lower tail.
func (m moments) matched() gamma {
	sd := math.Sqrt(m.variance)
	shift := m.mean - 2*m.variance*m.variance/m.third
	shift = min(shift, max(0, m.mean-6*sd))
	scale := m.variance / (m.mean - shift)
	return gamma{shape: (m.mean - shift) / scale, scale: scale, shift: shift}
}

// below returns the probability of less than x.
func (g gamma) below(x float64) float64 {
	if x <= g.shift {
		return 0
	}
	return mathext.GammaIncReg(g.shape, (x-g.shift)/g.scale)
}

// crps returns the continuous ranked probability score of x (Scheuerer and Möller 2015).
func (g gamma) crps(x float64) float64 {
	y := (x - g.shift) / g.scale
	var f, f1 float64
	if y > 0 {
		f, f1 = mathext.GammaIncReg(g.shape, y), mathext.GammaIncReg(g.shape+1, y)
	}
	return g.scale * (y*(2*f-1) - g.shape*(2*f1-1) - halfGini(g.shape))
}

// halfGini returns half the mean difference of two gamma variables: Γ(a+½) / (√π Γ(a)).
func halfGini(a float64) float64 {
	if a > 1000 { // the logarithms would cancel; the next term of the series is 5/(1024 a³)
		return math.Sqrt(a/math.Pi) * (1 - 1/(8*a) + 1/(128*a*a))
	}
	up, _ := math.Lgamma(a + 0.5)
	down, _ := math.Lgamma(a)
	return math.Exp(up-down) / math.Sqrt(math.Pi)
}
