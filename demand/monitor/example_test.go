package monitor_test

import (
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/count"
	"github.com/nearside-ems/nearside/demand/monitor"
)

// Two boroughs, each with two calls an hour expected; for three days three and one come.
func Example() {
	city := &demand.City{
		Name: "example", Zone: time.UTC, X: []float64{0, 1}, Y: []float64{0, 0}, Land: []float64{1, 1},
		District: []int32{0, 1}, Districts: []string{"Croydon", "Bromley"},
	}
	w, err := monitor.New(city, count.Dispersion{Day: 0.007}, monitor.DefaultSettings())
	if err != nil {
		fmt.Println(err)
		return
	}
	monday := calls.HourAt(time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC))
	for h := range calls.Hour(72) {
		if err := w.Close(monday+h, []float32{2, 2}, []int32{0, 0, 0, 1}); err != nil {
			fmt.Println(err)
			return
		}
	}
	for _, f := range w.Report().Findings {
		if f.Kind == monitor.Place {
			fmt.Println(f.Evidence)
		}
	}
	// Output:
	// Croydon: 216 calls in 3 days, 144.0 expected (90 % interval 122 to 167); 75.0 % of all calls, 50.0 % expected
	// Bromley: 72 calls in 3 days, 144.0 expected (90 % interval 122 to 167); 25.0 % of all calls, 50.0 % expected
}
