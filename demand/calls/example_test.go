package calls_test

import (
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/demand/calls"
)

// Calls come in any order; the history has them by hour, over whole days.
func ExampleBuilder() {
	london, _ := time.LoadLocation("Europe/London")
	b := calls.NewBuilder(100)
	for _, at := range []string{"2026-03-30T23:10:00+01:00", "2026-03-29T03:40:00+01:00"} {
		t, _ := time.Parse(time.RFC3339, at)
		if err := b.Add(calls.Call{Hour: calls.HourAt(t), Cell: 42, Kind: calls.Kind{Category: "crisis", Channel: "999"}}); err != nil {
			fmt.Println(err)
		}
	}
	h := b.History(london)
	fmt.Println(h.Len(), "calls, the first at", h.Hour[0].Time().In(london).Format("2 January 15:04"))
	fmt.Println(h.Span.Hours(), "hours: the clocks went forward")
	// Output:
	// 2 calls, the first at 29 March 03:00
	// 47 hours: the clocks went forward
}
