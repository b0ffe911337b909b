package fleet

import (
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/leftright"
)

// Method is how a question was answered. The answer is the same by all of them.
type Method uint8

// Methods, the fastest first.
const (
	ByLabels    Method = iota // from the index, by labels of the metric
	ByHierarchy               // from the index, by a search of the hierarchy
	AdHoc                     // by a search of the roads: the metric is not in use or its index not yet filled, or most cars would not do
)

func (m Method) String() string { return [...]string{"labels", "hierarchy", "ad hoc"}[m] }

// Question asks which cars reach a call first.
type Question struct {
	Metric   *route.Metric
	Now      time.Time
	Incident dispatch.Incident
	K        int
	Whole    bool // the answer is to hold the whole fleet
}

// Answer is the fleet at one moment, as a Question saw it. It is valid until the Reader's next.
type Answer struct {
	Ranked   []dispatch.Candidate // at most K
	Stranded []dispatch.Stranded  // where fewer are ranked, the cars that no road leads from to the call; with Ranked at most K
	By       Method
	Snapshot dispatch.Snapshot // without cars unless Whole was asked
}

// Reader answers questions. It holds scratch space of some 4 bytes a node, and 16 more once it has to
// search the roads: one for each goroutine, used again and again.
type Reader struct {
	store  *Store
	sides  *leftright.Reader[side]
	policy dispatch.Settings
	indexed
	live   *dispatch.ClosestIdle // by indexed
	roads  *route.Finder
	adhoc  *dispatch.ClosestIdle // by roads
	view   dispatch.Snapshot
	answer Answer
	cars   []*dispatch.Car
}

// indexed searches an index.
type indexed struct {
	index   *route.Index
	scratch *route.Scratch
}

// Nearest is dispatch.Searcher's on the index, which holds the cars of the snapshot.
func (x *indexed) Nearest(s *dispatch.Snapshot, call *road.Spot, k int, suitable route.Filter, dst []route.Found) []route.Found {
	x.scratch.Patience = 64 + len(s.Cars)/16 // as much work, by measurement, as a search for the cars that will do
	return x.index.Nearest(x.scratch, call, k, suitable, dst)
}

// Reader returns a new reader that ranks cars under a policy's settings.
func (f *Store) Reader(policy dispatch.Settings) *Reader {
	r := &Reader{store: f, sides: f.sides.Reader(), policy: policy}
	r.live = dispatch.NewClosestIdle(&r.indexed, policy)
	return r
}

// Nearest answers a question. It does not wait for reports or for Use.
func (r *Reader) Nearest(q *Question) *Answer {
	a := &r.answer
	*a = Answer{Ranked: a.Ranked[:0], Stranded: a.Stranded[:0], By: AdHoc, Snapshot: r.store.seen(q.Now)}
	r.view = a.Snapshot
	r.sides.Read(func(s *side) {
		if r.index = s.indexOf(q.Metric); r.index != nil {
			r.look(s, q)
		}
		if q.Whole || len(a.Ranked) < q.K {
			r.cars = append(r.cars[:0], s.cars...)
		}
	})
	r.index, r.view.Cars = nil, r.cars
	if a.By == AdHoc {
		r.search(q)
	}
	if len(a.Ranked) < q.K {
		a.Stranded = dispatch.FindStranded(&r.view, &q.Incident, a.Ranked, q.K-len(a.Ranked), a.Stranded)
	}
	if q.Whole {
		a.Snapshot.Cars = r.cars
	}
	return a
}

// look ranks the cars of a side by its index, or leaves that to a search where too many would not do.
func (r *Reader) look(s *side, q *Question) {
	if r.scratch == nil {
		r.scratch = route.NewScratch(q.Metric)
	}
	r.view.Cars = s.cars
	r.answer.Ranked = r.live.Respond(&r.view, &q.Incident, q.K, r.answer.Ranked)
	switch {
	case r.scratch.GaveUp():
	case q.Metric.Labelled():
		r.answer.By = ByLabels
	default:
		r.answer.By = ByHierarchy
	}
}

// search ranks the cars of the view by searching the roads.
func (r *Reader) search(q *Question) {
	if r.roads == nil {
		r.roads = route.NewFinder(q.Metric)
		r.adhoc = dispatch.NewClosestIdle(dispatch.NewAdHoc(r.roads), r.policy)
	}
	r.roads.Use(q.Metric)
	r.answer.Ranked = r.adhoc.Respond(&r.view, &q.Incident, q.K, r.answer.Ranked)
}
