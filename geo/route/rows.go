package route

import "github.com/nearside-ems/nearside/geo/road"

// Rows computes rows of a Matrix one at a time, for sites that are not known beforehand. It keeps what the
// cells need, some 100 bytes each, and is not safe for concurrent use.
type Rows struct{ r *rows }

// NewRows prepares for the times from sites to cells.
func NewRows(m *Metric, cells []road.Spot) *Rows {
	return &Rows{newRows(m, nil, cells, false, nil)}
}

// From returns the times from a site to every cell, as NewMatrix computes them.
func (w *Rows) From(site road.Spot) []road.Millis {
	r := w.r
	r.sites = []road.Spot{site}
	r.starts = startsOf(r.m, r.sites, fromNodes)
	row, s := make([]road.Millis, len(r.cells)), r.sweep()
	r.block(s, 0, row)
	r.rest(s)
	return row
}
