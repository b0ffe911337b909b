package data_test

import (
	"fmt"
	"log"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
)

// The shipped London holds people, places and the demand prior by cell.
func ExampleLoad() {
	london, err := data.Load()
	if err != nil {
		log.Fatal(err)
	}
	const saturdayNoon = demand.HourOfWeek(5*24 + 12)
	fmt.Printf("%d boroughs, %d cells of about 0.1 km²\n", len(london.Boroughs), london.Grid.Len())
	fmt.Printf("%s: %.1f calls in the hour from %s\n", london.Prior.Source, london.Prior.InHour(saturdayNoon), saturdayNoon)
	// Output:
	// 33 boroughs, 17279 cells of about 0.1 km²
	// prior: 16.5 calls in the hour from Sat 12:00
}
