package backtest

import "math"

// Axes of time that several baselines tune: how wide hours are smoothed, how much all days count alike,
// and how fast calls fade, in days.
var (
	hoursAxis = axis{"hours σ", []float64{0, 0.5, 1, 1.5, 2, 3, 4, 6}, 3}
	dayAxis   = axis{"any day", []float64{0, 0.25, 0.5, 0.7, 0.85, 1}, 3}
	fadeAxis  = axis{"half-life", []float64{14, 28, 56, 112, 224, 448, forever}, 5}
)

// newProfile tunes the share of calls of each hour of the week.
func newProfile() *tuner {
	return &tuner{
		axes: []axis{hoursAxis, dayAxis, fadeAxis, profileFloor},
		score: func(l *lesson, v []float64) float64 {
			p := profile(l, v)
			var sum float64
			for _, t := range l.week.Hour {
				sum += math.Log(p[l.clock.hourOfWeek(t)])
			}
			return sum
		},
	}
}

// profileFloor is the share of calls that no hour is without.
var profileFloor = axis{"hours floor", []float64{1e-4, 1e-3, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7}, 1}

// profile returns the share of calls of each hour of the week from what came before a lesson's week.
func profile(l *lesson, v []float64) [week]float64 {
	k := l.clock
	weight := weights(k, l.past, v[2])
	var n [week]float64
	total := 0.0
	for i, t := range l.past.Hour {
		n[k.hourOfWeek(t)] += weight[i]
		total += weight[i]
	}
	var p [week]float64
	newTimeKernel(v[0], v[1]).spread(n[:], p[:])
	for h := range p {
		p[h] = (1-v[3])*p[h]/max(total, 1e-9) + v[3]/week
	}
	if total == 0 {
		for h := range p {
			p[h] = 1.0 / week
		}
	}
	return p
}

// timeKernel spreads calls over the hours of the week: by a Gaussian round the week's circle, and a part
// of them over the same hours of all days.
type timeKernel struct {
	taps []float64 // from far before to far after; the middle is an hour itself
	any  float64   // the part for all days
	line []float64 // scratch
}

// newTimeKernel returns the kernel of a standard deviation in hours, cut at three of them.
func newTimeKernel(sigma, anyDay float64) *timeKernel {
	far := int(3 * sigma)
	k := &timeKernel{taps: make([]float64, 2*far+1), any: anyDay, line: make([]float64, week+2*far)}
	sum := 0.0
	for i := range k.taps {
		d := float64(i - far)
		k.taps[i] = 1
		if d != 0 {
			k.taps[i] = math.Exp(-d * d / (2 * sigma * sigma))
		}
		sum += k.taps[i]
	}
	for i := range k.taps {
		k.taps[i] /= sum
	}
	return k
}

// spread writes what is seen in each hour of the week, spread, to out.
func (k *timeKernel) spread(seen, out []float64) {
	var daily, smooth [24]float64
	for h, n := range seen {
		daily[h%24] += n
	}
	clear(out)
	if k.any < 1 {
		k.around(seen, out, 1-k.any)
	}
	if k.any > 0 {
		k.around(daily[:], smooth[:], k.any/7)
	}
	for h := range out {
		out[h] += smooth[h%24]
	}
}

// around adds a part of what is seen on a circle of hours, spread, to another circle.
func (k *timeKernel) around(seen, circle []float64, part float64) {
	size, far := len(circle), len(k.taps)/2
	line := k.line[:size+2*far]
	clear(line)
	for h, n := range seen {
		if n == 0 {
			continue
		}
		n *= part
		to := line[h:][:len(k.taps)]
		for i, w := range k.taps {
			to[i] += n * w
		}
	}
	at := size - far%size // the line begins so far before the circle
	for _, x := range line {
		circle[at%size] += x
		at++
	}
}

// hourly returns the expected calls of each hour of a lesson's week.
func hourly(l *lesson, perHour float64, share [week]float64) []float64 {
	rates := make([]float64, l.week.Span.Hours())
	for i := range rates {
		rates[i] = perHour * week * share[l.clock.week[l.week.Span.From-l.clock.from:][i]]
	}
	return rates
}
