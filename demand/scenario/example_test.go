package scenario_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/scenario"
	"github.com/paulmach/orb"
)

// A village of one cell has a call an hour; a tenth of them come through police, of which a half will
// come no more.
func ExampleApply() {
	village := &demand.City{Name: "Village", Zone: time.UTC, X: []float64{0}, Y: []float64{0}, Land: []float64{1e6}, District: []int32{0}, Districts: []string{"all"}}
	week := &demand.Intensity{Source: "prior", Cells: 1, Rate: make([]float32, demand.HoursPerWeek)}
	for h := range week.Rate {
		week.Rate[h] = 1
	}
	s, err := scenario.Read(strings.NewReader(`{
		"format": "nearside-demand-scenario/1", "name": "half through police",
		"kinds": {"shares": [{"channel": "police", "share": 0.1}, {"channel": "999", "share": 0.9}], "origin": "assumption", "source": "for the example"},
		"modifications": [{"channel_shift": {"from": "police", "share": 0.5}, "origin": "assumption"}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	plane := func(p orb.Point) (x, y float64, err error) { return p.Lon() * 1e5, p.Lat() * 1e5, nil }
	b, err := scenario.Apply(forecast.NewPrior(village, week, nil), s, scenario.Ground{Plane: plane})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.2f calls an hour\n", b.Week().InHour(0))
	fmt.Println(b.About().Notes[2])
	// Output:
	// 0.95 calls an hour
	// Scenario: 50 % of the calls by "police" come no more (assumption).
}
