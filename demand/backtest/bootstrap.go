package backtest

import (
	"math/rand/v2"
	"slices"
)

// measure is a score that is a ratio of sums over days.
type measure struct {
	name   string
	higher bool // higher is better
	over   func(*tally) float64
	under  func(*tally) float64
}

// measures are what forecasters are compared by.
var measures = []measure{
	{"log score per call", true, func(t *tally) float64 { return t.log }, func(t *tally) float64 { return t.calls }},
	{"CRPS, district and hour", false, func(t *tally) float64 { return t.totals[districtHour].crps }, func(t *tally) float64 { return t.totals[districtHour].n }},
	{"CRPS, district and day", false, func(t *tally) float64 { return t.totals[districtDay].crps }, func(t *tally) float64 { return t.totals[districtDay].n }},
	{"CRPS, city and day", false, func(t *tally) float64 { return t.totals[cityDay].crps }, func(t *tally) float64 { return t.totals[cityDay].n }},
	{"MASE of the daily total", false, func(t *tally) float64 { return t.scaled }, func(t *tally) float64 { return t.days }},
	{"hits in the top 5 % of cells", true, func(t *tally) float64 { return t.hits[0][1] }, func(t *tally) float64 { return t.calls }},
}

// Difference is how much more a forecaster scores than the reference, with a 95 % interval.
type Difference struct {
	Measure      string  `json:"measure"`
	HigherBetter bool    `json:"higher_is_better"`
	Mean         float64 `json:"mean"` // the forecaster's score less the reference's
	Low          float64 `json:"low"`
	High         float64 `json:"high"`
}

// Better reports whether the forecaster is better than the reference beyond chance, Worse the contrary.
func (d Difference) Better() bool {
	return d.HigherBetter && d.Low > 0 || !d.HigherBetter && d.High < 0
}

// Worse reports whether the forecaster is worse than the reference beyond chance.
func (d Difference) Worse() bool { return d.HigherBetter && d.High < 0 || !d.HigherBetter && d.Low > 0 }

// blocksOf cuts a trial's days into what is drawn together.
func blocksOf(t *trial, by Block) []tally {
	var blocks []tally
	for _, days := range t.days {
		for i := range days {
			if by == ByDay || i == 0 {
				blocks = append(blocks, tally{})
			}
			blocks[len(blocks)-1].plus(&days[i])
		}
	}
	return blocks
}

// differences compares a forecaster with the reference: a paired block bootstrap with percentile
// intervals (Efron and Tibshirani 1993, chapters 8 and 13). Both are scored on the same blocks, drawn
// with replacement, so that what makes a week hard for all cancels.
func differences(t, reference *trial, s Settings) []Difference {
	own, other := blocksOf(t, s.Block), blocksOf(reference, s.Block)
	n := len(own)
	over, under := make([][]float64, len(measures)), make([][]float64, len(measures))
	out := make([]Difference, len(measures))
	for m, q := range measures {
		over[m], under[m] = make([]float64, n), make([]float64, n)
		var a, b float64
		for i := range own {
			over[m][i], under[m][i] = q.over(&own[i])-q.over(&other[i]), q.under(&own[i])
			a, b = a+over[m][i], b+under[m][i]
		}
		out[m] = Difference{Measure: q.name, HigherBetter: q.higher, Mean: ratio(a, b)}
	}
	random := rand.New(rand.NewPCG(s.Seed, 0xb007)) // the same draws for all forecasters
	drawn := make([][]float64, len(measures))
	times := make([]float64, n)
	for range s.Resamples {
		clear(times)
		for range n {
			times[random.IntN(n)]++
		}
		for m := range measures {
			var a, b float64
			for i, k := range times {
				a, b = a+k*over[m][i], b+k*under[m][i]
			}
			drawn[m] = append(drawn[m], ratio(a, b))
		}
	}
	for m := range measures {
		slices.Sort(drawn[m])
		last := float64(s.Resamples - 1)
		out[m].Low, out[m].High = drawn[m][int(0.025*last)], drawn[m][int(0.975*last+0.5)]
	}
	return out
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
