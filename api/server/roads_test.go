package server

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/roadworks"
)

// closedUntil is a change of one arc.
func closedUntil(id string, created, end time.Time) roadworks.Change {
	return roadworks.Change{ID: id, Kind: roadworks.Closed, Created: created, Expires: end, Place: roadworks.Place{
		At: &roadworks.At{Point: orb.Point{midLon, midLat}},
	}}
}

// offline is a server that answers nobody and keeps nothing on disk.
func offline(t *testing.T, now func() time.Time) *Server {
	t.Helper()
	s := smallSettings(t)
	s.DataDir, s.Now = "", now
	srv, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	return srv
}

// wantEpoch fails unless the roads of a moment are those of its hour, with so many changes.
func wantEpoch(t *testing.T, s *Server, now time.Time, changes int) *epoch {
	t.Helper()
	e := s.roads.at(now)
	if want := s.City.Speeds.Period(int(demand.HourOf(now, s.Zone))); e.period != want || len(e.state.Changes) != changes {
		t.Errorf("%v: period %d with %d changes, want %d with %d", now, e.period, len(e.state.Changes), want, changes)
	}
	return e
}

// prepared tells whether both ways of driving have their times.
func prepared(e *epoch) bool {
	for d := range road.Drivings {
		if e.lanes[e.period][d].metric == nil {
			return false
		}
	}
	return true
}

// TestEveryHourOfTheWeek asks hour by hour through the weeks in which London's clocks change.
func TestEveryHourOfTheWeek(t *testing.T) {
	s := offline(t, func() time.Time { return noon })
	for _, from := range []time.Time{time.Date(2027, 3, 27, 0, 0, 0, 0, time.UTC), time.Date(2027, 10, 30, 0, 0, 0, 0, time.UTC)} {
		for h := range demand.HoursPerWeek {
			for _, m := range []time.Duration{0, 59*time.Minute + 59*time.Second} {
				wantEpoch(t, s, from.Add(time.Duration(h)*time.Hour+m), 0)
			}
		}
	}
}

// TestTheNextHourIsPrepared: five minutes before the hour's speeds change its times are made, at the
// hour an answer finds them, and nothing is made twice.
func TestTheNextHourIsPrepared(t *testing.T) {
	s := offline(t, func() time.Time { return noon })
	end := s.roads.periodEnd(noon)
	if end.Equal(noon) || s.roads.periodAt(end) == s.roads.periodAt(noon) || s.roads.periodAt(end.Add(-1)) != s.roads.periodAt(noon) {
		t.Fatalf("the period ends at %v", end)
	}
	if pause := s.roads.tend(noon); pause != patience || s.roads.next.Load() != nil {
		t.Errorf("hours too early: pause %v, next %v", pause, s.roads.next.Load())
	}
	if pause := s.roads.tend(end.Add(-ahead - time.Second)); pause != time.Second {
		t.Errorf("pause %v, want to be woken when it is time", pause)
	}
	s.roads.tend(end.Add(-ahead))
	next := s.roads.next.Load()
	if next == nil || !prepared(next) || next.period != s.roads.periodAt(end) {
		t.Fatalf("not prepared: %+v", next)
	}
	if e := s.roads.at(end.Add(-1)); e == next || !prepared(e) {
		t.Error("the next hour's times are used before it begins")
	}
	if s.roads.at(end) != next {
		t.Error("at the hour other times are used than those prepared")
	}
	if pause := s.roads.tend(end.Add(-3 * time.Second)); pause != 3*time.Second || s.roads.next.Load() != next {
		t.Errorf("pause %v; prepared again: %v", pause, s.roads.next.Load() != next)
	}
	s.roads.tend(end)
	if s.roads.now.Load() != next || s.roads.next.Load() != nil {
		t.Error("the hour has begun, but is not the present")
	}
}

// TestExpiryIsPrepared: the roads of the time after a closure are made before it ends, and are those of
// the time before it.
func TestExpiryIsPrepared(t *testing.T) {
	s := offline(t, func() time.Time { return noon })
	open := s.roads.at(noon).lanes[s.roads.periodAt(noon)][road.Normal].metric
	end := noon.Add(2 * time.Minute)
	if _, err := s.roads.add(noon, closedUntil("a", noon, end)); err != nil {
		t.Fatal(err)
	}
	if !prepared(wantEpoch(t, s, noon, 1)) {
		t.Error("a closure was answered before it was respected")
	}
	if pause := s.roads.tend(noon); pause != patience {
		t.Errorf("pause %v", pause)
	}
	next := s.roads.next.Load()
	if next == nil || !prepared(next) || next.lanes[next.period][road.Normal].metric != open {
		t.Fatal("the time after the closure is not prepared")
	}
	wantEpoch(t, s, end.Add(-1), 1)
	if wantEpoch(t, s, end, 0) != next {
		t.Error("after the closure other times are used than those prepared")
	}
}

// TestChangesOneAfterTheOther: each answer has the changes of its moment, whoever has seen to it.
func TestChangesOneAfterTheOther(t *testing.T) {
	s := offline(t, func() time.Time { return noon })
	add := func(now time.Time, id string, end time.Time) {
		if _, err := s.roads.add(now, closedUntil(id, now, end)); err != nil {
			t.Fatal(err)
		}
	}
	add(noon, "a", noon.Add(time.Minute))
	s.roads.tend(noon) // the time after a is prepared, without b
	add(noon.Add(30*time.Second), "b", noon.Add(time.Hour))
	wantEpoch(t, s, noon.Add(59*time.Second), 2)
	wantEpoch(t, s, noon.Add(time.Minute), 1)
	if _, ok, err := s.roads.remove(noon.Add(2*time.Minute), "b"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	wantEpoch(t, s, noon.Add(2*time.Minute), 0)
	if _, ok, err := s.roads.remove(noon.Add(2*time.Minute), "a"); ok || err != nil {
		t.Errorf("a has expired: %v, %v", ok, err)
	}
	add(noon.Add(3*time.Minute), "c", time.Time{})
	wantEpoch(t, s, noon.Add(3*time.Minute-time.Second), 1) // an answer that looked at its clock before
	wantEpoch(t, s, noon.Add(-25*time.Hour), 1)             // the clock was set back
	wantEpoch(t, s, noon.Add(1000*time.Hour), 1)            // and far ahead
}

// TestKeeper lets a day pass, with a closure in it, and looks each minute whether the present was
// prepared without any answer asking for it.
func TestKeeper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := offline(t, time.Now)
		ctx, stop := context.WithCancel(t.Context())
		kept := make(chan struct{})
		go func() { defer close(kept); s.keepRoads(ctx) }()
		begin := time.Now()
		switches := 0
		before := s.roads.now.Load().period
		for minute := range 24 * 60 {
			time.Sleep(time.Minute)
			synctest.Wait()
			now := time.Now()
			if minute == 100 {
				if _, err := s.roads.add(now, closedUntil("a", now, now.Add(150*time.Minute+time.Second))); err != nil {
					t.Error(err)
				}
			}
			e := s.roads.now.Load()
			if !e.present(now) || !prepared(e) || (len(e.state.Changes) == 1) != (minute >= 100 && minute <= 250) {
				t.Fatalf("after %v: from %v until %v, %d changes, prepared: %v", now.Sub(begin), e.from, e.until, len(e.state.Changes), prepared(e))
			}
			if e.period != before {
				before, switches = e.period, switches+1
			}
		}
		if switches < 2 {
			t.Errorf("the speeds changed %d times in a day", switches)
		}
		stop()
		<-kept
	})
}

// TestLabels: the metrics in use get labels, those that were drop theirs.
func TestLabels(t *testing.T) { synctest.Test(t, testLabels) }

func testLabels(t *testing.T) {
	s := offline(t, func() time.Time { return noon })
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan struct{})
	go func() { defer close(ran); s.labeller.run(ctx) }()
	labelled := func(list []*route.Metric) bool {
		return !slices.ContainsFunc(list, func(m *route.Metric) bool { return !m.Labelled() })
	}
	s.tendRoads()
	open := s.roads.metrics()
	for !labelled(open) {
		time.Sleep(time.Millisecond)
	}
	if _, err := s.roads.add(noon, closedUntil("a", noon, time.Time{})); err != nil {
		t.Fatal(err)
	}
	s.tendRoads()
	closed := s.roads.metrics()
	for !labelled(closed) {
		time.Sleep(time.Millisecond)
	}
	if len(open) != 2 || len(closed) != 2 || open[0].Labelled() || open[1].Labelled() {
		t.Errorf("%d metrics before and %d after a closure; labels are kept of those before: %v", len(open), len(closed), open[0].Labelled())
	}
	s.labeller.want(nil)
	stop()
	<-ran
	if closed[0].Labelled() {
		t.Error("labels are kept that nobody wants")
	}
}

// TestAnswersDuringChanges is for the race detector: answers read while roads are closed and opened.
func TestAnswersDuringChanges(t *testing.T) {
	s := offline(t, func() time.Time { return noon })
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				e := s.roads.at(noon)
				runtime.Gosched()
				if l := s.roads.lane(e.surface, e.period, road.BlueLight); (len(e.effects) > 0) != (len(e.state.Changes) > 0) || l.metric == nil {
					t.Error("half a change was seen")
				}
			}
		})
	}
	for range 20 {
		if _, err := s.roads.add(noon, closedUntil("a", noon, noon.Add(time.Minute))); err != nil {
			t.Error(err)
		}
		s.tendRoads()
		if _, _, err := s.roads.remove(noon, "a"); err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
}
