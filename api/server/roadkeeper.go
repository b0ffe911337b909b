package server

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/roadworks"
)

const (
	// ahead is how long before an event the times after it are made. Making them takes well under a
	// second of a core for a network as large as London's.
	ahead = 5 * time.Minute
	// patience is how often the keeper looks at the clock at least, for when it is set.
	patience = 10 * time.Second
)

// keepRoads prepares the times of now and of the next epoch until ctx ends, and what the fleet needs to
// answer on them fast.
func (s *Server) keepRoads(ctx context.Context) {
	var labelling sync.WaitGroup
	defer labelling.Wait()
	labelling.Go(func() { s.labeller.run(ctx) })
	_, _ = s.Network.Shapes() // so that the first closure does not wait; it tells an error, if any
	for {
		timer := time.NewTimer(s.tendRoads())
		select {
		case <-timer.C:
		case <-s.roads.wake:
		case <-ctx.Done():
		}
		timer.Stop()
		if ctx.Err() != nil {
			return
		}
	}
}

// tendRoads does what is due. After a panic, which is logged, answers make themselves what they lack.
func (s *Server) tendRoads() time.Duration {
	var logged error
	pause := patience
	func() {
		defer s.recovered("keepRoads", &logged)
		pause = s.roads.tend(s.Now())
		metrics := s.roads.metrics()
		s.Fleet.Use(metrics...)
		s.labeller.want(metrics)
	}()
	return pause
}

// metrics returns the times of now and of the next epoch.
func (r *roads) metrics() (list []*route.Metric) {
	for _, e := range []*epoch{r.now.Load(), r.next.Load()} {
		for d := range road.Drivings {
			if e == nil {
				continue
			}
			if m := r.lane(e.surface, e.period, d).metric; !slices.Contains(list, m) {
				list = append(list, m)
			}
		}
	}
	return list
}

// tend does what is due at a moment and returns how long nothing more will be. Times are made without
// holding change, so that no road change waits for those of the next hour.
func (r *roads) tend(now time.Time) time.Duration {
	e, next := r.due(now)
	r.prepare(e)
	if next != nil {
		r.prepare(next)
		r.change.Lock()
		if r.now.Load() == e { // else the roads have changed meanwhile, and the keeper was woken
			r.next.Store(next)
		}
		r.change.Unlock()
	}
	until := e.until.Sub(now)
	if until > ahead {
		until -= ahead
	}
	return min(patience, until)
}

// due returns the epoch of a moment and, where it is time to make it, the one after.
func (r *roads) due(now time.Time) (e, next *epoch) {
	r.change.Lock()
	defer r.change.Unlock()
	e = r.advance(now)
	if r.next.Load() == nil && e.until.Sub(now) <= ahead {
		next = r.epoch(e.until, e)
	}
	return e, next
}

// RoadChanges returns how many closures and speeds are in force, and how many of them touch no road of
// the network in use.
func (s *Server) RoadChanges() (inForce, elsewhere int) {
	changes := s.roads.at(s.Now()).state.Changes
	for i := range changes {
		if len(changes[i].Arcs) == 0 {
			elsewhere++
		}
	}
	return len(changes), elsewhere
}

// add puts a change in force. When it returns, every answer respects it.
func (r *roads) add(now time.Time, c roadworks.Change) (roadworks.Placed, error) {
	r.change.Lock()
	defer r.change.Unlock()
	added, err := r.store.Add(now, c)
	if err == nil {
		r.renew(now)
	}
	return added, err
}

// remove takes a change back; ok is false where it is not in force.
func (r *roads) remove(now time.Time, id string) (removed roadworks.Placed, ok bool, err error) {
	r.change.Lock()
	defer r.change.Unlock()
	removed, ok, err = r.store.Remove(now, id)
	if ok && err == nil {
		r.renew(now)
	}
	return removed, ok, err
}

// renew makes the epoch that a change begins and has the keeper see to the next. The caller holds change.
func (r *roads) renew(now time.Time) {
	e := r.epoch(now, r.now.Load())
	r.prepare(e)
	r.now.Store(e)
	r.next.Store(nil)
	select {
	case r.wake <- struct{}{}:
	default: // it knows already
	}
}

// changed returns a metric with the effects of road changes.
func changed(m *route.Metric, effects []roadworks.Effect) *route.Metric {
	changes := make([]route.Change, len(effects))
	for i, e := range effects {
		changes[i] = route.Change(e)
	}
	return m.With(changes)
}
