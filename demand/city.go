package demand

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// City is what calls are learnt and forecast over: cells by their centres on a plane, the districts
// that they belong to, and the clock that people there live by. London is one; any other comes from an
// outline. A City is immutable and safe to share.
type City struct {
	Name string
	// Hash identifies the cells and their order: calls and fits belong to the city with their hash.
	Hash [32]byte
	Zone *time.Location
	// Holidays names the public holidays that the calendar knows; empty: only those of fixed date.
	Holidays string
	// X and Y are the cells' centres in metres, eastwards and northwards, on a plane on which distances
	// within the city are true to within a percent.
	X, Y []float64
	Land []float64 // of each cell, m²; above 0
	// District is each cell's position in Districts: London's boroughs, another city's areas.
	District  []int32
	Districts []string
	// Covariates describe the cells where something is known of them, such as residents.
	Covariates []Covariate
	// Prior is the share of all calls that each cell would have by published figures; they sum to 1.
	// nil where there are none.
	Prior []float64
}

// Covariate is a figure known for each cell.
type Covariate struct {
	Name   string
	Values []float64
}

// EnglandAndWales are the bank holidays of England and Wales.
const EnglandAndWales = "england-and-wales"

// Len returns the number of cells.
func (c *City) Len() int { return len(c.X) }

// Validate returns all that is wrong with a city, joined.
func (c *City) Validate() error {
	var errs []error
	wrong := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf("city %s: "+format, append([]any{c.Name}, args...)...))
		}
	}
	n := c.Len()
	wrong(n > 0, "no cells")
	wrong(c.Zone != nil, "no time zone")
	wrong(c.Holidays == "" || c.Holidays == EnglandAndWales, "holidays %q: want %q or none", c.Holidays, EnglandAndWales)
	wrong(len(c.Y) == n && len(c.Land) == n && len(c.District) == n, "%d cells, but %d northings, %d areas of land, %d districts", n, len(c.Y), len(c.Land), len(c.District))
	wrong(c.Prior == nil || len(c.Prior) == n && near(sum(c.Prior), 1), "prior of %d cells sums to %v; want %d and 1", len(c.Prior), sum(c.Prior), n)
	for _, v := range c.Covariates {
		wrong(len(v.Values) == n, "covariate %s has %d values; want %d", v.Name, len(v.Values), n)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for i := range n {
		finite := !math.IsNaN(c.X[i]+c.Y[i]) && !math.IsInf(c.X[i]+c.Y[i], 0)
		wrong(finite && positive(c.Land[i]), "cell %d at %v, %v with %v m² of land", i, c.X[i], c.Y[i], c.Land[i])
		wrong(c.District[i] >= 0 && int(c.District[i]) < len(c.Districts), "cell %d is in district %d of %d", i, c.District[i], len(c.Districts))
	}
	return errors.Join(errs...)
}
