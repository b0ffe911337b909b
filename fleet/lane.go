package fleet

import (
	"runtime"
	"slices"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/route"
)

// lane keeps the cars that could be sent on one metric: an index for each side, and where the cars are
// in both. The writer's.
type lane struct {
	metric *route.Metric
	trails *route.Trails
	moves  route.Moves // not yet applied
	index  [2]*route.Index
	filled int // slots below it are in the index; others will be
}

func newLane(m *route.Metric) *lane {
	return &lane{metric: m, trails: route.NewTrails(m), index: [2]*route.Index{route.NewIndex(m), route.NewIndex(m)}}
}

// put notes a change. A car is in the index while it is available and on the road; all else that a call
// may ask of it is asked by the query.
func (l *lane) put(slot int, c *dispatch.Car) {
	if c.Status == dispatch.Available && c.OnRoad {
		l.trails.Put(slot, &c.Spot, &l.moves)
	} else {
		l.trails.Remove(slot, &l.moves)
	}
}

// fill puts in the cars of the next slots, at most n, while no reader reads the lane.
func (l *lane) fill(cars []*dispatch.Car, n int) {
	for ; n > 0 && l.filled < len(cars); n-- {
		l.put(l.filled, cars[l.filled])
		l.filled++
	}
	l.settle()
}

// settle applies the moves to both indices.
func (l *lane) settle() {
	l.index[0].Apply(&l.moves)
	l.index[1].Apply(&l.moves)
	l.moves.Reset()
}

// fillAtOnce is how many cars a lane takes in before reports get their turn: under a millisecond.
const fillAtOnce = 32

// Use has the store keep an index on each of the metrics, which must have their Ways, and drop those on
// others. When it returns, questions on these metrics are answered from their indices; before, and on
// any other metric, they are answered by searching the roads. Reports go on meanwhile. It takes about
// 10 ms for each metric and a thousand cars: call it from a goroutine of its own.
func (f *Store) Use(metrics ...*route.Metric) {
	f.use.Lock()
	defer f.use.Unlock()
	fresh := f.open(metrics)
	for _, l := range fresh {
		for more := true; more; runtime.Gosched() {
			f.write.Lock()
			l.fill(f.cars, fillAtOnce)
			more = l.filled < len(f.cars)
			f.write.Unlock()
		}
	}
	f.write.Lock()
	defer f.write.Unlock()
	for _, l := range fresh {
		l.fill(f.cars, len(f.cars)) // those that came since
	}
	f.filling = nil
	f.lanes = slices.DeleteFunc(append(f.lanes, fresh...), func(l *lane) bool { return !slices.Contains(metrics, l.metric) })
	f.sides.Write(func(s *side) {
		clear(s.index)
		s.index = s.index[:0]
		for _, l := range f.lanes {
			s.index = append(s.index, l.index[s.number])
		}
	})
}

// open returns lanes to be filled for the metrics that have none. Reports about cars that are in them
// reach them from now on.
func (f *Store) open(metrics []*route.Metric) []*lane {
	var fresh []*lane
	f.write.Lock()
	defer f.write.Unlock()
	for _, m := range metrics {
		if !slices.ContainsFunc(slices.Concat(f.lanes, fresh), func(l *lane) bool { return l.metric == m }) {
			fresh = append(fresh, newLane(m))
		}
	}
	f.filling = fresh
	return fresh
}
