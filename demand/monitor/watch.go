package monitor

import (
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

// leastShare is what the share of a cell counts as at least, so that a call where the forecast has none
// costs 27.6 nats and not infinitely many.
const leastShare = 1e-12

// Watch is what was expected and what came in each hour that has closed. It takes 16 bytes per hour and
// district. It is not safe for use by several goroutines.
type Watch struct {
	city     *demand.City
	spread   count.Dispersion
	settings Settings

	hours []calls.Hour // ascending
	// Hours × districts.
	expected []float64
	observed []int32
	// Of each hour.
	total []float64 // calls expected
	came  []int32
	score []scored
	pit   []count.PIT // of the hour's total
}

// scored is the log score of an hour's calls, each by its cell's share of the hour, and the mean and
// variance that the forecast expects of it for as many calls. flatter is the log likelihood ratio of the
// calls coming from shares that are flatter than the forecast's.
type scored struct{ sum, mean, variance, flatter float64 }

// flattening is the θ of the flatter shares: p to the power of 1 − θ, over their sum. With a variance of
// the score of about 1 nat² a call it is what finds calls soonest that fit 0.1 to 0.2 nats worse.
const flattening = 0.1

// New returns a watch over a forecast for a city, with the dispersion that the forecast says totals have.
func New(city *demand.City, spread count.Dispersion, s Settings) (*Watch, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if !(spread.Day >= 0 && spread.Level >= 0) || math.IsInf(spread.Day+spread.Level, 1) {
		return nil, fmt.Errorf("monitor: dispersion %+v; want finite variances, 0 or more", spread)
	}
	return &Watch{city: city, spread: spread, settings: s}, nil
}

// Len returns the number of hours that have closed.
func (w *Watch) Len() int { return len(w.hours) }

// Close takes an hour's expected calls of every cell and the cells of the calls that came. An hour that
// was closed before is replaced, as when a call of it arrives late. Hours may be left out, where nothing
// is known of them; they may come in any order, but in their own they are appended fastest.
func (w *Watch) Close(h calls.Hour, rates []float32, cells []int32) error {
	if len(rates) != w.city.Len() {
		return fmt.Errorf("monitor: expected calls of %d cells; the city has %d", len(rates), w.city.Len())
	}
	var total float64
	for i, r := range rates {
		if !(r >= 0) || math.IsInf(float64(r), 1) {
			return fmt.Errorf("monitor: %v calls expected in cell %d; want a finite number, 0 or more", r, i)
		}
		total += float64(r)
	}
	for _, c := range cells {
		if c < 0 || int(c) >= len(rates) {
			return fmt.Errorf("monitor: a call in cell %d; want 0 to %d", c, len(rates)-1)
		}
	}
	i := w.slot(h)
	n := len(w.city.Districts)
	expected, observed := w.expected[i*n:(i+1)*n], w.observed[i*n:(i+1)*n]
	clear(expected)
	clear(observed)
	for c, r := range rates {
		expected[w.city.District[c]] += float64(r)
	}
	for _, c := range cells {
		observed[w.city.District[c]]++
	}
	w.total[i], w.came[i] = total, int32(len(cells))
	w.score[i] = scoreOf(rates, total, cells, w.settings.ScoreTolerance)
	w.pit[i] = count.New([]float64{total}, w.spread).PIT(len(cells))
	return nil
}

// slot returns the position of an hour, which it makes where there is none.
func (w *Watch) slot(h calls.Hour) int {
	i, ok := slices.BinarySearch(w.hours, h)
	if ok {
		return i
	}
	n := len(w.city.Districts)
	w.hours = slices.Insert(w.hours, i, h)
	w.expected = slices.Insert(w.expected, i*n, make([]float64, n)...)
	w.observed = slices.Insert(w.observed, i*n, make([]int32, n)...)
	w.total = slices.Insert(w.total, i, 0)
	w.came = slices.Insert(w.came, i, 0)
	w.score = slices.Insert(w.score, i, scored{})
	w.pit = slices.Insert(w.pit, i, count.PIT{})
	return i
}

// scoreOf scores the calls of an hour by their place. Given how many calls the hour has, each is drawn
// from the cells' shares p, so the score of one has mean Σ p ln p and variance Σ p ln² p − (Σ p ln p)².
// The volume does not enter, nor does what the hour has in common with its day. Under the forecast the
// likelihood ratio of the flatter shares has mean 1, less what is tolerated takes from it.
func scoreOf(rates []float32, total float64, cells []int32, tolerance float64) (s scored) {
	if total == 0 || len(cells) == 0 {
		return s
	}
	var mean, square, flat float64
	for _, r := range rates {
		if p := float64(r) / total; p > 0 {
			l := math.Log(p)
			mean += p * l
			square += p * l * l
			flat += p * math.Exp(-flattening*l)
		}
	}
	n := float64(len(cells))
	s.mean, s.variance = n*mean, n*max(0, square-mean*mean)
	for _, c := range cells {
		s.sum += math.Log(max(float64(rates[c])/total, leastShare))
	}
	s.flatter = -flattening*(s.sum+n*tolerance) - n*math.Log(flat)
	return s
}
