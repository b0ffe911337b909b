package grid

import "slices"

// none marks a place in a table that is no cell.
const none Index = -1

// table finds cells by their axial coordinates.
type table struct {
	low  [2]int  // axial coordinates of the first entry
	size [2]int  // extent along q and r
	cell []Index // size[1] rows of size[0], none where there is no cell
}

// newTable returns the table of the cells at some axial coordinates, in the order of their indices.
func newTable(at [][2]int32) table {
	low, size := extent(at)
	t := table{low: low, size: size, cell: slices.Repeat([]Index{none}, size[0]*size[1])}
	for i, c := range at {
		t.cell[(int(c[1])-low[1])*size[0]+int(c[0])-low[0]] = Index(i)
	}
	return t
}

// extent returns the least axial coordinates and how many there are from them to the greatest.
func extent(at [][2]int32) (low, size [2]int) {
	low = [2]int{int(at[0][0]), int(at[0][1])}
	high := low
	for _, c := range at {
		for k := range 2 {
			low[k], high[k] = min(low[k], int(c[k])), max(high[k], int(c[k]))
		}
	}
	return low, [2]int{high[0] - low[0] + 1, high[1] - low[1] + 1}
}

// lookup returns the cell at axial coordinates, or none.
func (t *table) lookup(q, r int) Index {
	q, r = q-t.low[0], r-t.low[1]
	if uint(q) >= uint(t.size[0]) || uint(r) >= uint(t.size[1]) {
		return none
	}
	return t.cell[r*t.size[0]+q]
}
