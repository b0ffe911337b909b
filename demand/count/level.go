package count

import "math"

// smallestLevel is the variance below which the shared multiplier cannot be told from 1: at the largest
// mean for which probabilities are computed it moves none by more than 1e-8.
const smallestLevel = 1e-13

// levels calls f with the nodes of a quadrature over a gamma variable of mean 1 and a variance, and their
// weights, which sum to 1. It is the trapezoidal rule in x = log L, in which the density is proportional
// to exp((x − e^x)/variance). A total of precision p (1/variance in x) makes that about a log-gamma density
// of shape a = 1/variance + p, of which the rule's error at step h is |Γ(a + 2πi/h)| / Γ(a): below 1e-14
// for all a at the steps taken here. Totals above the mean tell more of the level, and the precision is
// taken at three standard deviations above.
func levels(variance, precision float64, f func(level, weight float64)) {
	h := min(0.2, 0.55/math.Sqrt(1/variance+precision*(1+3*math.Sqrt(variance))))
	density := func(x float64) float64 { return math.Exp((x - math.Expm1(x)) / variance) }
	from, to := falls(variance, -1), falls(variance, 1)
	first, last := int(math.Floor(from/h)), int(math.Ceil(to/h))
	var sum float64
	for i := first; i <= last; i++ {
		sum += density(float64(i) * h)
	}
	for i := first; i <= last; i++ {
		if w := density(float64(i)*h) / sum; w > 0 {
			f(math.Exp(float64(i)*h), w)
		}
	}
}

// falls returns the x on one side of 0 where the density has fallen by 1e-17: e^x − x − 1 is drop there.
func falls(variance, side float64) float64 {
	drop := 39 * variance
	// Both start beyond: e^x − x − 1 is above x²/2 to the right and above −x − 1 to the left. The
	// function is convex, so Newton's method comes back without overshooting.
	x := math.Sqrt(2 * drop)
	if side < 0 {
		x = -x - drop - 1
	} else if drop > 1 {
		x = min(x, 2+math.Log(drop)*2)
	}
	for range 60 {
		next := x - (math.Expm1(x)-x-drop)/math.Expm1(x)
		if math.Abs(next-x) < 1e-6*math.Abs(x) {
			break
		}
		x = next
	}
	return x
}
