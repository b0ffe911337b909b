package scenario

import (
	"slices"
	"sync"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// Baseline is a baseline with a scenario's changes. It is immutable and safe to share.
type Baseline struct {
	changes
	base  forecast.Baseline
	about forecast.About

	week  sync.Once
	rates *demand.Intensity
	kinds sync.Once
	mixed *forecast.Mix
}

// changes turn rates of cells.
type changes struct {
	district  []int32 // of each cell
	districts int
	steps     []step
	mix       *mix
	weights   []float64 // what a call of each kind counts after all steps
}

// mix is how the calls of the unchanged baseline divide into kinds, and the kinds that the scenario
// brings in, which stand after them.
type mix struct {
	kinds   []calls.Kind
	known   int // of them, the baseline's
	at      func(district, hour int) []float32
	unknown bool // the baseline cannot tell, and nothing is stated
}

// kind returns the position of a kind, which is added where it is new.
func (m *mix) kind(k calls.Kind) int {
	if i := slices.Index(m.kinds, k); i >= 0 {
		return i
	}
	m.kinds = append(slices.Clip(m.kinds), k)
	return len(m.kinds) - 1
}

const hoursPerDay = 24

// count returns what a call of a district counts in an hour, given what one of each kind does.
func (m *mix) count(district int, h demand.HourOfWeek, weights []float64) float64 {
	if all, ok := same(weights[:m.known]); ok {
		return all
	}
	var sum float64
	for k, share := range m.at(district, int(h)%hoursPerDay) {
		sum += weights[k] * float64(share)
	}
	return sum
}

// same returns the weight that all have, exactly: then no rounding of shares comes in.
func same(weights []float64) (float64, bool) {
	for _, w := range weights {
		if w != weights[0] {
			return 0, false
		}
	}
	return weights[0], true
}

// City returns the baseline's city.
func (b *Baseline) City() *demand.City { return b.base.City() }

// About says what the baseline is and, in its notes, what the scenario changed.
func (b *Baseline) About() forecast.About { return b.about }

// Dispersion is the baseline's: extra calls share the good and bad days of the others.
func (b *Baseline) Dispersion(daysAhead int) count.Dispersion { return b.base.Dispersion(daysAhead) }

// Rates returns the calls expected in each hour of a span and each cell.
func (b *Baseline) Rates(span calls.Span, dst []float32) []float32 {
	dst = b.base.Rates(span, dst)
	zone, n := b.City().Zone, b.City().Len()
	for k := range span.Hours() {
		h := span.From + calls.Hour(k)
		b.change(moment{hour: h, week: demand.HourOf(h.Time(), zone)}, dst[k*n:(k+1)*n])
	}
	return dst
}

// Week returns the calls expected in each hour of a typical week.
func (b *Baseline) Week() *demand.Intensity {
	b.week.Do(func() {
		base := b.base.Week()
		b.rates = &demand.Intensity{Source: b.about.Name, Cells: base.Cells, Rate: slices.Clone(base.Rate)}
		for h := range demand.HourOfWeek(demand.HoursPerWeek) {
			b.change(moment{typical: true, week: h}, b.rates.At(h))
		}
	})
	return b.rates
}

// change turns the baseline's rates of one hour into the scenario's.
func (b *changes) change(m moment, rates []float32) {
	weights := make([][]float64, len(b.steps)+1) // before each step, and after the last
	weights[len(b.steps)] = b.weights
	peopled := false
	for i := len(b.steps) - 1; i >= 0; i-- {
		weights[i] = b.steps[i].back(m, weights[i+1])
		_, is := b.steps[i].(*people)
		peopled = peopled || is
	}
	own := &surroundings{mix: b.mix}
	if peopled {
		own.calls = make([]float64, b.districts)
		for i, d := range b.district {
			own.calls[d] += float64(rates[i])
		}
	}
	b.scale(m.week, rates, weights[0])
	for i, s := range b.steps {
		s.change(m, rates, weights[i+1], own)
	}
}

// scale multiplies rates by what calls of their district count.
func (b *changes) scale(h demand.HourOfWeek, rates []float32, weights []float64) {
	if all, ok := same(weights[:b.mix.known]); ok {
		if all != 1 {
			for i := range rates {
				rates[i] *= float32(all)
			}
		}
		return
	}
	factor := make([]float32, b.districts)
	for d := range factor {
		factor[d] = float32(b.mix.count(d, h, weights))
	}
	for i, d := range b.district {
		rates[i] *= factor[d]
	}
}

// Thin returns the baseline of a part of the calls only: weights are what a call of each of Mix's kinds
// counts, 0 to 1. It is exact in every hour, where Mix is an average over the days of the week.
func (b *Baseline) Thin(weights []float64) forecast.Baseline {
	out := &Baseline{changes: b.changes, base: b.base, about: b.about}
	out.weights = weights
	return out
}

// Mix returns how the calls of a typical week divide into kinds; nil where that is not known.
func (b *Baseline) Mix() *forecast.Mix {
	if b.mix.unknown {
		return nil
	}
	b.kinds.Do(func() { b.mixed = b.mixNow() })
	return b.mixed
}
