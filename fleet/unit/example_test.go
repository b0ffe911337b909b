package unit_test

import (
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// A car can be given one call at a time.
func ExampleApply() {
	now := time.Date(2026, 7, 14, 12, 0, 0, 0, time.UTC)
	car := unit.Reported("cars/JRC-1", dispatch.Available, dispatch.MentalHealthNurse)
	car, _, err := unit.Apply(car, &unit.Assign{RequestID: "1", Incident: "incidents/17"}, now, true)
	fmt.Println(&car, err)
	_, _, err = unit.Apply(car, &unit.Assign{RequestID: "2", Incident: "incidents/18"}, now, true)
	fmt.Println(err)
	// Output:
	// cars/JRC-1 assigned since 2026-07-14T12:00:00Z with incidents/17 <nil>
	// cars/JRC-1 is assigned and cannot become assigned (it has incidents/17); it can become mobilising, en route, on scene, out of service
}
