package mixture_test

import (
	"context"
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/mixture"
)

// Three cells in a row; a call a day for ten weeks comes from the first in the morning and from the last
// in the evening.
func ExampleFit() {
	city := &demand.City{
		Name: "row", Zone: time.UTC, X: []float64{0, 2000, 4000}, Y: []float64{0, 0, 0},
		Land: []float64{1e6, 1e6, 1e6}, District: []int32{0, 0, 0}, Districts: []string{"all"},
	}
	start := calls.HourAt(time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC))
	h := &calls.History{Cells: 3, Span: calls.Span{From: start, To: start + 70*24}, Kinds: []calls.Kind{{}}}
	for day := range calls.Hour(70) {
		h.Hour = append(h.Hour, start+day*24+8, start+day*24+20)
		h.Cell, h.Kind = append(h.Cell, 0, 2), append(h.Kind, 0, 0)
	}
	m, err := mixture.Fit(context.Background(), city, h, mixture.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	share := make([]float32, 3)
	for _, hour := range []demand.HourOfWeek{8, 20} {
		m.Shares(hour, share)
		fmt.Printf("%v: %.2f\n", hour, share)
	}
	// Output:
	// Mon 08:00: [0.94 0.00 0.06]
	// Mon 20:00: [0.06 0.00 0.94]
}
