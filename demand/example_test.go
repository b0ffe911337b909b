package demand_test

import (
	"fmt"
	"time"
	_ "time/tzdata"

	"github.com/nearside-ems/nearside/demand"
)

// The hour of week is London's wall-clock time, whatever zone the time came in.
func ExampleHourOf() {
	london, _ := time.LoadLocation("Europe/London")
	summer := time.Date(2026, time.July, 5, 23, 30, 0, 0, time.UTC)
	winter := time.Date(2026, time.January, 4, 23, 30, 0, 0, time.UTC)
	fmt.Println(demand.HourOf(summer, london), "and", demand.HourOf(winter, london))
	// Output: Mon 00:00 and Sun 23:00
}
