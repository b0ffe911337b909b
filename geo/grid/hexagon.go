package grid

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Hexagon is an H3 cell anywhere on earth, on its own: for cities other than London, whose cells no
// Grid numbers.
type Hexagon struct {
	ID      uint64
	Centre  orb.Point
	Outline orb.Ring // closed, anticlockwise
}

// HexagonAt returns the H3 cell of a resolution that a point lies in.
func HexagonAt(p orb.Point, res int) (Hexagon, error) {
	id, err := h3.LatLngToCell(h3.LatLng{Lat: p.Lat(), Lng: p.Lon()}, res)
	if err != nil {
		return Hexagon{}, fmt.Errorf("grid: cell of resolution %d at %v: %w", res, p, err)
	}
	centre, err := h3.CellToLatLng(id)
	if err != nil {
		return Hexagon{}, fmt.Errorf("grid: centre of %v: %w", id, err)
	}
	return Hexagon{ID: uint64(id), Centre: orb.Point{centre.Lng, centre.Lat}, Outline: outline(id)}, nil
}
