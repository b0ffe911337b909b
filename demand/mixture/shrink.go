package mixture

import "math"

// refine writes to out the shares q, each times how much more often calls fell there than q says, shrunk
// towards 1:
//
//	out(c) ∝ q(c) · (S n(c) + α) / (N·S q(c) + α)
//
// S sums over the neighbourhood of a cell by a Gaussian that is 1 at its centre, or over the cell alone
// where k is nil. It is the posterior mean of a factor with a gamma prior of mean 1 and variance 1/α: a
// neighbourhood where few calls are expected keeps q, one with many follows its own (Clayton and Kaldor
// 1987). out may be q; n sums to calls.
func (r *room) refine(q, n []float64, calls float64, k *kernel, alpha float64, out []float64) {
	seen, expected := n, q
	if k != nil {
		seen, expected = r.seen, r.expected
		k.smooth(n, seen, &r.raster)
		k.smooth(q, expected, &r.raster)
	}
	sum := 0.0
	for i, p := range q {
		out[i] = p * (seen[i] + alpha) / (calls*expected[i] + alpha)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
}

// room is what one goroutine works in.
type room struct {
	raster                   raster
	seen, expected, n, share []float64
}

func newRoom(cells int) *room {
	at := func() []float64 { return make([]float64, cells) }
	return &room{seen: at(), expected: at(), n: at(), share: at()}
}

// Shrinkage is searched among these, from hardly any to a cell's own calls hardly counting.
const (
	leastShrinkage = 0.125
	mostShrinkage  = 1024
)

// shrinkage returns the α of refine over cells alone under which counts are likeliest: of planes sets of
// counts with calls expected, each count is negative binomial around calls × q. Less than a hundred calls
// cannot tell: their α is that of one expected call a cell.
func shrinkage(count [][]float64, calls []float64, q []float64) float64 {
	total := 0.0
	for _, n := range calls {
		total += n
	}
	if total < 100 {
		return 4
	}
	return goldenMax(math.Log(leastShrinkage), math.Log(mostShrinkage), 12, func(log float64) float64 {
		return evidence(count, calls, q, math.Exp(log))
	})
}

// evidence is the log marginal likelihood of counts, but for what does not depend on α.
func evidence(count [][]float64, calls []float64, q []float64, alpha float64) float64 {
	base, _ := math.Lgamma(alpha)
	sum := 0.0
	for p, n := range count {
		for i, x := range n {
			e := calls[p] * q[i]
			sum -= (alpha + x) * math.Log1p(e/alpha)
			if x > 0 {
				lg, _ := math.Lgamma(x + alpha)
				sum += lg - base - x*math.Log(alpha)
			}
		}
	}
	return sum
}

// goldenMax returns the exponential of where f, with one peak between a and b, is highest, to within
// (b−a)·0.618^steps.
func goldenMax(a, b float64, steps int, f func(float64) float64) float64 {
	const g = 0.6180339887498949
	c, d := b-g*(b-a), a+g*(b-a)
	fc, fd := f(c), f(d)
	for range steps {
		if fc >= fd {
			b, d, fd = d, c, fc
			c = b - g*(b-a)
			fc = f(c)
		} else {
			a, c, fc = c, d, fd
			d = a + g*(b-a)
			fd = f(d)
		}
	}
	return math.Exp((a + b) / 2)
}
