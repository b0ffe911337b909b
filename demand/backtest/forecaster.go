package backtest

import (
	"context"
	"fmt"
	"math"

	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
)

// Forecaster says where and when calls will come from what is known so far.
type Forecaster interface {
	// Name returns what the forecaster is called in tables, such as "MEDIC".
	Name() string
	// Forecast forecasts the hours of a span that begins where the past ends. The past is all that it
	// may look at. One forecaster is asked by one goroutine at a time, for spans in order.
	Forecast(ctx context.Context, past *calls.History, span calls.Span) (*Forecast, error)
}

// Forecast is what a Forecaster expects of a span.
type Forecast struct {
	Rate       []float32 // hours of the span × cells: expected calls
	Dispersion count.Dispersion
	Chosen     string // what the forecaster settled on, for the reader: "bandwidth 1.2 km, half-life 90 d"
}

// check says what makes a forecast useless.
func (f *Forecast) check(name string, cells int, span calls.Span) error {
	if want := cells * span.Hours(); len(f.Rate) != want {
		return fmt.Errorf("%s: forecast has %d rates; want %d for %d hours of %d cells", name, len(f.Rate), want, span.Hours(), cells)
	}
	for i, r := range f.Rate {
		if !(r >= 0) || math.IsInf(float64(r), 1) {
			return fmt.Errorf("%s: rate %v in hour %d, cell %d; want 0 or more calls", name, r, i/cells, i%cells)
		}
	}
	if d := f.Dispersion; !(d.Day >= 0 && d.Level >= 0) || math.IsInf(d.Day+d.Level, 1) {
		return fmt.Errorf("%s: dispersion %+v; want finite variances, 0 or more", name, d)
	}
	return nil
}
