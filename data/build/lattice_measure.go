package build

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/lattice"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// leg is a measured way from one cell's site to another's.
type leg struct {
	to     grid.Index
	time   road.Millis
	metres float32
}

// rings is how many rings of cells around a cell its legs reach: enough for motorways without a junction
// for 2.5 km.
const rings = 8

// placeMetres is the most metres between places along a road.
const placeMetres = 50

// slack is how much longer, as a share, two legs may be than the one that they make unnecessary.
const slack = 0.01

// furthest is the time after which a search for the cells around gives up: they are then joined
// by way of other cells.
const furthest = 15 * 60 * 1000

// nearRings is the number of rings around a cell in which the last metres are measured.
const nearRings = 2

// measured is what the searches from every site find.
type measured struct {
	legs [][]leg         // per cell, by head
	on   [][]road.Millis // per cell r, for the i-th cell of its disc up to near and square q at i*Squares+q: mean time from there to r
	off  [][]road.Millis // the same from r to there
}

// measure searches from and to every site.
func (s *survey) measure() *measured {
	n := s.cells.Len()
	m := &measured{make([][]leg, n), make([][]road.Millis, n), make([][]road.Millis, n)}
	forward, backward := dijkstra.Forward(s.g), dijkstra.Backward(s.g)
	parallel(n, func() func(int) {
		ahead, behind := newSearch(s.g, forward), newSearch(s.g, backward)
		seen := make([]grid.Index, n)
		for i := range seen {
			seen[i] = nowhere
		}
		return func(i int) {
			c := grid.Index(i)
			if len(s.sites[c]) == 0 {
				return
			}
			m.legs[c] = s.legs(ahead, c, seen)
			m.off[c] = s.means(ahead, c, func(p *place) *[2]end { return &p.off })
			s.legs(behind, c, seen)
			m.on[c] = s.means(behind, c, func(p *place) *[2]end { return &p.on })
		}
	})
	return m
}

// parallel calls work(0) to work(n-1) on all processors; each worker's scratch is made by start.
func parallel(n int, start func() (work func(int))) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			work := start()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(i)
			}
		})
	}
	wg.Wait()
}

// legs searches from c's site until the sites of all cells in its disc are reached.
func (s *survey) legs(from *search, c grid.Index, seen []grid.Index) []leg {
	want := 0
	for _, d := range s.disc[c] {
		seen[d] = nowhere
		if len(s.sites[d]) > 0 {
			want++
			seen[d] = -2 - c // wanted
		}
	}
	from.from(s.sites[c], furthest, want, func(v road.Node) bool {
		d := s.siteOf[v]
		if d == nowhere || seen[d] != -2-c {
			return false
		}
		seen[d] = nowhere
		return true
	})
	var out []leg
	for _, d := range s.disc[c][1:] {
		best := leg{d, road.Unreachable, 0}
		for _, v := range s.sites[d] {
			if t := from.Time(v); t < best.time {
				best = leg{d, max(t, 100), from.metres[v]}
			}
		}
		if best.time != road.Unreachable {
			out = append(out, best)
		}
	}
	slices.SortFunc(out, func(a, b leg) int { return int(a.to) - int(b.to) })
	return out
}

// means averages the times of the places in each square around c.
func (s *survey) means(from *search, c grid.Index, ends func(*place) *[2]end) []road.Millis {
	around := s.near[c]
	out := make([]road.Millis, len(around)*lattice.Squares)
	for i, d := range around {
		var sum [lattice.Squares]float64
		var count [lattice.Squares]float64
		for k := range s.places[d] {
			p := &s.places[d][k]
			e := ends(p)
			t := min(from.Time(e[0].node).Add(e[0].time), from.Time(e[1].node).Add(e[1].time))
			if t != road.Unreachable {
				sum[p.square] += float64(t)
				count[p.square]++
			}
		}
		for q := range lattice.Squares {
			t := road.Unreachable
			if count[q] > 0 {
				t = road.Millis(sum[q] / count[q])
			}
			out[i*lattice.Squares+q] = t
		}
	}
	return out
}

// thin removes the legs that two shorter ones imply to within slack.
func thin(legs [][]leg) [][]leg {
	time := make([]road.Millis, len(legs))
	out := make([][]leg, len(legs))
	implied := make([]bool, len(legs))
	for c := range legs {
		clear(time)
		clear(implied)
		for _, l := range legs[c] {
			time[l.to] = l.time
		}
		for _, l := range legs[c] {
			for _, k := range legs[l.to] {
				t := time[k.to]
				if l.time < t && k.time < t && // strictly shorter, so that a leg never stands for itself
					float64(l.time+k.time) <= float64(t)*(1+slack) {
					implied[k.to] = true
				}
			}
		}
		for _, l := range legs[c] {
			if !implied[l.to] {
				out[c] = append(out[c], l)
			}
		}
	}
	return out
}
