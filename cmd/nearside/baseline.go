package main

import (
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/planning"
)

// openBaseline returns the calls to expect: the city's prior. A data directory of another city is refused.
func openBaseline(dataDir string, city *data.London) (forecast.Baseline, error) {
	if err := londonOnly(dataDir); err != nil {
		return nil, err
	}
	return planning.Prior(city)
}
