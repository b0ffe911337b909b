package planning

import (
	"strconv"
	"strings"

	"github.com/nearside-ems/nearside/geo/road"
)

// ParseDriving returns the way of driving named "normal", "blue_light" or "blue-light", or a *FieldError.
func ParseDriving(name string) (road.Driving, error) {
	for d := road.Normal; d < road.Drivings; d++ {
		if strings.ReplaceAll(name, "-", "_") == d.String() {
			return d, nil
		}
	}
	return 0, refuse("driving", strconv.Quote(name), "normal or blue-light")
}
