package planning

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
)

// Change is what a planner would like to try on a plan. Cars and centres are named as in a Scenario, by
// H3 cell or place.
type Change struct {
	Move   []Move   // cars that stand elsewhere
	Add    []string // where further cars stand
	Remove []string // where a car is taken away
	Close  []string // centres that are closed
	Open   []string // candidate sites where further centres are
}

// Move is a car that stands in another place.
type Move struct{ From, To string }

// Outcome is what a Change does: nothing is optimised, and nothing is certified.
type Outcome struct {
	Cars, Centres SitesDifference // A: before, B: after
	Before, After Standing
}

// Standing is how cars and centres that stand somewhere serve London.
type Standing struct {
	Busy      float64 // share of the time that a car is out, as the figures count it
	All       AreaStanding
	ByBorough []AreaStanding // boroughs that expect calls
}

// AreaStanding is how an area is served.
type AreaStanding struct {
	Area
	Conveyance *Conveyance // nil without centres
}

// Conveyance sums up the road times of those who are conveyed: to the nearest centre, or where centres have room
// and hours to the one that has room for them; a patient without a place counts as two hours.
type Conveyance struct{ MeanSeconds, P90Seconds float64 }

// WhatIf tries changes on a plan whose inputs are at hand. It is not safe for concurrent use.
type WhatIf struct {
	st            *study
	cars, centres []stand
	before        Standing
	elsewhere     *elsewhere
}

// stand is a car or a centre with its road times to, or from, every cell, per period.
type stand struct {
	cell  grid.Index
	group int // of the car
	site  Site
	rows  [][]road.Millis
}

// NewWhatIf gathers a plan's inputs: demand, candidates and travel times, which come from cacheDir where
// it has them. The document must be of this basis; its figures are computed again, its proof is not
// looked at (see Verify).
func NewWhatIf(ctx context.Context, d *Document, on Basis, cacheDir string, progress func(Progress)) (*WhatIf, error) {
	st, err := studyOf(ctx, d, on, cacheDir, progress)
	if err != nil {
		return nil, err
	}
	w := &WhatIf{st: st, elsewhere: newElsewhere(st)}
	for _, s := range d.Cars {
		if err := w.place(&w.cars, "cars", s.Cell, st.groupOf(s.Group), w.carAt); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrEdited, err)
		}
	}
	for _, s := range d.Centres {
		if err := w.place(&w.centres, "centres", s.Cell, anyGroup, w.centreAt); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrEdited, err)
		}
	}
	w.before = w.standing(w.cars, w.centres, d.Busy)
	return w, nil
}

// Before returns how the plan serves London.
func (w *WhatIf) Before() Standing { return w.before }

// Try returns what a change does. A car that moves stays of its group; one that is added serves every kind of
// call, everywhere, at all hours. Errors are *FieldError, joined: everything that is wrong with the change.
//
// The share of the time that a car is out stays that of the plan, less or more by what the estimate for
// the new number of cars differs from that for the old (see EstimateLoad).
func (w *WhatIf) Try(c Change) (*Outcome, error) {
	cars, centres := slices.Clone(w.cars), slices.Clone(w.centres)
	var errs []error
	try := func(err error) { errs = append(errs, err) }
	for _, m := range c.Move {
		group, err := w.take(&cars, "move", m.From, "car")
		try(err)
		if err == nil {
			try(w.place(&cars, "move", m.To, group, w.carAt))
		}
	}
	for _, words := range c.Remove {
		_, err := w.take(&cars, "remove", words, "car")
		try(err)
	}
	for _, words := range c.Add {
		try(w.place(&cars, "add", words, anyGroup, w.carAt))
	}
	for _, words := range c.Close {
		_, err := w.take(&centres, "close", words, "centre")
		try(err)
	}
	for _, words := range c.Open {
		try(w.place(&centres, "open", words, anyGroup, w.centreAt))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if len(cars) == 0 || len(cars) > MaxCars {
		return nil, refuse("cars", fmt.Sprintf("%d left", len(cars)), fmt.Sprintf("1 to %d", MaxCars))
	}
	if len(centres) == 0 && len(w.centres) > 0 {
		return nil, refuse("close", "every centre", "at least one left")
	}
	busy := w.before.Busy
	if more := len(cars) - len(w.cars); more != 0 {
		n := w.st.carsAtOnce()
		busy = round(max(0, min(MaxBusy, busy+w.st.busyOf(max(1, n+more))-w.st.busyOf(n))), 3)
	}
	return &Outcome{
		Cars: compareSites(sitesOf(w.cars), sitesOf(cars)), Centres: compareSites(sitesOf(w.centres), sitesOf(centres)),
		Before: w.before, After: w.standing(cars, centres, busy),
	}, nil
}

func sitesOf(stands []stand) []Site {
	sites := make([]Site, len(stands))
	for i := range stands {
		sites[i] = stands[i].site
	}
	return sites
}

// take removes the one that stands where the words say, and returns its group.
func (w *WhatIf) take(from *[]stand, field, words, what string) (group int, err error) {
	cell, bad := resolve(w.st.city, field, words)
	if bad != nil {
		return anyGroup, bad
	}
	i := slices.IndexFunc(*from, func(s stand) bool { return s.cell == cell })
	if i < 0 {
		return anyGroup, refuse(field, fmt.Sprintf("%q", words), fmt.Sprintf("a cell or place where a %s stands", what))
	}
	group = (*from)[i].group
	*from = slices.Delete(*from, i, i+1)
	return group, nil
}

// place adds one of a group where the words say.
func (w *WhatIf) place(to *[]stand, field, words string, group int, at func(string, grid.Index) (stand, error)) error {
	cell, bad := resolve(w.st.city, field, words)
	if bad != nil {
		return bad
	}
	s, err := at(field, cell)
	if err == nil {
		s.group = group
		*to = append(*to, s)
	}
	return err
}
