package server

import (
	"cmp"
	"sync"
	"sync/atomic"
	"time"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/roadworks"
)

// roads holds the travel times that answers use: those of now, and those of the time after the next
// event, prepared before it. An event is a switch of the speed period or the expiry of a road change.
// Answers read and never wait for whoever prepares.
type roads struct {
	speeds  *road.SpeedTable
	network *route.Network
	zone    *time.Location
	plain   [][road.Drivings]plain // per period

	change sync.Mutex // held by who changes what follows
	store  *roadworks.Store
	now    atomic.Pointer[epoch]
	next   atomic.Pointer[epoch] // follows now; nil until it is prepared
	later  *epoch                // that ahead was last asked for beyond next; held with change
	wake   chan struct{}         // tells the keeper that the next event is another
}

// plain is one profile's times without any road change, made when first needed and kept.
type plain struct {
	once   sync.Once
	metric *route.Metric
}

// epoch is the time between two events.
type epoch struct {
	from, until time.Time
	period      road.Period
	*surface
}

// surface is the roads under one set of changes, with the times of each period and way of driving.
type surface struct {
	state   *roadworks.State
	effects []roadworks.Effect
	lanes   [][road.Drivings]lane // per period
}

// lane is one profile's times on one surface, made when first needed, with the scratch space of
// searches on them.
type lane struct {
	once    sync.Once
	made    atomic.Bool   // metric is there
	from    *route.Metric // of the surface before, from which fewer arcs differ; nil: the map's
	metric  *route.Metric
	adhoc   sync.Pool // of *dispatch.AdHoc
	finders sync.Pool // of *route.Finder
}

func newRoads(s *Settings, store *roadworks.Store) *roads {
	r := &roads{
		speeds: s.City.Speeds, network: s.Network, zone: s.Zone, store: store,
		plain: make([][road.Drivings]plain, s.City.Speeds.Periods()), wake: make(chan struct{}, 1),
	}
	r.now.Store(r.epoch(s.Now(), nil))
	return r
}

// epoch is the one that a moment falls into, on the surface of was where the changes are the same. The
// caller holds change.
func (r *roads) epoch(at time.Time, was *epoch) *epoch {
	e := &epoch{from: at, period: r.periodAt(at)}
	state := r.store.State().At(at)
	if was != nil && was.state.Same(state) {
		e.surface = was.surface
	} else {
		e.surface = r.newSurface(state, was)
	}
	e.until = r.periodEnd(at)
	if expiry, ok := state.NextExpiry(); ok && expiry.Before(e.until) {
		e.until = expiry
	}
	return e
}

// newSurface is the roads under other changes than those of an epoch.
func (r *roads) newSurface(state *roadworks.State, was *epoch) *surface {
	s := &surface{state: state, effects: state.Effects(), lanes: make([][road.Drivings]lane, r.speeds.Periods())}
	if was == nil {
		return s
	}
	for p := range s.lanes {
		for d := range s.lanes[p] {
			if l := &was.lanes[p][d]; l.made.Load() {
				s.lanes[p][d].from = l.metric
			}
		}
	}
	return s
}

func (r *roads) periodAt(t time.Time) road.Period {
	return r.speeds.Period(int(demand.HourOf(t, r.zone)))
}

// periodEnd is when the speed period of a moment ends; a week later where it never does. London's
// clocks are whole hours from UTC, also when they change.
func (r *roads) periodEnd(t time.Time) time.Time {
	period, end := r.periodAt(t), t.Truncate(time.Hour).Add(time.Hour)
	for range demand.HoursPerWeek {
		if r.periodAt(end) != period {
			break
		}
		end = end.Add(time.Hour)
	}
	return end
}

// holds tells whether a moment falls into the epoch.
func (e *epoch) holds(t time.Time) bool { return !t.Before(e.from) && t.Before(e.until) }

// slack is how far before its start the present epoch still counts: an answer may have looked at the
// clock just before a change began it. Where the clock is set back by more, it is made anew.
const slack = time.Minute

func (e *epoch) present(t time.Time) bool { return e.from.Sub(t) < slack && t.Before(e.until) }

// at returns the roads of a moment. It waits only where nobody has prepared them.
func (r *roads) at(now time.Time) *epoch {
	if e := r.now.Load(); e.present(now) {
		return e
	}
	if e := r.next.Load(); e != nil && e.holds(now) {
		return e
	}
	r.change.Lock()
	defer r.change.Unlock()
	return r.advance(now)
}

// advance makes the epoch of a moment the present one. The caller holds change.
func (r *roads) advance(now time.Time) *epoch {
	e, next := r.now.Load(), r.next.Load()
	switch {
	case e.present(now):
		return e
	case next != nil && next.holds(now):
		e = next
	default:
		e = r.epoch(now, e)
	}
	r.now.Store(e)
	r.next.Store(nil)
	return e
}

// ahead returns the roads of a moment to come without making them the present ones: the speeds of then,
// and the changes in force that have not expired by then.
func (r *roads) ahead(at time.Time) *epoch {
	if e := r.now.Load(); e.present(at) {
		return e
	}
	if e := r.next.Load(); e != nil && e.holds(at) {
		return e
	}
	r.change.Lock()
	defer r.change.Unlock()
	now := r.now.Load()
	e := r.epoch(at, now)
	if was := r.later; e.surface != now.surface && was != nil && was.state.Same(e.state) {
		e.surface = was.surface // with the times that were made for it
	}
	r.later = e
	return e
}

// lane returns the times of a period and way of driving, made where they are not there yet.
func (r *roads) lane(s *surface, p road.Period, d road.Driving) *lane {
	l := &s.lanes[p][d]
	l.once.Do(func() {
		l.metric = r.unchanged(p, d)
		if len(s.effects) > 0 {
			l.metric = changed(cmp.Or(l.from, l.metric), s.effects)
		}
		l.from = nil
		l.made.Store(true)
		l.adhoc.New = func() any { return dispatch.NewAdHoc(route.NewFinder(l.metric)) }
		l.finders.New = func() any { return route.NewFinder(l.metric) }
	})
	return l
}

// unchanged returns the times of a profile on roads as the map has them.
func (r *roads) unchanged(p road.Period, d road.Driving) *route.Metric {
	m := &r.plain[p][d]
	m.once.Do(func() { m.metric = route.NewMetric(r.network, r.speeds.Profile(p, d)) })
	return m.metric
}

// prepare makes the times of an epoch for every way of driving.
func (r *roads) prepare(e *epoch) {
	var all sync.WaitGroup
	for d := range road.Drivings {
		all.Go(func() { r.lane(e.surface, e.period, d) })
	}
	all.Wait()
}

// laneNow returns the travel times of a moment, and what an answer that uses them says about itself.
func (s *Server) laneNow(now time.Time, d road.Driving) (*lane, *pb.Basis) {
	e := s.roads.at(now)
	return s.roads.lane(e.surface, e.period, d), s.basis(e.surface, e.period, d, now)
}

// laneAt does the same for an hour of the week, on the roads as they are now.
func (s *Server) laneAt(h demand.HourOfWeek, d road.Driving) (*lane, *pb.Basis) {
	now := s.Now()
	on, period := s.roads.at(now).surface, s.City.Speeds.Period(int(h))
	return s.roads.lane(on, period, d), s.basis(on, period, d, now)
}

// hourNow is the present hour of the week in London.
func (s *Server) hourNow() demand.HourOfWeek { return demand.HourOf(s.Now(), s.Zone) }
