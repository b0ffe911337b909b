package count

import "math"

// leastProbability is what an outcome of less probability is scored at: a score stays finite.
const leastProbability = 1e-300

// LogScore returns the logarithm of the probability of k, in nats; higher is better. A probability below
// 1e-300 counts as that.
func (n *Distribution) LogScore(k int) float64 { return math.Log(max(n.PMF(k), leastProbability)) }

// CRPS returns the ranked probability score of k, Σ_j (F(j) − 1{j ≥ k})², in calls; lower is better.
func (n *Distribution) CRPS(k int) float64 {
	if n.cdf == nil {
		return n.crps(float64(k))
	}
	var score float64
	for j, f := range n.cdf {
		if j >= k {
			f = 1 - f
		}
		score += f * f
	}
	return score + float64(max(0, k-len(n.cdf))+max(0, -k))
}

// PIT is where an outcome lies within its distribution: from F(k−1) to F(k). Of a discrete
// distribution the probability integral transform is not a point: Czado, Gneiting and Held (2009,
// Biometrics 65) spread it evenly over this interval, which makes it uniform on average when the
// forecasts are right. Low + u·(High − Low) with a uniform u is the randomised transform; Within counts
// the interval without chance.
type PIT struct{ Low, High float64 }

// PIT returns where k lies.
func (n *Distribution) PIT(k int) PIT { return PIT{n.CDF(k - 1), n.CDF(k)} }

// Within returns how much of the interval lies between two probabilities, 0 to 1: summed over outcomes,
// a bar of the histogram; between 0.1 and 0.9, the coverage of the 80 % interval.
func (p PIT) Within(from, to float64) float64 {
	if p.High <= p.Low { // an outcome that had no probability
		if from <= p.Low && (p.Low < to || to == 1 && p.Low == 1) {
			return 1
		}
		return 0
	}
	return max(0, min(to, p.High)-max(from, p.Low)) / (p.High - p.Low)
}

// Covered returns how much of an outcome lies within the central interval of a level such as 0.8.
func (p PIT) Covered(level float64) float64 { return p.Within((1-level)/2, (1+level)/2) }
