package live_test

import (
	"context"
	"errors"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/route"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var nurse = unit.Details{Skills: dispatch.MentalHealthNurse, Base: "Waterloo", Home: geo.SEL}

// newCars returns a fleet store without roads, for cars that never report.
func newCars() *fleet.Store {
	return fleet.New(nil, &route.Network{}, fleet.DefaultSettings())
}

// run starts a replica of a store and waits until it is whole. It ends with the test.
func run(t *testing.T, store ledger.Store, now func() time.Time) (*live.Fleet, *fleet.Store) {
	t.Helper()
	return runIn(t, store, now, newCars())
}

func runIn(t *testing.T, store ledger.Store, now func() time.Time, cars *fleet.Store) (*live.Fleet, *fleet.Store) {
	t.Helper()
	f := live.New(store, cars, now)
	follows(t, f)
	return f, cars
}

// follows runs a fleet until the test ends.
func follows(t *testing.T, f *live.Fleet) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-f.Whole():
	case <-time.After(time.Minute):
		t.Fatal("not whole after a minute")
	}
}

func TestAssignOnce(t *testing.T) {
	ctx := t.Context()
	store := ledger.NewMemory(time.Now)
	f, cars := run(t, store, time.Now)
	other, _ := run(t, store, time.Now)
	s, err := f.Do(ctx, "desk-1", "cars/a", "0", &unit.Register{Details: nurse})
	if err != nil {
		t.Fatal(err)
	}
	won, err := f.Do(ctx, "desk-1", "cars/a", s.Etag(), &unit.Assign{RequestID: "1", Incident: "incidents/1"})
	if err != nil || won.Record.Incident != "incidents/1" {
		t.Fatal(won, err)
	}
	if c, ok := cars.Car("cars/a"); !ok || c.Status != dispatch.Assigned || c.Incident != "incidents/1" || c.Revision != uint64(won.Revision) {
		t.Errorf("the fleet store has %+v, %v", c, ok)
	}
	_, err = other.Do(ctx, "desk-2", "cars/a", s.Etag(), &unit.Assign{RequestID: "2", Incident: "incidents/2"})
	var conflict *live.Conflict
	if !errors.As(err, &conflict) || conflict.Present.Revision != won.Revision || conflict.Present.Record.Incident != "incidents/1" {
		t.Errorf("a second assignment on the same etag: %v", err)
	}
	again, err := other.Do(ctx, "desk-1", "cars/a", s.Etag(), &unit.Assign{RequestID: "1", Incident: "incidents/1"})
	if err != nil || again.Revision != won.Revision {
		t.Errorf("a repeat: %v, %v", again, err)
	}
}

// late is a ledger whose watch yields nothing while it is held up.
type late struct {
	ledger.Store
	held sync.Mutex
}

func (l *late) Watch(ctx context.Context, from ledger.Revision) iter.Seq2[ledger.Event, error] {
	return func(yield func(ledger.Event, error) bool) {
		for event, err := range l.Store.Watch(ctx, from) {
			l.held.Lock()
			l.held.Unlock() //nolint:staticcheck // to wait is all
			if !yield(event, err) {
				return
			}
		}
	}
}

// TestStatusTellsOfLag: a replica that does not hear of entries which the ledger has says so, and is as old
// as what it had last.
func TestStatusTellsOfLag(t *testing.T) {
	var clock atomic.Int64
	now := func() time.Time { return advice.Asked.Add(time.Duration(clock.Load()) * time.Second) }
	memory := ledger.NewMemory(now)
	writer, _ := run(t, memory, now)
	store := &late{Store: memory}
	reader, _ := run(t, store, now)
	register := func(name string) {
		t.Helper()
		if _, err := writer.Do(t.Context(), "desk", name, "0", &unit.Register{Details: nurse}); err != nil {
			t.Fatal(err)
		}
	}
	register("cars/a")
	waitFor(t, func() bool { s := reader.Status(); return s.Revision == 1 && s.Behind == 0 && s.Age == 0 })
	clock.Add(5)
	if s := reader.Status(); s.Behind != 0 || s.Age != 0 {
		t.Errorf("with all there is: %+v", s)
	}
	store.held.Lock()
	register("cars/b")
	if s := reader.Status(); s.Behind != 0 || s.Age != 0 {
		t.Errorf("with an entry on its way: %+v", s)
	}
	clock.Add(3)
	register("cars/c")
	if s := reader.Status(); s.Behind != 3*time.Second || s.Age != 3*time.Second || s.Revision != 1 {
		t.Errorf("3 s later: %+v", s)
	}
	store.held.Unlock()
	waitFor(t, func() bool { s := reader.Status(); return s.Behind == 0 && s.Age == 0 && s.Revision == 3 })
}
