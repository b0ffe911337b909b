package count

import "math"

// negligible is the probability that may be left out beyond the end of one table.
const negligible = 1e-18

// exact returns the probabilities of totals 0, 1, … as far as they matter: for each level the
// convolution of the days' negative binomials, averaged over the levels.
func exact(means []float64, d Dispersion, m moments) []float64 {
	days := make([]float64, 0, len(means))
	for _, x := range means {
		if x > 0 {
			days = append(days, x)
		}
	}
	if d.Day == 0 && len(days) > 1 {
		days = append(days[:0], m.mean) // a sum of Poisson variables is Poisson
	}
	c := convolution{day: d.Day, means: days, mu: make([]float64, len(days)), q: make([]float64, len(days)), s: make([]float64, len(days))}
	if d.Level < smallestLevel {
		c.add(1, 1)
		return c.pmf
	}
	levels(d.Level, m.precision(), c.add)
	return c.pmf
}

// convolution adds up tables of probabilities.
type convolution struct {
	day      float64
	means    []float64
	pmf      []float64
	mu, q, s []float64 // scratch, one entry per day
}

// add adds the distribution at one level with a weight to the table.
//
// The generating function of a sum of negative binomials with means m_d and one dispersion α is
// G(z) = Π (1 + α m_d (1−z))^(−1/α), so G′/G = Σ μ_d / (1 − q_d z) with μ_d = m_d/(1+α m_d) and
// q_d = α μ_d. Comparing powers of z,
//
//	(n+1) p(n+1) = Σ_d μ_d s_d(n),   s_d(n) = p(n) + q_d s_d(n−1),
//
// in which all terms are positive: nothing cancels, and n totals of D days take n·D steps.
func (c *convolution) add(level, weight float64) {
	logStart, mean, most := math.Log(weight), 0.0, 0.0
	for d, m := range c.means {
		m *= level
		mean += m
		c.mu[d] = m / (1 + c.day*m)
		c.q[d] = c.day * c.mu[d]
		most = max(most, c.q[d])
		if c.day > 0 {
			logStart -= math.Log1p(c.day*m) / c.day
		} else {
			logStart -= m
		}
	}
	// p is kept within the range of float64: what is true is p × e^−ahead.
	ahead := max(0, -600-logStart)
	p, scale := math.Exp(logStart+ahead), math.Exp(-ahead)
	for d := range c.s {
		c.s[d] = p
	}
	for n := 0; ; n++ {
		if n == len(c.pmf) {
			c.pmf = append(c.pmf, 0)
		}
		c.pmf[n] += p * scale
		var next float64
		for d, s := range c.s {
			next += c.mu[d] * s
		}
		next /= float64(n + 1)
		// Beyond the mean each is less than the last by a factor of next/p, which tends to the largest q: the
		// tail is below p/(1−factor).
		if float64(n) >= mean && p*scale <= negligible*(1-most) && p*scale*p <= negligible*(p-next) {
			return
		}
		p = next
		for d, s := range c.s {
			c.s[d] = p + c.q[d]*s
		}
		if ahead > 0 && p > 1e80 {
			p = c.rescale(p, min(ahead, 700))
			ahead = max(0, ahead-700)
			scale = math.Exp(-ahead)
		}
	}
}

// rescale divides the state and p by e^by.
func (c *convolution) rescale(p, by float64) float64 {
	f := math.Exp(-by)
	for d := range c.s {
		c.s[d] *= f
	}
	return p * f
}
