package volume

import "math"

// priorLevelCalls is how many calls a prior's volume is worth: a gamma prior of this shape has a standard
// deviation of half its mean, which is how far off a published total can be for one service's calls. So
// the long run's volume is to the present's after days of which nothing is known. In known hours it is
// worth as many as bring four calls. Without a prior half a call (Jeffreys) keeps the level above 0.
const (
	priorLevelCalls = 4
	noPriorCalls    = 0.5
)

// level is the volume, in calls an hour of the typical week: as it is now, and in the long run, to
// which it comes back. The gamma posterior of each has the variance rate²/calls.
type level struct {
	now, longRun posterior
	back         float64 // days after which half the way back is gone
}

// posterior is a rate and how many calls it rests on, the prior's included.
type posterior struct{ Rate, Calls float64 }

// longRunDays is the half-life of the long run's level.
const longRunDays = 448

// levelOf returns the level at the end of the days, beside that of the long run. expected is of level 1.
func levelOf(perDay, expected []float64, t tuning, longRun posterior) level {
	l := level{longRun, longRun, t.Back}
	if t.HalfLife < longRunDays {
		calls, hours := recent(perDay, expected, t.HalfLife)
		l.now = posterior{(calls + priorLevelCalls) / (hours + priorLevelCalls/longRun.Rate), calls + priorLevelCalls}
	}
	return l
}

// longRunOf returns the level of the long run; prior is in calls an hour, 0 for none.
func longRunOf(perDay, expected []float64, prior float64) posterior {
	calls, hours := recent(perDay, expected, longRunDays)
	if prior > 0 {
		return posterior{(calls + priorLevelCalls) / (hours + priorLevelCalls/prior), calls + priorLevelCalls}
	}
	return posterior{(calls + noPriorCalls) / hours, calls + noPriorCalls}
}

// recent adds up the days, of which one counts half as much each halfLife days further back. Those beyond
// 64 half-lives would change nothing.
func recent(perDay, expected []float64, halfLife float64) (calls, hours float64) {
	decay := math.Exp2(-1 / halfLife)
	for i := max(0, len(expected)-int(64*halfLife)); i < len(expected); i++ {
		calls = calls*decay + perDay[i]
		hours = hours*decay + expected[i]
	}
	return calls, hours
}

// at returns the level so many days ahead, damped towards the long run's; of days past it is now's.
func (l *level) at(ahead float64) float64 {
	if l.now == l.longRun {
		return l.now.Rate
	}
	return l.now.Rate * math.Pow(l.longRun.Rate/l.now.Rate, 1-l.part(ahead))
}

// part returns which part of the logarithm is now's.
func (l *level) part(ahead float64) float64 { return math.Exp2(-max(0, ahead) / l.back) }

// variance returns that of the relative error of the level, as far as it comes from few calls. The calls
// of now are among those of the long run, so that the errors add.
func (l *level) variance(ahead float64) float64 {
	p := l.part(ahead)
	sd := p/math.Sqrt(l.now.Calls) + (1-p)/math.Sqrt(l.longRun.Calls)
	return sd * sd
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
