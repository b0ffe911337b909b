package volume

import "math"

// Each day of the week departs from what the days of its group share by a factor that moves slowly: it
// is smoothed over ownSigma hours and shrunk to 1 by ownCalls calls in that window. On rolling origins of
// the four sets of real calls these are within 0.0005 nats a call of the best of each.
const (
	ownSigma = 2
	ownCalls = 50
)

// counts are the calls of each hour of week and those expected there, were all hours alike.
type counts struct{ calls, expected [week]float64 }

// shape returns the typical week, of mean 1, smoothed over sigma hours. The profile of the hours that
// Monday to Friday share, and that which Saturday and Sunday share, are smoothed round the clock and
// shrunk to the prior's by priorCalls calls; so is each day's factor. Each day's departure from their
// product is smoothed further.
func (c *counts) shape(sigma float64, prior *[week]float64) [week]float64 {
	factors := c.dayFactors(prior)
	var pooled counts // with the weekday's factor taken out, in the group's first day
	for h := range week {
		at := groupOf(h/24)*24 + h%24
		pooled.calls[at] += c.calls[h]
		pooled.expected[at] += c.expected[h] * factors[h/24]
	}
	var priorOf [2]float64 // mean hour of each group, days added up
	for h, p := range prior {
		priorOf[groupOf(h/24)] += p / 24
	}
	k := kernel(sigma)
	var profile [2][24]float64
	for g := range profile {
		for h := range 24 {
			var calls, expected, from float64
			for d, w := range k.weights {
				at := (h + d - k.half + 48) % 24
				calls += w * pooled.calls[g*24+at]
				expected += w * pooled.expected[g*24+at]
			}
			for d := range 7 {
				if groupOf(d) == g {
					from += prior[d*24+h]
				}
			}
			from /= priorOf[g]
			profile[g][h] = (k.width*calls + priorCalls*from) / (k.width*expected + priorCalls)
		}
	}
	var out, to [week]float64
	var sum float64
	for h := range week {
		to[h] = factors[h/24] * profile[groupOf(h/24)][h%24]
	}
	k = kernel(ownSigma)
	for h := range week {
		var calls, expected float64
		for d, w := range k.weights {
			at := (h + d - k.half + 2*week) % week
			calls += w * c.calls[at]
			expected += w * c.expected[at] * to[at]
		}
		out[h] = to[h] * (k.width*calls + ownCalls) / (k.width*expected + ownCalls)
		sum += out[h]
	}
	for h := range out {
		out[h] *= week / sum
	}
	return out
}

// priorCalls is how many calls the prior's shape of the week is worth, for each day's factor and each
// window of a profile.
const priorCalls = 30

// dayFactors returns the factor of each day of the week.
func (c *counts) dayFactors(prior *[week]float64) (f [7]float64) {
	for d := range f {
		var calls, expected, from float64
		for h := d * 24; h < d*24+24; h++ {
			calls += c.calls[h]
			expected += c.expected[h]
			from += prior[h] / 24
		}
		f[d] = (calls + priorCalls*from) / (expected + priorCalls)
	}
	return f
}

// groupOf returns 0 for Monday to Friday, 1 for the weekend.
func groupOf(day int) int {
	if day < 5 {
		return 0
	}
	return 1
}

// gaussian is a kernel of weights that sum to 1.
type gaussian struct {
	half    int // of its length
	weights []float64
	width   float64 // of the window that has as much variance: 1/Σw²
}

func kernel(sigma float64) gaussian {
	k := gaussian{half: min(int(4*sigma)+1, 23)}
	var sum, square float64
	for d := -k.half; d <= k.half; d++ {
		w := math.Exp(-0.5 * float64(d*d) / (sigma * sigma))
		k.weights = append(k.weights, w)
		sum += w
	}
	for i := range k.weights {
		k.weights[i] /= sum
		square += k.weights[i] * k.weights[i]
	}
	k.width = 1 / square
	return k
}
