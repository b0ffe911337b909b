package data

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
)

// ResidentColumns is the header of population.csv, described in docs/format/population.md.
var ResidentColumns = []string{"cell", "borough", "people", "need", "land_m2"}

// errBad stands for "wrong content" where no other error says more.
var errBad = errors.New("not as the format says")

func orBad(err error) error {
	if err == nil {
		return errBad
	}
	return err
}

// ReadResidents decodes population.csv: the people of each borough in each cell of g, the grid of
// boroughs at resolution 9. Errors name the line.
func ReadResidents(r io.Reader, boroughs []geo.Borough, g *grid.Grid) ([]demand.Residents, error) {
	code := make(map[string]int, len(boroughs))
	for i := range boroughs {
		code[boroughs[i].Code] = i
	}
	c := csv.NewReader(r)
	c.ReuseRecord = true
	header, err := c.Read()
	if err != nil || !slices.Equal(header, ResidentColumns) {
		return nil, fmt.Errorf("population: header %q, want %q: %w", header, ResidentColumns, orBad(err))
	}
	rows := make([]demand.Residents, 0, g.Len()*5/4)
	for {
		field, err := c.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("population: %w", err)
		}
		row, err := parseResidents(field, code, g)
		if err != nil {
			line, _ := c.FieldPos(0)
			return nil, fmt.Errorf("population: line %d: %w", line, err)
		}
		rows = append(rows, row)
	}
}

func parseResidents(field []string, code map[string]int, g *grid.Grid) (demand.Residents, error) {
	cell, ok := g.Find(field[0])
	if !ok {
		return demand.Residents{}, fmt.Errorf("cell %q is not one of London's at resolution %d", field[0], g.Res())
	}
	borough, ok := code[field[1]]
	if !ok {
		return demand.Residents{}, fmt.Errorf("borough %q is not known", field[1])
	}
	people, err := strconv.ParseUint(field[2], 10, 32)
	if err != nil {
		return demand.Residents{}, fmt.Errorf("people: %w", err)
	}
	need, err := strconv.ParseFloat(field[3], 64)
	if err != nil || !(need >= -10 && need <= 10) {
		return demand.Residents{}, fmt.Errorf("need %q: want -10 to 10", field[3])
	}
	land, err := strconv.ParseUint(field[4], 10, 32)
	if err != nil {
		return demand.Residents{}, fmt.Errorf("land_m2: %w", err)
	}
	return demand.Residents{Cell: int(cell), Borough: borough, People: float64(people), Need: need, Land: float64(land)}, nil
}
