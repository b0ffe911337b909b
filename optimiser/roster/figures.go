package roster

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/optimiser"
)

// HourFigures is how a roster serves one hour of the question.
type HourFigures struct {
	Hour        int     // of the week
	Calls       float64 // expected
	Value       float64 // the hour's part of the roster's value: calls × cost
	Whole       float64 // calls, each counted as often as the shares add up to
	Nearest     float64 // seconds, mean of a call: the way from the nearest car in service
	Least, Most int     // cars in service at the same time in the hour
}

// Figures returns how crews serve each hour. The values add up to the problem's; the question and its
// crews must be valid.
func (q *Question) Figures(crews []Post) []HourFigures {
	pieces := q.pieces()
	layers := q.merge(pieces)
	served := make([]*served, len(layers))
	for l := range layers {
		served[l] = q.serve(&layers[l], crews)
	}
	out := make([]HourFigures, len(q.Hours))
	for h := range out {
		out[h] = HourFigures{Hour: q.Hours[h].Hour, Least: math.MaxInt}
	}
	for _, p := range pieces {
		h, v, part := &out[p.hour], served[p.layer], float64(p.minutes)/60
		h.Least, h.Most = min(h.Least, v.cars), max(h.Most, v.cars)
		for c, w := range q.Hours[p.hour].Demand {
			h.Calls += part * w
			h.Value += part * w * v.cost[c]
			h.Whole += part * w * v.whole
			h.Nearest += part * w * v.nearest[c]
		}
	}
	for h := range out {
		if out[h].Calls > 0 {
			out[h].Nearest /= out[h].Calls
		}
	}
	return out
}

// served is what a call in each cell of a layer costs, and how far the nearest car is, in seconds.
type served struct {
	cars          int
	whole         float64 // the sum of the shares
	cost, nearest []float64
}

func (q *Question) serve(l *Merged, crews []Post) *served {
	var on []int
	for _, c := range crews {
		if v := slices.Index(q.Variants(), Variant{c.Template, c.Way}); l.Duty>>v&1 == 1 {
			on = append(on, c.Site)
		}
	}
	v := &served{cars: len(on), cost: make([]float64, q.Cells), nearest: make([]float64, q.Cells)}
	shares := q.Share(l.Cars)
	for _, share := range shares {
		v.whole += share
	}
	times := make([]int32, len(on), len(on)+len(shares))
	for c := range q.Cells {
		times = times[:len(on)]
		for i, s := range on {
			times[i] = int32(min(l.Time.Row(s)[c], optimiser.Cap))
		}
		slices.Sort(times)
		for len(times) < len(shares) {
			times = append(times, int32(optimiser.Cap))
		}
		v.nearest[c] = float64(times[0]) / 1000
		for k, share := range shares {
			v.cost[c] += share * q.costs(times[k]) / 1000
		}
	}
	return v
}

// costs returns what a time of at most optimiser.Cap counts as, in thousandths.
func (q *Question) costs(t int32) float64 {
	if q.Curve == nil {
		return float64(t)
	}
	return float64(q.Curve.At(road.Millis(t)))
}

// ErrCrews is wrapped by Verify's error about crews that are not the plan's, or figures that are not theirs.
var ErrCrews = errors.New("roster: the crews are not those of the plan")

// sameRoster checks what a roster says beside its plan.
func (q *Question) sameRoster(r *Roster) error {
	again := q.roster(&r.Plan)
	if !slices.Equal(r.Crews, again.Crews) {
		return fmt.Errorf("%w: %v, not %v", ErrCrews, r.Crews, again.Crews)
	}
	for h := range again.Hours {
		if h >= len(r.Hours) || r.Hours[h] != again.Hours[h] {
			return fmt.Errorf("%w: the figures of hour %d do not follow from the crews", ErrCrews, again.Hours[h].Hour)
		}
	}
	return nil
}
