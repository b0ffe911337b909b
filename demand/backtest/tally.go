package backtest

import "github.com/nearside-ems/nearside/demand/count"

// tally is what a day adds to each score. Every score is a sum over days divided by another, so that days
// and weeks can be drawn again.
type tally struct {
	day          int32
	calls        float64
	log          float64 // Σ log λ over calls − Σ λ
	deviance     float64
	hits         [2][len(tops)]float64 // by cells and by land
	days, scaled float64               // known days, and their absolute errors over that of the seasonal naive forecast
	totals       [levels]totals
}

// tops are the shares of the cells, or of the land, that hit rates are given for.
var tops = [...]float64{0.02, 0.05, 0.10}

// What is totalled.
const (
	districtHour = iota
	districtDay
	cityHour
	cityDay
	levels
)

const bins = 10

// coverage levels of central intervals.
var central = [...]float64{0.80, 0.95}

// totals are the scores of the totals of an area and a period.
type totals struct {
	n, crps  float64
	covered  [len(central)]float64 // without chance: see count.PIT.Covered
	interval [len(central)]float64 // whole numbers from quantile to quantile
	stated   [len(central)]float64 // what the forecast gave those intervals
	pit      [bins]float64         // without chance
	random   [bins]float64         // randomised
}

func (t *totals) add(expected float64, came int, d count.Dispersion, u float64) {
	n := count.New([]float64{expected}, d)
	t.n++
	t.crps += n.CRPS(came)
	p := n.PIT(came)
	for i, level := range central {
		t.covered[i] += p.Covered(level)
		low, high := n.Quantile((1-level)/2), n.Quantile((1+level)/2)
		if low <= came && came <= high {
			t.interval[i]++
		}
		t.stated[i] += n.CDF(high) - n.CDF(low-1)
	}
	for b := range bins {
		t.pit[b] += p.Within(float64(b)/bins, float64(b+1)/bins)
	}
	t.random[min(bins-1, int(bins*(p.Low+u*(p.High-p.Low))))]++
}

// plus adds another tally.
func (t *tally) plus(o *tally) {
	t.calls, t.log, t.deviance = t.calls+o.calls, t.log+o.log, t.deviance+o.deviance
	t.days, t.scaled = t.days+o.days, t.scaled+o.scaled
	for i := range t.hits {
		for k := range tops {
			t.hits[i][k] += o.hits[i][k]
		}
	}
	for l := range t.totals {
		a, b := &t.totals[l], &o.totals[l]
		a.n, a.crps = a.n+b.n, a.crps+b.crps
		for i := range central {
			a.covered[i] += b.covered[i]
			a.interval[i] += b.interval[i]
			a.stated[i] += b.stated[i]
		}
		for i := range bins {
			a.pit[i] += b.pit[i]
			a.random[i] += b.random[i]
		}
	}
}
