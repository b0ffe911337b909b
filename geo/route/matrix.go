package route

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/nearside-ems/nearside/geo/road"
)

// Matrix holds the travel times between sites and cells, row-major: one row a site.
type Matrix struct {
	Sites, Cells int
	T            []road.Millis // Sites × Cells
}

// Row returns the times of site s to, or from, every cell.
func (m *Matrix) Row(s int) []road.Millis { return m.T[s*m.Cells : (s+1)*m.Cells] }

// NewMatrix computes the times from every site to every cell, on all processors. progress, where not
// nil, is called after each row from one goroutine at a time. When ctx ends it returns ctx's error.
func NewMatrix(ctx context.Context, m *Metric, sites, cells []road.Spot, progress func(done, total int)) (*Matrix, error) {
	return fill(ctx, len(sites), len(cells), progress, func() func(int, []road.Millis) {
		f := NewFinder(m)
		return func(s int, row []road.Millis) { f.OneToMany(sites[s], cells, row) }
	})
}

// NewMatrixFrom computes the times from every cell to every site, as NewMatrix does the other way.
func NewMatrixFrom(ctx context.Context, m *Metric, cells, sites []road.Spot, progress func(done, total int)) (*Matrix, error) {
	return fill(ctx, len(sites), len(cells), progress, func() func(int, []road.Millis) {
		f := NewFinder(m)
		return func(s int, row []road.Millis) { f.ManyToOne(cells, sites[s], row) }
	})
}

// fill makes a matrix row by row. Each goroutine calls worker once for a function of its own that
// fills one row.
func fill(ctx context.Context, sites, cells int, progress func(done, total int), worker func() func(s int, row []road.Millis)) (*Matrix, error) {
	out := &Matrix{Sites: sites, Cells: cells, T: make([]road.Millis, sites*cells)}
	var next atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range min(runtime.GOMAXPROCS(0), sites) {
		wg.Go(func() {
			row := worker()
			for ctx.Err() == nil {
				s := int(next.Add(1)) - 1
				if s >= sites {
					return
				}
				row(s, out.Row(s))
				if progress != nil {
					mu.Lock()
					done++
					progress(done, sites)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return out, nil
}
