package main

import (
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/planning"
)

// openBaseline returns the calls to expect: the city's prior.
func openBaseline(_ string, city *data.London) (forecast.Baseline, error) {
	return planning.Prior(city)
}
