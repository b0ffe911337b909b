package route

import (
	"context"
	"fmt"

	"github.com/nearside-ems/nearside/geo/road"
)

// Matrix holds the travel times between sites and cells, row-major: one row a site.
type Matrix struct {
	Sites, Cells int
	T            []road.Millis // Sites × Cells
}

// MatrixTimes is the most times that a matrix may have, in memory or in a file: 4 GiB of them.
const MatrixTimes = 1 << 30

// Row returns the times of site s to, or from, every cell.
func (m *Matrix) Row(s int) []road.Millis { return m.T[s*m.Cells : (s+1)*m.Cells] }

// NewMatrix computes the times from every site to every cell, on all processors. progress, where not
// nil, is called now and then with the rows done, from one goroutine at a time. When ctx ends, NewMatrix
// soon returns its error. It refuses a matrix of more than MatrixTimes.
func NewMatrix(ctx context.Context, m *Metric, sites, cells []road.Spot, progress func(done, total int)) (*Matrix, error) {
	if err := fits(sites, cells); err != nil {
		return nil, err
	}
	return newRows(m, sites, cells, false, progress).matrix(ctx)
}

// NewMatrixFrom computes the times from every cell to every site, as NewMatrix does the other way.
func NewMatrixFrom(ctx context.Context, m *Metric, cells, sites []road.Spot, progress func(done, total int)) (*Matrix, error) {
	if err := fits(sites, cells); err != nil {
		return nil, err
	}
	return newRows(m, sites, cells, true, progress).matrix(ctx)
}

func fits(sites, cells []road.Spot) error {
	if n := uint64(len(sites)) * uint64(len(cells)); n > MatrixTimes {
		return fmt.Errorf("travel times: %d sites × %d cells are %d times, the most is %d; compute them for some of the sites at a time", len(sites), len(cells), n, MatrixTimes)
	}
	return nil
}
