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

// shape returns the typical week, of mean 1. It is a factor of each day, times a profile over the hours of
// the day that Monday to Friday share, and one that Saturday and Sunday share, smoothed round the clock, times
// each day's own departure from these, smoothed round the week. Each is shrunk to what the prior has for it.
func (c *counts) shape(s smoothing, prior *[week]float64) [week]float64 {
	from := layersOf(prior)
	var byDay [7]sums
	for h := range week {
		byDay[h/24].add(1, c.calls[h], c.expected[h])
	}
	var to layers
	for d := range byDay {
		to.day[d] = byDay[d].ratio(s.Day, from.day[d])
	}
	var byHour [2][24]sums
	for h := range week {
		byHour[groupOf(h/24)][h%24].add(1, c.calls[h], c.expected[h]*to.day[h/24])
	}
	k := kernel(s.Sigma)
	for g := range byHour {
		for h := range 24 {
			var near sums
			for i, w := range k.weights {
				at := &byHour[g][(h+i-k.half+24)%24]
				near.add(w, at.calls, at.expected)
			}
			to.profile[g][h] = near.ratio(profileCalls, from.profile[g][h])
		}
	}
	var out [week]float64
	for h, p := range prior { // as far as the prior itself departs from its layers
		out[h] = to.at(h) * p / from.at(h)
	}
	return c.departures(&out, s.Own)
}

// layers are a week as factors of its days and profiles of each group of days.
type layers struct {
	day     [7]float64
	profile [2][24]float64
}

// layersOf returns the layers of a week without zeros.
func layersOf(w *[week]float64) (l layers) {
	var group [2]float64
	for h, x := range w {
		l.day[h/24] += x / 24
		group[groupOf(h/24)] += x / 24
		l.profile[groupOf(h/24)][h%24] += x
	}
	for g := range l.profile {
		for h := range l.profile[g] {
			l.profile[g][h] /= group[g]
		}
	}
	return l
}

func (l *layers) at(h int) float64 { return l.day[h/24] * l.profile[groupOf(h/24)][h%24] }

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
		out[h] = from[h] * near.ratio(strength, 1)
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

// ratio returns calls over expected, shrunk to a prior as if so many more had been expected and had come in
// that ratio.
func (s *sums) ratio(strength, prior float64) float64 {
	return (s.calls + strength*prior) / (s.expected + strength)
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
