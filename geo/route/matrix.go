package route

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/nearside-ems/nearside/geo/road"
)

// Matrix holds the travel times from sites to cells, row-major: one row a site.
type Matrix struct {
	Sites, Cells int
	T            []road.Millis // Sites × Cells
}

// Row returns the times from site s to every cell.
func (m *Matrix) Row(s int) []road.Millis { return m.T[s*m.Cells : (s+1)*m.Cells] }

// NewMatrix computes the times from every site to every cell, on all processors. progress, where not
// nil, is called after each row from one goroutine at a time. When ctx ends it returns ctx's error.
func NewMatrix(ctx context.Context, m *Metric, sites, cells []road.Spot, progress func(done, total int)) (*Matrix, error) {
	out := &Matrix{Sites: len(sites), Cells: len(cells), T: make([]road.Millis, len(sites)*len(cells))}
	var next atomic.Int64
	var wg sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range min(runtime.GOMAXPROCS(0), len(sites)) {
		wg.Go(func() {
			f := NewFinder(m)
			f.aim(cells)
			for ctx.Err() == nil {
				s := int(next.Add(1)) - 1
				if s >= len(sites) {
					return
				}
				f.search(sites[s:s+1], cells, out.Row(s))
				if progress != nil {
					mu.Lock()
					done++
					progress(done, len(sites))
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
