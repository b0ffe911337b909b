package mixture

import (
	"context"
	"fmt"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// Fit learns a mixture from a history of calls in a city. A history without calls gives the city's prior,
// or calls spread over the land. The result is the same on any machine and number of processors. It
// fails when the settings or the city are wrong, the history is of another number of cells, or ctx ends.
func Fit(ctx context.Context, city *demand.City, h *calls.History, s Settings) (*Model, error) {
	s, err := s.filled()
	if err != nil {
		return nil, fmt.Errorf("mixture: %w", err)
	}
	if err := city.Validate(); err != nil {
		return nil, fmt.Errorf("mixture: %w", err)
	}
	if h.Cells != city.Len() {
		return nil, fmt.Errorf("mixture: calls lie in %d cells, but city %s has %d: import them for this city", h.Cells, city.Name, city.Len())
	}
	l := newLedger(city, h)
	r := newLearner(city, l, s)
	var value []float32
	for w := l.heldOut(s); w < l.weeks(); w++ {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("mixture: %w", err)
		}
		r.see(w)
		value = append(value, r.predict(w)...)
	}
	r.see(l.weeks())
	ds := r.components()
	weight, _ := blend(value, pseudo(ds), s.Sweeps)
	for i := range ds {
		ds[i].Weight = weight[i]
	}
	return newModel(city.Len(), ds), nil
}

// predict returns each component's probability of each call of a week, from what was seen before it.
func (r *learner) predict(w int) []float32 {
	from, to := r.l.week(w)
	if from == to {
		return nil
	}
	ds := r.components()
	value := make([]float32, 0, int(to-from)*len(ds))
	for i := from; i < to; i++ {
		for j := range ds {
			value = append(value, ds[j].at(r.l.hour[i], len(r.count))[r.l.cell[i]])
		}
	}
	return value
}

// pseudo returns what each component is taken to have explained before any call: ten calls in all, most
// of them by the component that needs no calls.
func pseudo(ds []density) []float64 {
	a := make([]float64, len(ds))
	for j := range a {
		a[j] = 2 / float64(len(a))
	}
	fallback := len(ds) - 1
	if fallback > 0 && ds[fallback-1].Name == "prior" {
		fallback--
	}
	a[fallback] += 8
	return a
}
