package forecast_test

import (
	"context"
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/forecast"
)

// A service had a call every hour for eight weeks, by turns in two cells.
func Example() {
	city := &demand.City{Name: "Twoville", Zone: time.UTC, X: []float64{0, 900}, Y: []float64{0, 0}, Land: []float64{1e6, 1e6},
		District: []int32{0, 1}, Districts: []string{"Left", "Right"}}
	h := &calls.History{Cells: 2, Span: calls.Span{From: 490_000, To: 490_000 + 56*24}, Kinds: []calls.Kind{{Category: "crisis", Channel: "999"}}}
	for t := h.Span.From; t < h.Span.To; t++ {
		h.Hour, h.Cell, h.Kind = append(h.Hour, t), append(h.Cell, int32(t%2)), append(h.Kind, 0)
	}
	fit, err := forecast.Learn(context.Background(), city, h, forecast.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	tomorrow := calls.Span{From: h.Span.To, To: h.Span.To + 24}
	a, err := forecast.Ask(fit, forecast.Query{Span: tomorrow, Districts: []int32{0}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %.0f calls, %d to %d with four chances in five\n", city.Districts[0], a.Total.Mean, a.Total.P10, a.Total.P90)
	_, err = forecast.Ask(fit, forecast.Query{Span: calls.Span{From: tomorrow.From, To: tomorrow.To + 365*24}})
	fmt.Println(err)
	// Output:
	// Left: 12 calls, 8 to 17 with four chances in five
	// forecast: 366 days: want at most 92
}
