package volume_test

import (
	"fmt"
	"time"
	_ "time/tzdata"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
	"github.com/nearside-ems/nearside/demand/volume"
)

// Eight weeks with a call at noon and two at six every day, and the day after them.
func Example() {
	zone, _ := time.LoadLocation("Europe/London")
	city := &demand.City{Name: "London", Zone: zone, Holidays: demand.EnglandAndWales}
	from := calls.HourAt(time.Date(2026, time.January, 5, 0, 0, 0, 0, zone))
	h := &calls.History{Cells: 1, Span: calls.Span{From: from, To: from + 56*24}, Kinds: []calls.Kind{{}}}
	for day := range calls.Hour(56) {
		h.Hour = append(h.Hour, from+24*day+12, from+24*day+18, from+24*day+18)
		h.Cell, h.Kind = append(h.Cell, 0, 0, 0), append(h.Kind, 0, 0, 0)
	}
	m, err := volume.Fit(city, h, volume.Settings{})
	if err != nil {
		fmt.Println(err)
		return
	}
	var total float64
	for _, rate := range m.Rates(calls.Span{From: h.Span.To, To: h.Span.To + 24}, nil) {
		total += rate
	}
	n := count.New([]float64{total}, m.Dispersion(1))
	fmt.Printf("%.1f calls expected, at most %d in nine days of ten\n", total, n.Quantile(0.9))
	// Output: 3.0 calls expected, at most 5 in nine days of ten
}
