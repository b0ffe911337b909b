package volume

import (
	"math"

	"github.com/nearside-ems/nearside/demand/count"
)

// usualLevel is the variance of the level for a week ahead that is presumed until weeks have shown their
// own: about the middle of the four sets of real calls.
const usualLevel = 0.004

// dispersion is how far off forecasts are beyond chance.
type dispersion struct {
	day   float64 // variance of a day's multiplier
	level float64 // variance of the level's for a week ahead
	drift float64 // what each further day ahead adds to it
}

// at returns the dispersion of a forecast of the day so many days ahead.
func (d dispersion) at(days int, l *level) count.Dispersion {
	level := max(d.level+d.drift*float64(max(0, days-7)), l.variance(float64(days)))
	return count.Dispersion{Day: d.day, Level: level}
}

// spread estimates the dispersion from forecasts as they would have been made at rolling origins: of single
// days of the first week ahead, which vary by day and level together, of that week's totals, in which days
// even out, and of later weeks' totals.
func (w *roller) spread(t tuning) dispersion {
	var days, weeks, later []trial
	for i, way := range w.chosenBefore(t) {
		days = w.trialsAt(i, way, 0, 7, days)
		weeks = w.total(i, way, 0, weeks)
		later = w.total(i, way, laterDays, later)
	}
	single := expected(days, usualDay+usualLevel, 0)
	// A week's total varies by level + day/7, which is single/7 + level·6/7.
	level := expected(weeks, usualLevel*6/7, single/7) * 7 / 6
	d := dispersion{day: max(single-level, usualDay/10), level: level}
	d.drift = max(0, expected(later, level, d.day/7)-level) / laterDays
	return d
}

// laterDays is how far ahead the weeks lie by which the level's drift is estimated.
const laterDays = 28

// total appends one origin's trial of the whole week from so many days ahead, as far as it is known.
func (w *roller) total(i int, t tuning, from int, dst []trial) []trial {
	w.scratch = w.trialsAt(i, t, from, from+7, w.scratch[:0])
	if len(w.scratch) == 0 {
		return dst
	}
	sum := trial{ahead: float64(from)}
	for _, x := range w.scratch {
		sum.calls, sum.mean = sum.calls+x.calls, sum.mean+x.mean
	}
	return append(dst, sum)
}

// expected returns the mean of what the counts and the prior leave possible for the variance of a gamma
// multiplier, beside a further variance that is known. The prior is log-normal round a usual value, with
// a standard deviation of a factor of e. The mean and not the likeliest: a variance that few weeks show
// may well be larger.
func expected(trials []trial, usual, beside float64) float64 {
	const steps = 60
	var at, score [2*steps + 1]float64
	most := math.Inf(-1)
	for i := range at {
		x := float64(i-steps) / 15
		at[i] = usual * math.Exp(x)
		score[i] = -x*x/2 + likelihood(trials, at[i]+beside)
		most = max(most, score[i])
	}
	var sum, weight float64
	for i, a := range at {
		p := math.Exp(score[i] - most)
		sum, weight = sum+p*a, weight+p
	}
	return sum / weight
}

// likelihood returns the logarithm of that of negative binomial counts, but for what alpha does not
// change.
func likelihood(trials []trial, alpha float64) float64 {
	r := 1 / alpha
	rest, _ := math.Lgamma(r)
	var sum float64
	for _, t := range trials {
		up, _ := math.Lgamma(t.calls + r)
		sum += up - rest + t.calls*math.Log(t.mean*alpha) - (t.calls+r)*math.Log1p(t.mean*alpha)
	}
	return sum
}
