package server

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/live"
)

// recordsPause is how often it is asked how the records stand: so late answers say that they rest on old
// ones.
const recordsPause = 50 * time.Millisecond

// behindFor is how long this server may lack entries that the store has before answers say so. What is
// written comes within milliseconds.
const behindFor = time.Second

// readWithin is how long the reading of records at the start may take before operators are told: of ten
// thousand cars it takes under two seconds.
const readWithin = 5 * time.Second

// records tells how the records of cars stand, as last asked: to ask takes too long for every answer.
type records struct {
	fresh bool      // they were made with the server, so that there is nothing to read
	since time.Time // that they are read
	now   atomic.Pointer[recordsStanding]
}

// recordsStanding is how the records stand.
type recordsStanding struct {
	lack    lack      // without a kind where nothing is amiss
	contact time.Time // when the store last answered; zero: never
	store   string    // its kind, such as "embedded"
	fault   string    // for operators; empty where there is none
}

// look asks how the records stand.
func (r *records) look(s *Server) {
	st := s.Live.Status()
	now := &recordsStanding{contact: st.Contact, store: st.Store.Kind}
	kind := pb.DegradationKind_DEGRADATION_KIND_STORE_UNREACHABLE
	switch {
	case st.Fault != nil && !errors.Is(st.Fault, live.ErrUnreadable) && st.Contact.IsZero():
		now.lack = lack{kind, "the store of records has not answered since the server started: no records are known, and none can be changed"}
	case st.Fault != nil && !errors.Is(st.Fault, live.ErrUnreadable):
		now.lack = lack{kind, "the store of records cannot be reached or written to: what records say is as of " +
			st.Contact.UTC().Format(time.RFC3339) + ", and cannot be changed"}
	case !st.Whole && !r.fresh:
		now.lack = lack{kind, "the records of cars are still being read: some are not known yet"}
	case st.Behind > behindFor:
		now.lack = lack{kind, "this server has yet to hear of the last changes in the store of records: what records say is as of " +
			st.Contact.UTC().Format(time.RFC3339)}
	}
	switch {
	case st.Fault != nil:
		now.fault = st.Fault.Error()
	case time.Since(r.since) > readWithin:
		now.fault = now.lack.reason
	}
	r.now.Store(now)
}

// age is how long ago the records were last known to be current; ok is false where they are, since nobody
// else writes to their store. Where others do, it is told whether it is long or not.
func (r *records) age(now time.Time) (age time.Duration, ok bool) {
	st := r.now.Load()
	if st.lack.reason == "" && st.store != "cluster" || st.contact.IsZero() {
		return 0, false
	}
	return max(0, now.Sub(st.contact)), true
}

// lookAtRecords asks how the records stand. A panic is logged, and what was known stands.
func (s *Server) lookAtRecords() {
	var logged error
	defer s.recovered("keepRecords", &logged)
	s.records.look(s)
}

// keepRecords follows the store of records until ctx ends.
func (s *Server) keepRecords(ctx context.Context) {
	ran := make(chan struct{})
	go func() {
		defer close(ran)
		if err := s.Live.Run(ctx); err != nil {
			s.Log.Error("the records of cars are followed no more: restart the server", "error", err)
		}
	}()
	tick := time.NewTicker(recordsPause)
	defer tick.Stop()
	for whole := s.Live.Whole(); ctx.Err() == nil; {
		s.lookAtRecords()
		select {
		case <-tick.C:
		case <-whole:
			whole = nil
		case <-ctx.Done():
		}
	}
	<-ran
}
