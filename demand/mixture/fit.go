package mixture

import (
	"context"
	"fmt"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// Fit learns a mixture from a history of calls in a city. A history without calls gives the city's prior,
// or calls spread over the land. The result is the same on any number of processors. It
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
		r.see(w)
		v, err := r.predict(ctx, w)
		if err != nil {
			return nil, fmt.Errorf("mixture: %w", err)
		}
		value = append(value, v...)
	}
	r.see(l.weeks())
	ds, err := r.components(ctx)
	if err != nil {
		return nil, fmt.Errorf("mixture: %w", err)
	}
	weight, _ := blend(value, pseudo(ds), s.Sweeps)
	for i := range ds {
		ds[i].Weight = weight[i]
	}
	return newModel(city.Len(), ds), nil
}

// predict returns each component's probability of each call of a week, from what was seen before it.
func (r *learner) predict(ctx context.Context, w int) ([]float32, error) {
	from, to := r.l.week(w)
	if from == to {
		return nil, nil
	}
	ds, err := r.components(ctx)
	if err != nil {
		return nil, err
	}
	value := make([]float32, 0, int(to-from)*len(ds))
	for i := from; i < to; i++ {
		for j := range ds {
			value = append(value, ds[j].at(r.l.hour[i], r.n)[r.l.cell[i]])
		}
	}
	r.judge(w)
	return value, nil
}

// pseudo returns what each component is taken to have explained before any call: ten calls in all, nearly
// all of them by the components that need no trust, because with few calls they are what holds without.
func pseudo(ds []density) []float64 {
	const calls, careful = 10, 9
	a := make([]float64, len(ds))
	n := 0.0
	for _, d := range ds {
		if d.careful {
			n++
		}
	}
	for j, d := range ds {
		a[j] = (calls - careful) / float64(len(ds))
		if d.careful {
			a[j] += careful / n
		}
	}
	return a
}
