package planning

import (
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// carAt returns a car that stands in a cell, whether or not it is a candidate.
func (w *WhatIf) carAt(field string, cell grid.Index) (stand, error) {
	site, ok := w.st.cars.inCell[cell]
	if !ok {
		return w.elsewhere.stand(field, cell)
	}
	s := stand{cell: cell, site: w.st.site(&w.st.cars.sites[site])}
	for _, t := range w.st.times {
		s.rows = append(s.rows, t.Row(site))
	}
	return s, nil
}

// centreAt returns a centre in a cell, which must be a candidate.
func (w *WhatIf) centreAt(field string, cell grid.Index) (stand, error) {
	site, ok := w.st.centres.inCell[cell]
	if !ok || w.st.centre == nil {
		return stand{}, refuse(field, w.st.city.Grid.ID(cell), "a candidate site of centres, in a plan that has centres")
	}
	s := stand{cell: cell, site: w.st.site(&w.st.centres.sites[site])}
	for _, layer := range w.st.centre.Layers {
		s.rows = append(s.rows, layer.Time.Row(site))
	}
	return s, nil
}

// elsewhere computes the road times of cars in cells that are no candidates, and keeps them.
type elsewhere struct {
	st   *study
	rows []*route.Rows // per period; nil until they are needed
	kept map[grid.Index]stand
}

func newElsewhere(st *study) *elsewhere { return &elsewhere{st: st, kept: map[grid.Index]stand{}} }

// prepare does what all such cells need.
func (e *elsewhere) prepare() {
	g := e.st.city.Grid
	cells := make([]road.Spot, g.Len())
	for i := range cells {
		if spot, ok := e.st.network.Snap(g.Centre(grid.Index(i))); ok {
			cells[i] = spot
		}
	}
	for _, m := range e.st.metrics {
		e.rows = append(e.rows, route.NewRows(m, cells))
	}
}

func (e *elsewhere) stand(field string, cell grid.Index) (stand, error) {
	if s, ok := e.kept[cell]; ok {
		return s, nil
	}
	g := e.st.city.Grid
	at := g.Centre(cell)
	spot, ok := e.st.network.Snap(at)
	if !ok {
		return stand{}, refuse(field, g.ID(cell), "a cell with a road near its centre")
	}
	if e.rows == nil {
		e.prepare()
	}
	s := stand{cell: cell, site: e.st.site(&candidate{cell: cell, at: at, spot: spot})}
	for _, r := range e.rows {
		s.rows = append(s.rows, r.From(spot))
	}
	e.kept[cell] = s
	return s, nil
}
