package volume

import "math"

// sigmas are the widths, in hours, among which that of the week's smoothing is chosen. The narrowest
// smooths next to nothing: it suits calls logged by shift.
var sigmas = []float64{0.3, 0.5, 0.75, 1, 1.25, 1.5}

// usualSigma is used until enough is known to choose.
const usualSigma = 1

// folds is how many parts the weeks are dealt into: each is held against the others.
const folds = 4

// chooseSigma returns the width under which weeks held out are likeliest, given how many calls they had.
func (r *history) chooseSigma(st *state, prior *[week]float64) float64 {
	if r.days() < 7*folds {
		return usualSigma
	}
	parts := r.dealt(st.multiplier)
	best, most := float64(usualSigma), math.Inf(-1)
	for _, sigma := range sigmas {
		var score float64
		for out := range parts {
			var rest counts
			for i := range parts {
				if i != out {
					rest.add(&parts[i])
				}
			}
			shape := rest.shape(sigma, prior)
			var calls, expected float64
			for h, x := range shape {
				calls += parts[out].calls[h]
				expected += x * parts[out].expected[h]
				score += parts[out].calls[h] * math.Log(x)
			}
			if calls > 0 {
				score -= calls * math.Log(expected)
			}
		}
		if score > most {
			best, most = sigma, score
		}
	}
	return best
}

// dealt deals whole weeks out in turn and counts the calls of each part by hour of week.
func (r *history) dealt(multiplier []float64) *[folds]counts {
	var parts [folds]counts
	for i, known := range r.known {
		if !known {
			continue
		}
		p := &parts[floorDiv(r.first+int(r.day[i])+3, 7)%folds]
		p.calls[r.slot[i]] += r.calls[i]
		p.expected[r.slot[i]] += multiplier[r.day[i]]
	}
	return &parts
}

func (c *counts) add(o *counts) {
	for h := range c.calls {
		c.calls[h] += o.calls[h]
		c.expected[h] += o.expected[h]
	}
}
