package volume

import "math"

// smoothing is how the typical week is drawn from counts.
type smoothing struct {
	// Sigma is the width of the kernel, in hours, for the profiles that days share.
	Sigma float64
	// Day and Own are how many calls the opinion is worth that days of the week differ in volume as the
	// prior has it, and that the hours of a day do not depart from the profile that it shares.
	Day, Own float64
}

// ownSigma is the width, in hours, over which a day's departures from its shared profile are smoothed. On
// rolling origins of the four sets of real calls it is within 0.0005 nats a call of the best of each.
const ownSigma = 2

// profileCalls is how many calls the prior is worth in a window of a profile. It is less than a tenth of
// what a month of Toronto's calls brings.
const profileCalls = 30

// counts are the calls of each hour of week and those expected there, were all hours alike.
type counts struct{ calls, expected [week]float64 }

// shape returns the typical week, of mean 1: the prior's times what the calls say is different. That is
// a factor of each day, times a profile over the hours of the day that Monday to Friday share, and one
// that Saturday and Sunday share, smoothed round the clock, times each day's own
// departure from these, smoothed round the week. Each is shrunk to 1.
func (c *counts) shape(s smoothing, prior *[week]float64) [week]float64 {
	out := *prior
	var byDay [7]sums
	for h := range week {
		byDay[h/24].add(1, c.calls[h], c.expected[h]*out[h])
	}
	var byHour [2][24]sums
	for h := range week {
		out[h] *= byDay[h/24].ratio(s.Day)
		byHour[groupOf(h/24)][h%24].add(1, c.calls[h], c.expected[h]*out[h])
	}
	k := kernel(s.Sigma)
	var profile [2][24]float64
	for g := range profile {
		for h := range 24 {
			var near sums
			for i, w := range k.weights {
				at := &byHour[g][(h+i-k.half+24)%24]
				near.add(w, at.calls, at.expected)
			}
			profile[g][h] = near.ratio(profileCalls)
		}
	}
	for h := range out {
		out[h] *= profile[groupOf(h/24)][h%24]
	}
	return c.departures(&out, s.Own)
}

// departures multiplies a week with the departures of its hours from it.
func (c *counts) departures(from *[week]float64, strength float64) (out [week]float64) {
	k := kernel(ownSigma)
	var sum float64
	for h := range week {
		var near sums
		for i, w := range k.weights {
			at := (h + i - k.half + week) % week
			near.add(w, c.calls[at], c.expected[at]*from[at])
		}
		out[h] = from[h] * near.ratio(strength)
		sum += out[h]
	}
	for h := range out {
		out[h] *= week / sum
	}
	return out
}

// sums are calls and how many were expected.
type sums struct{ calls, expected float64 }

func (s *sums) add(weight, calls, expected float64) {
	s.calls += weight * calls
	s.expected += weight * expected
}

// ratio returns calls over expected, shrunk to 1 as if so many more calls had come as expected.
func (s *sums) ratio(strength float64) float64 {
	return (s.calls + strength) / (s.expected + strength)
}

// groupOf returns 0 for Monday to Friday, 1 for the weekend.
func groupOf(day int) int {
	if day < 5 {
		return 0
	}
	return 1
}

// gaussian is a kernel whose weights add up to the width of the window that has as much variance, so
// that sums under it are of as many calls as they are worth: Σw for w ∝ g with Σw = (Σg)²/Σg².
type gaussian struct {
	half    int // of its length
	weights []float64
}

// kernel ends at four standard deviations.
func kernel(sigma float64) gaussian {
	k := gaussian{half: int(4*sigma) + 1}
	var sum, square float64
	for d := -k.half; d <= k.half; d++ {
		w := math.Exp(-0.5 * float64(d*d) / (sigma * sigma))
		k.weights = append(k.weights, w)
		sum, square = sum+w, square+w*w
	}
	for i := range k.weights {
		k.weights[i] *= sum / square
	}
	return k
}
