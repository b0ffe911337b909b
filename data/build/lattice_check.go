package build

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/road/lattice"
	"github.com/nearside-ems/nearside/internal/dijkstra"
)

// drives are trips from one random place to several others, with the true time of each.
type drives struct {
	from *place
	to   []*place
	time []road.Millis
}

// sample draws trips between random places for which keep is true, each place on the roads as likely as
// any other, over 1 km and up to most metres apart as the crow flies, and finds their times on s's full
// network.
func (s *survey) sample(keep func(*place) bool, starts, ends int, most float64, seed uint64) []drives {
	var all []*place
	for c := range s.places {
		for i := range s.places[c] {
			if p := &s.places[c][i]; keep(p) {
				all = append(all, p)
			}
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	out := make([]drives, starts)
	for i := range out {
		t := &out[i]
		t.from = all[rng.IntN(len(all))]
		for len(t.to) < ends {
			p := all[rng.IntN(len(all))]
			if m := road.Metres(t.from.at, p.at); m > 1000 && m < most {
				t.to = append(t.to, p)
			}
		}
	}
	ahead := dijkstra.Forward(s.g)
	parallel(starts, func() func(int) {
		from := newSearch(s.g, ahead)
		return func(i int) { out[i].drive(from) }
	})
	return out
}

// drive finds the times on the full network.
func (t *drives) drive(from *search) {
	t.time = slices.Repeat([]road.Millis{road.Unreachable}, len(t.to))
	from.fromEnds(t.from.on[:], road.Unreachable, 0, nil)
	for j, p := range t.to {
		for _, off := range p.off {
			t.time[j] = min(t.time[j], from.Time(off.node).Add(off.time))
		}
	}
}

// accuracy compares lattice times with true ones. Errors are shares of the true time.
type accuracy struct {
	trips, lost      int     // lost: one of the times is Unreachable
	median, p90, p99 float64 // of the absolute error
	bias, middle     float64 // mean and median of the error
}

func (a accuracy) String() string {
	return fmt.Sprintf("median absolute error %.1f %%, 90th percentile %.1f %%, 99th percentile %.1f %%, mean error %+.1f %%, median error %+.1f %% (%d pairs, %d unreachable)",
		100*a.median, 100*a.p90, 100*a.p99, 100*a.bias, 100*a.middle, a.trips, a.lost)
}

// compare finds the times of the trips on the lattice, from point to point.
func compare(l *lattice.Lattice, all []drives) accuracy {
	errs := make([][]float64, len(all))
	ahead := dijkstra.Forward(l.Graph)
	parallel(len(all), func() func(int) {
		from := newSearch(l.Graph, ahead)
		return func(i int) { errs[i] = all[i].errors(l, from) }
	})
	return summarise(slices.Concat(errs...))
}

// errors returns the relative error of each trip, NaN where it is Unreachable.
func (t *drives) errors(l *lattice.Lattice, from *search) []float64 {
	time := slices.Repeat([]road.Millis{road.Unreachable}, len(t.to))
	start, _ := l.Snap(t.from.at)
	ends := make([]road.Spot, len(t.to))
	for j, p := range t.to {
		ends[j], _ = l.Snap(p.at)
	}
	var leave []end
	for _, on := range start.Leave[:start.Leaves] {
		leave = append(leave, end{on.Node, on.Base})
	}
	from.fromEnds(leave, road.Unreachable, 0, nil)
	for j := range ends {
		for _, off := range ends[j].Reach[:ends[j].Reaches] {
			time[j] = min(time[j], from.Time(off.Node).Add(off.Base))
		}
	}
	out := make([]float64, len(time))
	for j := range out {
		out[j] = math.NaN()
		if time[j] != road.Unreachable && t.time[j] != road.Unreachable {
			out[j] = float64(time[j])/float64(t.time[j]) - 1
		}
	}
	return out
}

func summarise(errs []float64) (a accuracy) {
	var size []float64
	var kept []float64
	for _, e := range errs {
		if math.IsNaN(e) {
			a.lost++
			continue
		}
		a.bias += e
		kept, size = append(kept, e), append(size, math.Abs(e))
	}
	slices.Sort(kept)
	slices.Sort(size)
	at := func(x []float64, share float64) float64 { return x[int(share*float64(len(x)-1))] }
	a.trips = len(errs)
	a.bias /= float64(len(kept))
	a.middle, a.median, a.p90, a.p99 = at(kept, 0.5), at(size, 0.5), at(size, 0.9), at(size, 0.99)
	return a
}
