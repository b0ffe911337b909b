package backtest

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/mixture"
)

// Nearside is what this program forecasts: package forecast, learnt afresh from each past.
type Nearside struct {
	city     *demand.City
	settings forecast.Settings
}

// NewNearside returns the forecaster of a city.
func NewNearside(city *demand.City, s forecast.Settings) *Nearside { return &Nearside{city, s} }

// Name returns "Nearside".
func (n *Nearside) Name() string { return "Nearside" }

// Forecast implements Forecaster.
func (n *Nearside) Forecast(ctx context.Context, past *calls.History, span calls.Span) (*Forecast, error) {
	fit, err := forecast.Learn(ctx, n.city, past, n.settings)
	if err != nil {
		return nil, err
	}
	return &Forecast{
		Rate:       fit.Rates(span, nil),
		Dispersion: fit.Dispersion(span.Hours() / 48), // as of the middle of the span
		Chosen:     join(weightsOf(fit.Mixture().Components())...),
	}, nil
}

// weightsOf names the components of a mixture that weigh a hundredth or more, the heaviest first.
func weightsOf(all []mixture.Component) (words []string) {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b mixture.Component) int { return cmp.Compare(b.Weight, a.Weight) })
	for _, c := range all {
		if c.Weight >= 0.01 {
			words = append(words, fmt.Sprintf("%s %.2f", c.Name, c.Weight))
		}
	}
	return words
}

// All returns Nearside and the baselines that it is held against, Nearside first.
func All(city *demand.City, s forecast.Settings) []Forecaster {
	return []Forecaster{NewNearside(city, s), NewMEDIC(city), NewSeparable(city), NewKDE(city)}
}
