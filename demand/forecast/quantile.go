package forecast

import (
	"math"
	"sort"

	"github.com/nearside-ems/nearside/demand/count"
)

// quantiles finds one quantile of many counts that differ in their means only. The counts are Poisson
// with a gamma multiplier of mean 1 and a shape of variance phi. As a mean rises its quantile climbs step
// by step; the steps are found once, and then looked up.
type quantiles struct {
	p, phi float64
	step   []float64 // the mean up to which the quantile is at most k
}

// tableMean is the mean up to which quantiles are looked up; greater ones are few and are computed.
const tableMean = 200

// of returns the least k with P(count ≤ k) ≥ p.
func (q *quantiles) of(mean float64) int {
	if mean > tableMean {
		return count.New([]float64{mean}, count.Dispersion{Level: q.phi}).Quantile(q.p)
	}
	for len(q.step) == 0 || q.step[len(q.step)-1] < mean {
		q.step = append(q.step, q.next())
	}
	return sort.SearchFloat64s(q.step, mean)
}

// next finds the mean at which P(count ≤ k) falls to p, for the next k, by halving.
func (q *quantiles) next() float64 {
	k, low := len(q.step), 0.0
	if k > 0 {
		low = q.step[k-1]
	}
	high := low + 1
	for cdf(k, high, q.phi) > q.p {
		low, high = high, 2*high
	}
	for high-low > 1e-9*high {
		if mid := (low + high) / 2; cdf(k, mid, q.phi) > q.p {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// cdf returns P(count ≤ k) of the negative binomial with the given mean and variance mean + phi·mean²,
// or of Poisson where phi is 0, by the recursion of its terms. Means are small enough not to underflow.
func cdf(k int, mean, phi float64) float64 {
	term := math.Exp(-mean)
	if phi > 0 {
		term = math.Exp(-math.Log1p(phi*mean) / phi)
	}
	sum, ratio := term, mean/(1+phi*mean)
	for j := range k {
		term *= (1 + phi*float64(j)) / float64(j+1) * ratio
		sum += term
	}
	return sum
}
