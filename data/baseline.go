package data

import (
	"fmt"

	"github.com/nearside-ems/nearside/demand/forecast"
)

// Baseline returns the prior as a forecast over the cells of Grid, to be asked like one that was learnt.
func (l *London) Baseline() (*forecast.Prior, error) {
	city, err := l.City(FineRes)
	if err != nil {
		return nil, fmt.Errorf("london: %w", err)
	}
	return forecast.NewPrior(city, l.Prior, l.Calendar), nil
}
