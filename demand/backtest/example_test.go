package backtest_test

import (
	"context"
	"fmt"
	"time"
	_ "time/tzdata"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/backtest"
	"github.com/nearside-ems/nearside/demand/calls"
)

// steady expects one call an hour, in the cell on the left.
type steady struct{}

func (steady) Name() string { return "steady" }

func (steady) Forecast(_ context.Context, past *calls.History, span calls.Span) (*backtest.Forecast, error) {
	f := &backtest.Forecast{Rate: make([]float32, span.Hours()*past.Cells)}
	for h := range span.Hours() {
		f.Rate[h*past.Cells] = 1
	}
	return f, nil
}

// A city of two cells in which a call comes from the left one in each hour, on the hour.
func Example() {
	city := &demand.City{Name: "Twocells", Zone: time.UTC, X: []float64{0, 1000}, Y: []float64{0, 0}, Land: []float64{1e6, 1e6}, District: []int32{0, 0}, Districts: []string{"all"}}
	h := &calls.History{Cells: 2, Span: calls.Span{From: 490_344, To: 490_344 + 12*168}, Kinds: []calls.Kind{{}}}
	for t := h.Span.From; t < h.Span.To; t++ {
		h.Hour, h.Cell, h.Kind = append(h.Hour, t), append(h.Cell, 0), append(h.Kind, 0)
	}
	report, err := backtest.Run(context.Background(), city, h, []backtest.Forecaster{steady{}, backtest.NewMEDIC(city)}, backtest.Settings{}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range report.Scores {
		fmt.Printf("%s %.2f\n", s.Name, s.LogScore)
	}
	// Output:
	// steady -1.00
	// MEDIC -1.01
}
