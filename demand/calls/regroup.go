package calls

import (
	"cmp"
	"fmt"
	"slices"
)

// Regroup returns the same calls over other cells: cell i becomes cell cellOf[i] of a city of that many
// cells, such as the ancestor of an H3 cell. It shares with h what does not change.
func (h *History) Regroup(cellOf []int32, cells int) (*History, error) {
	if len(cellOf) != h.Cells {
		return nil, fmt.Errorf("regroup: %d cells are told where they belong; the history has %d", len(cellOf), h.Cells)
	}
	for i, c := range cellOf {
		if c < 0 || int(c) >= cells {
			return nil, fmt.Errorf("regroup: cell %d becomes cell %d of %d", i, c, cells)
		}
	}
	r := *h
	r.Cells, r.Cell, r.Kind = cells, make([]int32, h.Len()), make([]uint8, h.Len())
	type call struct {
		cell int32
		kind uint8
	}
	var hour []call
	for first := 0; first < h.Len(); first += len(hour) {
		hour = hour[:0]
		for i := first; i < h.Len() && h.Hour[i] == h.Hour[first]; i++ {
			hour = append(hour, call{cellOf[h.Cell[i]], h.Kind[i]})
		}
		slices.SortFunc(hour, func(a, b call) int { return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.kind, b.kind)) })
		for i, c := range hour {
			r.Cell[first+i], r.Kind[first+i] = c.cell, c.kind
		}
	}
	return &r, nil
}
