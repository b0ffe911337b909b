package route

import "github.com/nearside-ems/nearside/geo/road"

// Matrix holds the travel times from sites to cells, row-major: one row a site.
type Matrix struct {
	Sites, Cells int
	T            []road.Millis // Sites × Cells
}

// Row returns the times from site s to every cell.
func (m *Matrix) Row(s int) []road.Millis { return m.T[s*m.Cells : (s+1)*m.Cells] }
