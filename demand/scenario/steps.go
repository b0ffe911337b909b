package scenario

import (
	"math"
	"slices"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

const hoursPerYear = 365.2425 * 24

// moment is an hour that is asked for: a real one, or one of a typical week.
type moment struct {
	typical bool
	hour    calls.Hour
	week    demand.HourOfWeek
}

// since reports whether a date has passed; a typical week is after all.
func (m moment) since(from calls.Hour) bool { return m.typical || m.hour >= from }

// step is a modification on the city's cells and kinds. Each is linear in the calls of all kinds, so that
// one pass back over the steps turns the weights of kinds after them into weights before each.
type step interface {
	// back turns what a call of each kind counts after the step into what it counts before.
	back(m moment, weights []float64) []float64
	// change changes the rates of cells, given what calls of each kind that the step itself adds count.
	change(m moment, rates []float32, weights []float64, own *surroundings)
	// cells returns the footprint, nil where it is all cells alike, and moved the step on other cells.
	cells() []int32
	moved(cells []int32) step
}

// growth is a factor on some kinds.
type growth struct {
	kinds          []bool
	perYear, years float64
	dated          bool
	from           calls.Hour
}

func (g *growth) back(m moment, weights []float64) []float64 {
	years := g.years
	if !m.typical && g.dated {
		years = max(0, float64(m.hour-g.from)/hoursPerYear)
	}
	factor := math.Pow(1+g.perYear, years)
	if factor == 1 {
		return weights
	}
	out := slices.Clone(weights)
	for k, grows := range g.kinds {
		if grows {
			out[k] *= factor
		}
	}
	return out
}

func (*growth) change(moment, []float32, []float64, *surroundings) {}

func (*growth) cells() []int32       { return nil }
func (g *growth) moved([]int32) step { return g }

// shift moves a share of the calls of some kinds to others.
type shift struct {
	from, to []int // kinds; to is nil where they go away
	share    float64
	start    calls.Hour
}

func (s *shift) back(m moment, weights []float64) []float64 {
	if !m.since(s.start) {
		return weights
	}
	out := slices.Clone(weights)
	for i, k := range s.from {
		out[k] *= 1 - s.share
		if s.to != nil {
			out[k] += s.share * weights[s.to[i]]
		}
	}
	return out
}

func (*shift) change(moment, []float32, []float64, *surroundings) {}

func (*shift) cells() []int32       { return nil }
func (s *shift) moved([]int32) step { return s }

// event adds calls of one kind, or multiplies all calls, in some cells and hours.
type event struct {
	where      *footprint
	kind       int
	perHour    float64
	multiplier float64    // where perHour is 0
	span       calls.Span // with a date
	start      demand.HourOfWeek
	hours      int // of each week from start, where span is empty
}

func (e *event) on(m moment) bool {
	if e.span != (calls.Span{}) {
		return !m.typical && e.span.Holds(m.hour)
	}
	return (int(m.week)-int(e.start)+demand.HoursPerWeek)%demand.HoursPerWeek < e.hours
}

func (*event) back(_ moment, weights []float64) []float64 { return weights }

func (e *event) change(m moment, rates []float32, weights []float64, _ *surroundings) {
	if !e.on(m) {
		return
	}
	for i, c := range e.where.cells {
		if e.perHour > 0 {
			rates[c] += float32(e.perHour * e.where.part[i] * weights[e.kind])
		} else {
			rates[c] *= float32(e.multiplier)
		}
	}
}

func (e *event) cells() []int32 { return e.where.cells }

func (e *event) moved(cells []int32) step {
	out := *e
	out.where = &footprint{cells, e.where.part}
	return &out
}

// people call as their district does, or as the city does where their district has no calls.
type people struct {
	where    *footprint
	perCell  []float64 // of the footprint: additional calls for each of the surroundings
	district []int32   // of the footprint: surroundings
	start    calls.Hour
}

func (*people) back(_ moment, weights []float64) []float64 { return weights }

func (p *people) change(m moment, rates []float32, weights []float64, own *surroundings) {
	if !m.since(p.start) {
		return
	}
	for i, c := range p.where.cells {
		rates[c] += float32(p.perCell[i] * own.counted(p.district[i], m.week, weights))
	}
}

func (p *people) cells() []int32 { return p.where.cells }

func (p *people) moved(cells []int32) step {
	out := *p
	out.where = &footprint{cells, p.where.part}
	return &out
}

// surroundings are the baseline's calls in one hour in each district; the city counts as one more.
type surroundings struct {
	mix   *mix
	calls []float64
}

// counted returns the calls of a district, kinds weighted.
func (s *surroundings) counted(district int32, h demand.HourOfWeek, weights []float64) float64 {
	if int(district) < len(s.calls) {
		return s.calls[district] * s.mix.count(int(district), h, weights)
	}
	var sum float64 // the city's mix is its districts', weighted by their calls
	for d, n := range s.calls {
		sum += n * s.mix.count(d, h, weights)
	}
	return sum
}
