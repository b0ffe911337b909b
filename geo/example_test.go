package geo_test

import (
	"fmt"

	"github.com/nearside-ems/nearside/geo"
)

func ExampleCheckPoint() {
	_, err := geo.CheckPoint(-0.1278, 51.5074)
	fmt.Println(err)
	// Output: lat -0.1278: latitude and longitude look swapped; want 51.275 to 51.705 degrees (Greater London)
}
