package backtest

import (
	"math"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

// newLevel tunes how fast the level of all calls forgets.
func newLevel() *tuner {
	return &tuner{
		axes: []axis{{"level half-life", []float64{7, 14, 28, 56, 112, 224, forever}, 3}},
		score: func(l *lesson, v []float64) float64 {
			expected := level(l.past, v[0]) * float64(l.week.Known())
			return float64(l.week.Len())*math.Log(expected) - expected
		},
	}
}

// level returns calls an hour, older ones counting half after each half-life in days; a past without
// calls has half a call in all its time.
func level(past *calls.History, halfLife float64) float64 {
	n, hours := 0.5, 0.0
	fade := func(t calls.Hour) float64 { return math.Exp2(-float64((past.Span.To-1-t)/24) / halfLife) }
	for i, t := range past.Hour {
		if i > 0 && past.Hour[i-1] == t {
			continue
		}
		same := 1
		for i+same < past.Len() && past.Hour[i+same] == t {
			same++
		}
		n += float64(same) * fade(t)
	}
	known(past, func(t calls.Hour) { hours += fade(t) })
	return n / max(hours, 1)
}

// dayDispersion returns how much days differed from their forecasts beyond chance, by moments:
// Var = μ + αμ². week gives the expected calls of each hour of a lesson's week, of all cells.
func dayDispersion(lessons []*lesson, week func(*lesson) []float64) count.Dispersion {
	var above, square float64
	for _, l := range lessons {
		mean := map[int32]float64{}
		came := map[int32]float64{}
		rates := week(l)
		var days []int32
		known(l.week, func(t calls.Hour) {
			d := l.clock.dayOf(t)
			if _, seen := mean[d]; !seen {
				days = append(days, d)
			}
			mean[d] += rates[t-l.week.Span.From]
		})
		for _, t := range l.week.Hour {
			came[l.clock.dayOf(t)]++
		}
		for _, d := range days {
			m := mean[d]
			above += (came[d]-m)*(came[d]-m) - m
			square += m * m
		}
	}
	if square == 0 {
		return count.Dispersion{}
	}
	return count.Dispersion{Day: max(0, above/square)}
}
