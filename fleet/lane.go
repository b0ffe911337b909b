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
	filled int // while the lane is being filled: slots below it are in it or in moves
}

// put notes a change. A car is in the index while it is available and on the road; all else that a call
// may ask of it is asked by the query.
func (l *lane) put(slot int, c *dispatch.Car, moves *route.Moves) {
	if c.Status == dispatch.Available && c.OnRoad {
		l.trails.Put(slot, &c.Spot, moves)
	} else {
		l.trails.Remove(slot, moves)
	}
}

// take notes the cars of the next slots, at most n.
func (l *lane) take(cars []*dispatch.Car, n int, moves *route.Moves) {
	for ; n > 0 && l.filled < len(cars); n-- {
		l.put(l.filled, cars[l.filled], moves)
		l.filled++
	}
}

// Use has the store keep an index on each of the metrics, and drop those on others. When it returns,
// questions on these metrics are answered from their indices; before, and on any other metric, they are
// answered by searching the roads. Reports go on meanwhile. It takes some 10 ms for each metric and a
// thousand cars, more without labels: call it from a goroutine of its own.
func (f *Store) Use(metrics ...*route.Metric) {
	f.use.Lock()
	defer f.use.Unlock()
	fresh := f.open(metrics)
	for _, l := range fresh {
		f.fill(l)
	}
	f.adopt(fresh, metrics)
}

// adopt lets readers read the lanes that have been filled, and drops those of other metrics.
func (f *Store) adopt(fresh []*lane, metrics []*route.Metric) {
	f.show.Lock()
	defer f.show.Unlock()
	for _, l := range fresh {
		l.take(f.shown, len(f.shown), &l.moves) // those that came since
		l.index[0].Apply(&l.moves)
		l.index[1].Apply(&l.moves)
		l.moves.Reset()
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

// open returns lanes to be filled for the metrics that have none. From now on reports about cars that
// are in them go to their moves.
func (f *Store) open(metrics []*route.Metric) []*lane {
	var fresh []*lane
	f.show.Lock()
	defer f.show.Unlock()
	for _, m := range metrics {
		if !slices.ContainsFunc(slices.Concat(f.lanes, fresh), func(l *lane) bool { return l.metric == m }) {
			fresh = append(fresh, &lane{metric: m, trails: route.NewTrails(m)})
		}
	}
	f.filling = fresh
	return fresh
}

// takenAtOnce is how many cars a lane takes in before reports get their turn: under a millisecond.
const takenAtOnce = 32

// fill makes the indices of a lane from all cars, and holds reports up for moments only: the cars are
// taken in a few at a time, and what reports change while the indices are made is applied after.
func (f *Store) fill(l *lane) {
	var all, since route.Moves
	for f.takeSome(l, &all) {
		runtime.Gosched()
	}
	l.index[0] = route.NewIndex(l.metric)
	l.index[0].Fill(&all)
	f.show.Lock()
	since, l.moves = l.moves, since
	f.show.Unlock()
	l.index[0].Apply(&since)
	l.index[1] = l.index[0].Clone()
}

// takeSome takes a few cars into a lane and tells whether there are more.
func (f *Store) takeSome(l *lane, moves *route.Moves) bool {
	f.show.Lock()
	defer f.show.Unlock()
	l.take(f.shown, takenAtOnce, moves)
	return l.filled < len(f.shown)
}
