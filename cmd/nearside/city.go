package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/demand/forecast"
	"github.com/nearside-ems/nearside/demand/intake"
	"github.com/nearside-ems/nearside/demand/outline"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/planning"
	"github.com/paulmach/orb"
)

// cityOfDir is the city that a data directory is for.
type cityOfDir struct {
	*demand.City
	where   intake.Locator
	outline *outline.Outline // nil: London as it ships
	london  *data.London     // nil: another city
	prior   *forecast.Prior  // nil: nothing is published
}

// openCity returns the city of a data directory: that of its city.json, or London where it has none.
func openCity(dataDir string) (*cityOfDir, error) {
	o, err := outline.Open(dataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return openLondon()
	case err != nil:
		return nil, fmt.Errorf("%w; restore it from a copy, or use another --data-dir", err)
	}
	return outlineCity(o)
}

func openLondon() (*cityOfDir, error) {
	london, err := data.Load()
	if err != nil {
		return nil, err
	}
	return londonCity(london)
}

func londonCity(l *data.London) (*cityOfDir, error) {
	prior, err := planning.Prior(l)
	if err != nil {
		return nil, err
	}
	return &cityOfDir{City: prior.City(), where: londonCells{l.Grid}, london: l, prior: prior}, nil
}

func outlineCity(o *outline.Outline) (*cityOfDir, error) {
	c, err := o.City()
	if err != nil {
		return nil, err
	}
	return &cityOfDir{City: c, where: o, outline: o}, nil
}

// String says what the city is made of.
func (c *cityOfDir) String() string {
	if c.outline != nil {
		return c.outline.String()
	}
	return fmt.Sprintf("%s: %d H3 cells of resolution %d in %d boroughs, %s", c.Name, c.Len(), data.FineRes, len(c.Districts), c.Zone)
}

// label returns what a cell is known by.
func (c *cityOfDir) label(cell int32) string {
	if c.outline != nil {
		return c.outline.Label(cell)
	}
	return c.london.Grid.ID(grid.Index(cell))
}

// shape returns a cell's boundary.
func (c *cityOfDir) shape(cell int32) orb.MultiPolygon {
	if c.outline != nil {
		return c.outline.Cell(cell)
	}
	return orb.MultiPolygon{{c.london.Grid.Outline(grid.Index(cell))}}
}

// londonCells finds London's cells.
type londonCells struct{ grid *grid.Grid }

func (l londonCells) At(p orb.Point) (int32, bool) {
	i, ok := l.grid.At(p)
	return int32(i), ok
}

// Named knows cells by their H3 identifier; boroughs are no cells.
func (l londonCells) Named(area string) (int32, bool) {
	i, ok := l.grid.Find(area)
	return int32(i), ok
}

// londonOnly refuses the data directory of another city, for what places and drives cars: that needs
// London's roads, people and sites.
func londonOnly(dataDir string) error {
	o, err := outline.Open(dataDir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("--data-dir %s keeps the calls of %s (%s): cars and centres can be placed in London only; name another --data-dir, or forecast and backtest with this one",
		dataDir, o.Name(), filepath.Join(dataDir, outline.File))
}
