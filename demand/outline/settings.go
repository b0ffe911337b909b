package outline

import (
	"errors"
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/grid"
)

// Settings say what the GeoJSON of a city leaves open.
type Settings struct {
	Name     string
	Zone     string // of the time zone database, such as "America/Toronto"
	Holidays string // as demand.City has them
	// Resolution is that of the H3 cells, or Areas.
	Resolution int
	// Property of the features is what areas and districts are known by. Empty: those are taken that
	// look like names or codes.
	Property string
}

// DefaultResolution has cells of 0.74 km² on average. London's own are of resolution 9, a seventh of it.
const DefaultResolution = 8

// Areas as Resolution makes each feature of the outline a cell.
const Areas = 0

// Limits of what is read. They are far above any city's outline and guard against files that are damaged
// or something else.
const (
	MaxBytes    = 64 << 20
	MaxVertices = 1_000_000
	MaxCells    = grid.MaxCells // features too, where each is a cell
	MaxMetres   = 1_000_000     // from one end to the other
	maxName     = 200           // bytes
)

// Validate returns all that is wrong with the settings, joined.
func (s *Settings) Validate() error {
	var errs []error
	if s.Name == "" || len(s.Name) > maxName {
		errs = append(errs, fmt.Errorf("a name of %d bytes for the city; want 1 to %d", len(s.Name), maxName))
	}
	if _, err := zoneOf(s.Zone); err != nil {
		errs = append(errs, err)
	}
	if s.Holidays != "" && s.Holidays != demand.EnglandAndWales {
		errs = append(errs, fmt.Errorf("holidays %q; want %q or none", s.Holidays, demand.EnglandAndWales))
	}
	if s.Resolution != Areas && (s.Resolution < grid.MinRes || s.Resolution > grid.MaxRes) {
		errs = append(errs, fmt.Errorf("resolution %d; want %d to %d", s.Resolution, grid.MinRes, grid.MaxRes))
	}
	return errors.Join(errs...)
}

// zoneOf returns a time zone by its name in the time zone database. That of this machine has no name
// that would mean the same on another.
func zoneOf(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if name == "" || name == "Local" || err != nil {
		return nil, fmt.Errorf("time zone %q; want one of the time zone database, such as America/Toronto", name)
	}
	return zone, nil
}
