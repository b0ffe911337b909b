package mixture

import "math"

// blend finds weights for components by expectation maximisation. value holds, for each call and each
// component, the component's probability of the call. pseudo are calls that each component is taken to
// have explained beforehand, all above 0 (a Dirichlet prior), so that few calls move the weights little.
//
// The logarithm of likelihood times prior is concave in the weights, and no sweep lowers it (Dempster,
// Laird, Rubin 1977). It returns the weights and what a call's log likelihood was, on average, before
// each sweep, prior included.
func blend(value []float32, pseudo []float64, sweeps int) (weight, score []float64) {
	k := len(pseudo)
	weight = make([]float64, k)
	total := 0.0
	for _, a := range pseudo {
		total += a
	}
	for j, a := range pseudo {
		weight[j] = a / total
	}
	n := len(value) / k
	took := make([]float64, k)
	for range sweeps {
		log := 0.0
		copy(took, pseudo)
		for j, a := range pseudo {
			log += a * math.Log(weight[j])
		}
		for i := 0; i < len(value); i += k {
			log += share(value[i:i+k], weight, took)
		}
		for j := range weight {
			weight[j] = took[j] / (total + float64(n))
		}
		score = append(score, log/(total+float64(n)))
		if m := len(score); m > 1 && score[m-1]-score[m-2] < 1e-7 {
			break
		}
	}
	return weight, score
}

// share adds to took what each component explains of a call, and returns the log of its probability.
func share(value []float32, weight, took []float64) float64 {
	p := 0.0
	for j, v := range value {
		p += weight[j] * float64(v)
	}
	if !(p > 0) {
		return 0
	}
	for j, v := range value {
		took[j] += weight[j] * float64(v) / p
	}
	return math.Log(p)
}
