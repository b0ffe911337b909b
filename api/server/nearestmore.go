package server

import (
	"context"
	"time"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/demand/suitability"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo/road"
)

const (
	// farthestAhead is how far ahead of now a question may be.
	farthestAhead = 24 * time.Hour
	// behind is how far as_of may lie in the past and still mean now: clocks differ.
	behind = time.Minute
	// maxAdvised is how many cars advice names.
	maxAdvised = 20
)

// more is what a FindNearestCars request asks for beyond the nearest free cars now. The usual request asks
// for none of it and pays nothing for it.
type more struct {
	at             time.Time // as_of; zero for now
	busy, coverage bool
	kind           calls.Kind
	assess         bool
	incident       string // that the answer is kept as advice about; empty: it is not kept
	// The rest is the answer.
	within     time.Duration // of left
	left       []coverageLeft
	assessment suitability.Assessment
	advice     advice
	lacks      []lack
}

// coverageLeft is expected calls an hour that free cars cover, before a candidate is sent and after.
type coverageLeft struct{ before, after float64 }

// usual tells whether a request asks for the nearest free cars now and no more.
func usual(r *pb.FindNearestCarsRequest) bool {
	return r.GetAsOf() == nil && !r.GetIncludeBusy() && !r.GetIncludeCoverage() && r.GetCategory() == "" && r.GetChannel() == "" &&
		!r.GetIncludeExcluded() && r.GetIncident() == ""
}

// moreAsked returns what a request asks for beyond the usual; nil for nothing.
func moreAsked(r *pb.FindNearestCarsRequest, now time.Time) (*more, error) {
	if r.AsOf == nil && !r.IncludeBusy && !r.IncludeCoverage && r.Category == "" && r.Channel == "" && r.Incident == "" {
		return nil, nil
	}
	m := &more{incident: r.GetIncident(), busy: r.GetIncludeBusy(), coverage: r.GetIncludeCoverage(), assess: r.GetCategory() != "" || r.GetChannel() != ""}
	var err error
	if m.kind, err = callKind(r.GetCategory(), r.GetChannel()); err != nil {
		return nil, err
	}
	if m.incident != "" {
		var wrong flaws
		if wrong.take(unit.CheckIncident(m.incident)); len(wrong) > 0 {
			return nil, wrong.refusal()
		}
	}
	if t := r.GetAsOf(); t != nil {
		if err := t.CheckValid(); err != nil {
			return nil, invalid("as_of", "%v", err)
		}
		at := t.AsTime()
		if at.Before(now.Add(-behind)) || at.After(now.Add(farthestAhead)) {
			return nil, invalid("as_of", "%s: want from now (%s) to 24 h ahead", at.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
		}
		if at.After(now) {
			m.at = at
		}
	}
	return m, nil
}

// rankAhead answers the question for the moment asked for, by a search of the roads of then.
func (w *nearestAnswer) rankAhead() *fleet.Answer {
	seen := w.Fleet.Snapshot(w.ask.Now)
	w.ask.Now = w.more.at
	a := &fleet.Answer{By: fleet.AdHoc, Snapshot: seen.LookAhead(w.ask.Now, func(c *dispatch.Car) dispatch.Shift { return w.shiftOf(c, w.ask.Now) })}
	w.searching(func(adhoc *dispatch.AdHoc) {
		a.Ranked = dispatch.NewClosestIdle(adhoc, w.Dispatch).Respond(&a.Snapshot, &w.ask.Incident, w.ask.K, nil)
	})
	if lacking := w.ask.K - len(a.Ranked); lacking > 0 {
		a.Stranded = dispatch.FindStranded(&a.Snapshot, &w.ask.Incident, a.Ranked, lacking, nil)
	}
	return a
}

// searching lends the lane's search.
func (w *nearestAnswer) searching(use func(*dispatch.AdHoc)) {
	adhoc := w.lane.adhoc.Get().(*dispatch.AdHoc)
	defer w.lane.adhoc.Put(adhoc)
	use(adhoc)
}

// answerMore works out what the request asks for beyond the usual.
func (w *nearestAnswer) answerMore(ctx context.Context) {
	m, snap := w.more, &w.answer.Snapshot
	if m.busy {
		w.searching(func(adhoc *dispatch.AdHoc) {
			busy := adhoc.Busy(&w.Dispatch, snap, &w.ask.Incident, w.destination, nil)
			w.answer.Ranked = dispatch.Merge(w.answer.Ranked, busy, w.ask.K)
		})
		w.answer.Stranded = w.answer.Stranded[:min(len(w.answer.Stranded), w.ask.K-len(w.answer.Ranked))]
	}
	if m.assess {
		m.assessment = w.assess(m.kind, nil, w.ask.Now, snap)
	}
	if m.coverage {
		w.coverageLeft()
	}
	if m.incident != "" {
		m.advice = w.advise(ctx, m.incident, w.Now(), w.offered())
		if m.advice.name == "" {
			m.lacks = append(m.lacks, m.advice.lack)
		}
	}
}

// offered returns the names of the first candidates, as many as advice names.
func (w *nearestAnswer) offered() []string {
	var names []string
	for i := range w.answer.Ranked {
		names = append(names, w.answer.Ranked[i].Car.Name)
	}
	for i := range w.answer.Stranded {
		names = append(names, w.answer.Stranded[i].Car.Name)
	}
	return names[:min(len(names), maxAdvised)]
}

// destination is where a car takes its patient, where that is a place that is known.
func (s *Server) destination(c *dispatch.Car) (road.Spot, bool) {
	if c.Status != dispatch.Conveying || c.Destination == "" {
		return road.Spot{}, false
	}
	for i := range s.places {
		if p := &s.places[i]; p.Name == c.Destination && receives(p.Place) {
			return p.spot, true
		}
	}
	return road.Spot{}, false
}

// coverageLeft works out what sending each candidate leaves behind, as ListCoverage counts: free cars near
// enough to the calls that are expected in the hour. It is left out, and that is told, while the server
// sheds work.
func (w *nearestAnswer) coverageLeft() {
	m, snap := w.more, &w.answer.Snapshot
	limit, ok := w.Dispatch.DriveWithin(w.MoveUps.Response)
	if !ok {
		return
	}
	if w.overload.level.Load() > int32(deferrable) {
		m.lacks = append(m.lacks, lack{pb.DegradationKind_DEGRADATION_KIND_OVERLOAD, "coverage left behind was not worked out: the server has more to do than it can"})
		return
	}
	m.lacks = w.lacksForecast(m.lacks)
	m.within = w.MoveUps.Response
	free := freeCars(snap)
	live := w.reachOf(w.lane, limit)
	live.mu.Lock()
	defer live.mu.Unlock()
	live.update(snap, free)
	live.cover.Reset(w.expectedNow(w.ask.Now).calls, 0)
	for _, slot := range free {
		live.cover.Add(live.cars[slot].cells)
	}
	before := live.cover.Covered()
	for i := range w.answer.Ranked {
		c, left := &w.answer.Ranked[i], coverageLeft{before, before}
		if snap.Free(c.Car) {
			left.after -= live.cover.Only(live.cars[c.Slot].cells)
		}
		m.left = append(m.left, left)
	}
}

// reachOf returns what free cars reach within a limit: what move-ups look at, where that is there. It is not
// made for one answer, since the ways to all standby points take seconds.
func (s *Server) reachOf(l *lane, limit road.Millis) *liveCover {
	key := coverKey{metric: l.metric, limit: limit}
	if shared := s.covers.known(coverKey{metric: l.metric, limit: limit, posts: standby}); shared != nil {
		return shared
	}
	return s.covers.get(key, func() *liveCover { return s.newCover(l, limit, nil) })
}

// extra writes the fields of the answer that were asked for beyond the usual.
func (w *nearestAnswer) extra() {
	if w.more.assess {
		w.assessed()
	}
	if a := &w.more.advice; a.name != "" {
		w.text(8, a.name)
		w.timestamp(9, a.expires)
	}
}

// left writes what sending candidate i leaves behind, a CoverageLeft.
func (w *nearestAnswer) left(i int) {
	l := w.more.left[i]
	mark := w.open(10)
	w.double(1, l.before)
	w.double(2, l.after)
	w.duration(3, w.more.within)
	w.close(mark)
}

// assessed writes an Assessment.
func (w *nearestAnswer) assessed() {
	a, mark := &w.more.assessment, w.open(7)
	w.number(1, uint64(helps[a.Help]))
	for _, r := range a.Reasons {
		reason := w.open(2)
		w.text(1, r.Rule)
		w.text(2, r.Text)
		w.text(3, r.Origin)
		w.text(4, r.Source)
		w.close(reason)
	}
	w.flag(3, a.NeedsNurse)
	w.text(4, w.City.Suitability.Name)
	w.close(mark)
}
