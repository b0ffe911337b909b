package volume

import (
	"math"

	"github.com/nearside-ems/nearside/demand/count"
)

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

// spread estimates the dispersion from forecasts at rolling origins: of single days of the first week
// ahead, which vary by day and level together, of that week's totals, in which days even out, and of
// later weeks' totals.
func (w *roller) spread(t tuning) dispersion {
	days := likeliest(w.trials(t, 0, 7, nil), usualDay)
	week := likeliest(w.totals(t, 0), usualDay/7)
	level := max(0, (week-days/7)*7/6)
	d := dispersion{day: max(days-level, 0), level: level}
	later := likeliest(w.totals(t, 28), week)
	d.drift = max(0, later-week) / 28
	return d
}

// totals returns the trials of whole weeks from so many days ahead.
func (w *roller) totals(t tuning, from int) []trial {
	var out []trial
	for _, x := range w.trials(t, from, from+7, nil) {
		if n := len(out); n == 0 || x.ahead <= float64(from) || x.ahead < out[n-1].ahead {
			out = append(out, x)
			continue
		}
		last := &out[len(out)-1]
		last.ahead, last.calls, last.mean = x.ahead, last.calls+x.calls, last.mean+x.mean
	}
	return out
}

// likeliest returns the variance of a gamma multiplier under which counts are likeliest, with a log-
// normal prior round a usual value whose standard deviation is a factor of e.
func likeliest(trials []trial, usual float64) float64 {
	best, most := usual, math.Inf(-1)
	for step := -50; step <= 50; step++ {
		x := float64(step) / 10
		alpha := usual * math.Exp(x)
		r := 1 / alpha
		rest, _ := math.Lgamma(r)
		score := -x * x / 2
		for _, t := range trials {
			up, _ := math.Lgamma(t.calls + r)
			score += up - rest + t.calls*math.Log(t.mean*alpha) - (t.calls+r)*math.Log1p(t.mean*alpha)
		}
		if score > most {
			best, most = alpha, score
		}
	}
	return best
}
