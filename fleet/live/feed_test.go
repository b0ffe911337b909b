package live_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// follow reads until nothing more comes for a while, and returns the kinds of updates and what the
// reader knows after them.
func follow(t *testing.T, s *live.Subscription, known map[string]ledger.Revision) (kinds []live.UpdateKind) {
	t.Helper()
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		u, err := s.Next(ctx)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			return kinds
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(u.States) > 500 {
			t.Errorf("%d cars at once", len(u.States))
		}
		if u.Kind == live.Snapshot && (len(kinds) == 0 || kinds[len(kinds)-1] != live.Snapshot) {
			clear(known)
		}
		if u.Token != s.Token() || (u.Kind == live.Snapshot) != (u.Token == live.Token{}) {
			t.Errorf("%v with token %q, the subscription's is %q", u.Kind, u.Token, s.Token())
		}
		kinds = append(kinds, u.Kind)
		for _, state := range u.States {
			known[state.Record.Name] = state.Revision
		}
	}
}

func revisions(f *live.Fleet) map[string]ledger.Revision {
	all := map[string]ledger.Revision{}
	for _, s := range f.Records() {
		all[s.Record.Name] = s.Revision
	}
	return all
}

func TestSubscribe(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	f, _ := run(t, memory, time.Now)
	empty := f.Subscribe(live.Token{})
	if kinds := follow(t, empty, map[string]ledger.Revision{}); len(kinds) != 1 || kinds[0] != live.SnapshotEnd {
		t.Errorf("of no cars: %v", kinds)
	}
	for i := range 1200 {
		register(t, f, fmt.Sprintf("cars/%d", i))
	}
	waitFor(t, func() bool { return f.Status().Revision == 1200 })
	known := map[string]ledger.Revision{}
	s := f.Subscribe(live.Token{})
	if kinds := follow(t, s, known); kinds[2] != live.Snapshot || kinds[3] != live.SnapshotEnd || !maps.Equal(known, revisions(f)) {
		t.Errorf("the snapshot: %v, %d cars", kinds, len(known))
	}
	for i := range 3 {
		if _, err := f.Do(t.Context(), "desk", fmt.Sprintf("cars/%d", i), "", assign(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	if kinds := follow(t, s, known); len(kinds) == 0 || kinds[0] != live.Change || !maps.Equal(known, revisions(f)) {
		t.Errorf("the changes: %v", kinds)
	}
	// Away for a while, it goes on on another replica with what changed alone.
	token, err := live.ParseToken(s.Token().String())
	if err != nil {
		t.Fatal(err)
	}
	other, _ := run(t, memory, time.Now)
	register(t, f, "cars/new")
	waitFor(t, func() bool { return other.Status().Revision == f.Status().Revision })
	changed := map[string]ledger.Revision{}
	if kinds := follow(t, other.Subscribe(token), changed); len(kinds) != 1 || kinds[0] != live.Change || len(changed) != 1 {
		t.Errorf("going on: %v, %v", kinds, changed)
	}
	// A replica that was started after the token's time has not got what changed: the reader starts anew.
	late, _ := run(t, memory, time.Now)
	if kinds := follow(t, late.Subscribe(token), known); kinds[0] != live.Snapshot || !maps.Equal(known, revisions(f)) {
		t.Errorf("going on where that is not known: %v", kinds)
	}
}

// TestASlowReaderIsCut fills the ring of changes while one reader sleeps and another reads.
func TestASlowReaderIsCut(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	f := live.New(memory, newCars(), time.Now)
	f.KeepMarks(64)
	follows(t, f)
	s := register(t, f, "cars/a")
	slow, quick := f.Subscribe(live.Token{}), f.Subscribe(live.Token{})
	known := map[string]ledger.Revision{}
	follow(t, slow, known)
	follow(t, quick, known)
	old := slow.Token()
	entry := entries(t, memory)[0]
	const changes = 65
	for i := range changes {
		if _, err := memory.Append(t.Context(), "cars/a", s.Revision+ledger.Revision(i), entry.Data); err != nil {
			t.Fatal(err)
		}
		if i%16 == 0 {
			waitFor(t, func() bool { return f.Status().Revision == s.Revision+ledger.Revision(i)+1 })
			follow(t, quick, known)
		}
	}
	waitFor(t, func() bool { return f.Status().Revision == s.Revision+changes })
	follow(t, quick, known)
	if known["cars/a"] != s.Revision+changes {
		t.Errorf("the quick reader has revision %d", known["cars/a"])
	}
	if _, err := slow.Next(t.Context()); !errors.Is(err, live.ErrSlow) {
		t.Errorf("the slow reader: %v", err)
	}
	if kinds := follow(t, f.Subscribe(old), known); kinds[0] != live.Snapshot {
		t.Errorf("going on after more changes than are kept: %v", kinds)
	}
}

// TestShiftsBeginAndEnd lets the time pass, and sets the clock.
func TestShiftsBeginAndEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var set atomic.Int64
		now := func() time.Time { return time.Now().Add(time.Duration(set.Load())) }
		f, cars := run(t, ledger.NewMemory(now), now)
		status := func() dispatch.Status { c, _ := cars.Car("cars/a"); return c.Status }
		d, begin := nurse, now().Add(time.Hour)
		d.Shifts = []unit.Shift{{Start: begin, End: begin.Add(8 * time.Hour)}, {Start: begin.Add(24 * time.Hour), End: begin.Add(30 * time.Hour)}}
		if _, err := f.Do(t.Context(), "desk", "cars/a", "", &unit.Register{Details: d}); err != nil {
			t.Fatal(err)
		}
		register(t, f, "cars/b") // keeps no shifts
		s, known := f.Subscribe(live.Token{}), map[string]ledger.Revision{}
		follow(t, s, known)
		if status() != dispatch.OffShift {
			t.Errorf("an hour before its shift it is %s", status())
		}
		time.Sleep(begin.Sub(now()) + time.Millisecond)
		synctest.Wait()
		clear(known)
		if kinds := follow(t, s, known); status() != dispatch.Available || len(kinds) != 1 || len(known) != 1 || known["cars/a"] != 1 {
			t.Errorf("its shift has begun, and it is %s; subscribers were told %v of %v", status(), kinds, known)
		}
		if c, _ := cars.Car("cars/a"); !c.ShiftEnd.Equal(begin.Add(8*time.Hour)) || !c.Since.Equal(begin) {
			t.Errorf("%+v", c)
		}
		away := s.Token()
		time.Sleep(8 * time.Hour)
		synctest.Wait()
		if c, _ := cars.Car("cars/a"); c.Status != dispatch.OffShift || !c.ShiftStart.Equal(begin.Add(24*time.Hour)) {
			t.Errorf("its shift has ended: %+v", c)
		}
		clear(known)
		if kinds := follow(t, f.Subscribe(away), known); len(kinds) != 1 || kinds[0] != live.Change || known["cars/a"] != 1 {
			t.Errorf("who was away when the shift ended was told %v of %v", kinds, known)
		}
		set.Store(int64(-4 * time.Hour)) // the clock is set back into the shift
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if status() != dispatch.Available {
			t.Errorf("the clock was set back into its shift, and it is %s", status())
		}
		set.Store(0)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if status() != dispatch.OffShift {
			t.Errorf("the clock was set forward again, and it is %s", status())
		}
	})
}

func FuzzParseToken(f *testing.F) {
	for _, s := range []string{"", "12-1790000000000", "12", "-", "99999999999999999999-1", "1-9999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		token, err := live.ParseToken(s)
		if err != nil {
			return
		}
		if back, err := live.ParseToken(token.String()); err != nil || back.String() != token.String() {
			t.Errorf("%q: %v, %v, %v", s, token, back, err)
		}
	})
}
