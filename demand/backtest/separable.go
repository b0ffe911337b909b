package backtest

import (
	"context"
	"fmt"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
)

// Separable is the forecast that where and when do not depend on each other:
//
//	λ(cell, hour) = level × share of the hour of the week × share of the cell
//
// Hours are smoothed round the week and over its days, cells are shrunk to their surroundings, old calls
// fade; each by as much as would have forecast the last weeks best.
type Separable struct {
	city    *demand.City
	level   *tuner
	profile *tuner
	places  *places
}

// NewSeparable returns the forecaster of a city.
func NewSeparable(city *demand.City) *Separable {
	return &Separable{city: city, level: newLevel(), profile: newProfile(), places: newPlaces(newKernels(city))}
}

// Name returns "separable".
func (s *Separable) Name() string { return "separable" }

// Forecast implements Forecaster.
func (s *Separable) Forecast(ctx context.Context, past *calls.History, span calls.Span) (*Forecast, error) {
	k := clockOf(s.city.Zone, past, span)
	lessons := lessonsOf(s.city, k, past)
	tuned, err := chooseAll(ctx, lessons, s.level, s.profile, s.places.tune)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Name(), err)
	}
	lv, pv, cv := tuned[0], tuned[1], tuned[2]
	now := &lesson{city: s.city, clock: k, past: past}
	hours, cells := profile(now, pv), s.places.shares(now, cv)
	perHour := level(past, lv[0])
	f := &Forecast{Rate: make([]float32, 0, span.Hours()*len(cells))}
	for t := span.From; t < span.To; t++ {
		r := perHour * week * hours[k.hourOfWeek(t)]
		for _, p := range cells {
			f.Rate = append(f.Rate, float32(r*p))
		}
	}
	f.Dispersion = dayDispersion(lessons, func(l *lesson) []float64 {
		return hourly(l, level(l.past, lv[0]), profile(l, pv))
	})
	f.Chosen = join(chosen(s.level, lv), chosen(s.profile, pv), chosen(s.places.tune, cv))
	return f, nil
}

// chooseAll has tuners that do not depend on each other choose.
func chooseAll(ctx context.Context, lessons []*lesson, tuners ...*tuner) ([][]float64, error) {
	all := make([][]float64, len(tuners))
	for i, t := range tuners {
		var err error
		if all[i], err = t.choose(ctx, lessons); err != nil {
			return nil, err
		}
	}
	return all, nil
}
