package monitor

import "math"

// cusum is Page's cumulative sum of log likelihood ratios. It starts anew on days only, so that the
// false alarms are counted by days however often it is looked at within one.
type cusum struct {
	limit float64
	value float64
	start int // position of the hour from which on it sums

	flagged bool
	at      int // position of the hour with which it reached the limit
	since   int // start of the sum that did
	until   int // the hour after that with which the sum was highest
	sum     float64
	highest float64 // of sum, which is value where it is not cut
}

// begin starts a day at hour i. A sum that has fallen to nothing takes its flag back; one far over the
// limit is cut to twice the limit, so that this does not take for ever.
func (c *cusum) begin(i int) {
	if c.value <= 0 {
		c.value, c.start, c.flagged, c.sum, c.highest = 0, i, false, 0, 0
	}
	c.value = min(c.value, 2*c.limit)
}

// add adds the log likelihood ratio of hour i.
func (c *cusum) add(ratio float64, i int) {
	c.value += ratio
	if c.sum += ratio; c.sum >= c.highest {
		c.highest, c.until = c.sum, i+1
	}
	if c.value >= c.limit && !c.flagged {
		c.flagged, c.at, c.since = true, i, c.start
	}
}

// level is the log likelihood ratio of a day's calls so far, of which m are expected and n came, with
// volume at a1 times the expected over a0 times. The day's multiplier is gamma with mean 1 and variance v,
// so n is negative binomial (Poisson where v is 0). Being a likelihood ratio of all the calls so far it
// has mean 1 as a factor at any hour, if volume is at a0.
func level(n int, m, v, a0, a1 float64) float64 {
	if v < 1e-9 {
		return float64(n)*math.Log(a1/a0) - m*(a1-a0)
	}
	return float64(n)*math.Log(a1/a0) - (float64(n)+1/v)*(math.Log1p(v*m*a1)-math.Log1p(v*m*a0))
}

// tilt is the log likelihood ratio of n of all calls being of a group that has share q of them, with the
// odds of that r1 times what is expected over r0 times.
func tilt(n, all int, q, r0, r1 float64) float64 {
	return float64(n)*math.Log(r1/r0) - float64(all)*math.Log((1+q*(r1-1))/(1+q*(r0-1)))
}

// pair watches for more and for less of something.
type pair struct {
	up, down cusum
	r0, r1   float64 // up: from r0 to r1 times; down: from 1/r0 to 1/r1
}

func newPair(limit, tolerance, step float64) pair {
	return pair{cusum{limit: limit}, cusum{limit: limit}, tolerance, tolerance * step}
}

func (p *pair) begin(i int) {
	p.up.begin(i)
	p.down.begin(i)
}

func (p *pair) tilt(n, all int, q float64, i int) {
	p.up.add(tilt(n, all, q, p.r0, p.r1), i)
	p.down.add(tilt(n, all, q, 1/p.r0, 1/p.r1), i)
}

// volume takes a day's calls up to hour i given those up to the hour before.
func (p *pair) volume(before, now sofar, v float64, i int) {
	p.up.add(level(now.came, now.expected, v, p.r0, p.r1)-level(before.came, before.expected, v, p.r0, p.r1), i)
	p.down.add(level(now.came, now.expected, v, 1/p.r0, 1/p.r1)-level(before.came, before.expected, v, 1/p.r0, 1/p.r1), i)
}

// sofar is what came of a day and what was expected up to an hour.
type sofar struct {
	expected float64
	came     int
}
