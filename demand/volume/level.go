package volume

import "math"

// priorLevelCalls is how many calls the prior's volume is worth: a gamma prior of this shape has a
// standard deviation of half its mean, which is how far off a published total can be for one service's
// calls. Without a prior half a call (Jeffreys) keeps the level above 0.
const (
	priorLevelCalls = 4
	noPriorCalls    = 0.5
)

// level is the volume, in calls an hour of the typical week, learnt from recent days.
type level struct {
	rate  float64 // mean
	calls float64 // what it rests on, prior included: its variance is rate²/calls
	prior float64 // part of calls that is the prior's
}

// levelOf returns the gamma posterior of the level at the end of the days, of which one counts half as
// much each halfLife days further back. expected is of level 1; prior is in calls an hour, 0 for none.
func levelOf(perDay, expected []float64, halfLife, prior float64) level {
	var calls, hours float64
	decay := math.Exp2(-1 / halfLife)
	for i, e := range expected {
		calls = calls*decay + perDay[i]
		hours = hours*decay + e
	}
	if prior > 0 {
		return level{(calls + priorLevelCalls) / (hours + priorLevelCalls/prior), calls + priorLevelCalls, priorLevelCalls}
	}
	return level{(calls + noPriorCalls) / hours, calls + noPriorCalls, 0}
}

// around returns for each day the calls of the days around it over what was expected, both weighted by
// e^(−distance/days): the level as it is known in hindsight. Where nothing is known it is 1.
func around(perDay, expected []float64, days float64) []float64 {
	n := len(perDay)
	decay := math.Exp(-1 / days)
	out := make([]float64, n)
	total := make([]float64, n)
	var calls, hours float64
	for i := range n { // up to and with the day
		calls, hours = calls*decay+perDay[i], hours*decay+expected[i]
		out[i], total[i] = calls, hours
	}
	calls, hours = 0, 0
	for i := n - 1; i >= 0; i-- { // from the day after on
		out[i] += calls * decay
		total[i] += hours * decay
		calls, hours = calls*decay+perDay[i], hours*decay+expected[i]
	}
	for i := range out {
		if total[i] > 0 {
			out[i] = (out[i] + noPriorCalls) / (total[i] + noPriorCalls)
		} else {
			out[i] = 1
		}
	}
	return out
}
