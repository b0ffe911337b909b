package route

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route/hierarchy"
)

// rows computes the rows of a matrix.
type rows struct {
	m            *Metric
	sites, cells []road.Spot
	back         bool                // times are from the cells to the sites
	starts       [][]hierarchy.Start // per site
	fan          *hierarchy.Fan      // of the cells
	near         map[uint32][]int32  // the cells by the square that they are in, or the edge that they are on
	progress     func(done, total int)

	mu     sync.Mutex
	done   int
	sweeps []*hierarchy.Sweep // those that no goroutine is using
}

func newRows(m *Metric, sites, cells []road.Spot, back bool, progress func(done, total int)) *rows {
	r := &rows{m: m, sites: sites, cells: cells, back: back, near: map[uint32][]int32{}, progress: progress}
	if back {
		r.starts = startsOf(m, sites, toNodes)
		r.fan = m.Ways.FanFrom(startsOf(m, cells, fromNodes))
	} else {
		r.starts = startsOf(m, sites, fromNodes)
		r.fan = m.Ways.FanTo(startsOf(m, cells, toNodes))
	}
	for c := range cells {
		if k := key(&cells[c]); k != 0 {
			r.near[k] = append(r.near[k], int32(c))
		}
	}
	return r
}

func fromNodes(s *road.Spot) []road.Link { return s.Leave[:s.Leaves] }
func toNodes(s *road.Spot) []road.Link   { return s.Reach[:s.Reaches] }

// startsOf returns the nodes that links join spots to.
func startsOf(m *Metric, spots []road.Spot, links func(*road.Spot) []road.Link) [][]hierarchy.Start {
	out, all := make([][]hierarchy.Start, len(spots)), make([]hierarchy.Start, 0, road.MaxLinks*len(spots))
	for i := range spots {
		from := len(all)
		for _, l := range links(&spots[i]) {
			if t := m.time(&l); t != road.Unreachable {
				all = append(all, hierarchy.Start{At: m.Ways.H.Rank[l.Node], Time: t})
			}
		}
		out[i] = all[from:len(all):len(all)]
	}
	return out
}

// matrix computes all rows.
func (r *rows) matrix(ctx context.Context) (*Matrix, error) {
	out := &Matrix{Sites: len(r.sites), Cells: len(r.cells), T: make([]road.Millis, len(r.sites)*len(r.cells))}
	if err := r.fill(ctx, 0, out.T); err != nil {
		return nil, err
	}
	return out, nil
}

// fill computes the rows of the sites from first on, as many as dst has room for.
func (r *rows) fill(ctx context.Context, first int, dst []road.Millis) error {
	sites := r.sites[first:]
	if len(r.cells) > 0 {
		sites = sites[:len(dst)/len(r.cells)]
	}
	blocks := (len(sites) + hierarchy.Lanes - 1) / hierarchy.Lanes
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), blocks) {
		wg.Go(func() {
			s := r.sweep()
			for ctx.Err() == nil {
				b := int(next.Add(1)) - 1
				if b >= blocks {
					break
				}
				from, end := b*hierarchy.Lanes, min((b+1)*hierarchy.Lanes, len(sites))
				r.block(s, first+from, dst[from*len(r.cells):end*len(r.cells)])
				r.report(end - from)
			}
			r.rest(s)
		})
	}
	wg.Wait()
	return ctx.Err()
}

// block computes the rows of the sites from first on, at most hierarchy.Lanes.
func (r *rows) block(s *hierarchy.Sweep, first int, dst []road.Millis) {
	var lanes [hierarchy.Lanes][]road.Millis
	n, cells := len(dst)/max(1, len(r.cells)), len(r.cells)
	for i := range n {
		lanes[i] = dst[i*cells : (i+1)*cells]
	}
	s.Times(r.starts[first:first+n], lanes[:n])
	for i, row := range lanes[:n] {
		site := &r.sites[first+i]
		for _, c := range r.near[key(site)] {
			from, to := site, &r.cells[c]
			if r.back {
				from, to = to, from
			}
			row[c] = min(row[c], r.m.direct(from, to))
		}
	}
}

func (r *rows) sweep() *hierarchy.Sweep {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := len(r.sweeps) - 1; last >= 0 {
		s := r.sweeps[last]
		r.sweeps = r.sweeps[:last]
		return s
	}
	return r.fan.NewSweep()
}

func (r *rows) rest(s *hierarchy.Sweep) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sweeps = append(r.sweeps, s)
}

func (r *rows) report(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.done += n; r.progress != nil {
		r.progress(r.done, len(r.sites))
	}
}
