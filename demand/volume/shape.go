package volume

import "math"

// smoothing is how the typical week is drawn from counts.
type smoothing struct {
	sigma    float64 // of the Gaussian kernel, hours
	strength float64 // of the profile shared by weekdays, or by the weekend's days, in calls
}

// counts are the calls of each hour of week and those expected there, were all hours alike.
type counts struct{ calls, expected [week]float64 }

// shapeOf returns the typical week, of mean 1. A weekday's hours are smoothed round the week and
// shrunk to the profile that Monday to Friday share, times the weekday's factor; so are Saturday and
// Sunday. These profiles and factors are in turn shrunk to the prior's, by priorCalls calls.
func (c *counts) shape(s smoothing, prior *[week]float64) [week]float64 {
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
	k := kernel(s.sigma)
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
	var out [week]float64
	var sum float64
	for h := range week {
		var calls, expected float64
		for d, w := range k.weights {
			at := (h + d - k.half + 2*week) % week
			calls += w * c.calls[at]
			expected += w * c.expected[at]
		}
		to := factors[h/24] * profile[groupOf(h/24)][h%24]
		out[h] = (k.width*calls + s.strength*to) / (k.width*expected + s.strength)
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
