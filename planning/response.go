package planning

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// Response sums up how long calls wait, mobilisation delay included, weighted by expected calls.
type Response struct {
	MeanSeconds float64 `json:"mean_s"`
	P90Seconds  float64 `json:"p90_s"`     // 90 of 100 calls are reached within this
	Within15    float64 `json:"within_15"` // share of calls reached within 15 minutes, 0 to 1
}

// wait is one outcome: a call's response time in seconds and how many calls a week have it.
type wait struct{ seconds, weight float64 }

// summarise returns the statistics of waits, which it sorts; the zero Response where they weigh nothing.
// The 90th percentile is the least time within which at least 90 % of the weight lies.
func summarise(waits []wait) Response {
	slices.SortFunc(waits, func(a, b wait) int { return cmp.Compare(a.seconds, b.seconds) })
	var total, sum, within float64
	below := make([]float64, len(waits)) // weight up to and including each
	for i, w := range waits {
		total += w.weight
		sum += w.weight * w.seconds
		if w.seconds <= TargetSeconds {
			within += w.weight
		}
		below[i] = total
	}
	if total <= 0 {
		return Response{}
	}
	// The tolerance keeps a sum that is 90 % but for rounding from jumping to the next time.
	at := sort.SearchFloat64s(below, 0.9*total*(1-1e-12))
	return Response{
		MeanSeconds: round(sum/total, 3),
		P90Seconds:  round(waits[min(at, len(waits)-1)].seconds, 3),
		Within15:    round(within/total, 6),
	}
}

// round returns x with the given number of decimals; documents carry no more digits than they mean.
func round(x float64, decimals int) float64 {
	p := math.Pow10(decimals)
	return math.Round(x*p) / p
}
