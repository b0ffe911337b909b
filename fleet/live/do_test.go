package live_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/ledger/storetest"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/geo/grid"
	"github.com/nearside-ems/nearside/geo/road"
	"github.com/nearside-ems/nearside/geo/route"
)

// fates makes a store that fails as told, and then no more.
func fates(store ledger.Store, all ...storetest.Fate) *storetest.Faulty {
	next := 0
	return &storetest.Faulty{Store: store, Next: func(string) storetest.Fate {
		if next++; next > len(all) {
			return storetest.Pass
		}
		return all[next-1]
	}}
}

// deaf is a store that shows what others wrote only when it was asked for it.
type deaf struct{ ledger.Store }

func (d deaf) Watch(ctx context.Context, from ledger.Revision) iter.Seq2[ledger.Event, error] {
	return func(yield func(ledger.Event, error) bool) {
		for event, err := range d.Store.Watch(ctx, from) {
			if !yield(event, err) {
				return
			}
			if event.Whole {
				<-ctx.Done()
				return
			}
		}
	}
}

func entries(t *testing.T, store ledger.Store) (all []ledger.Entry) {
	t.Helper()
	for e, err := range store.Log(t.Context(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	report, err := ledger.Verify(store.Log(t.Context(), 1))
	if err != nil || report.Err() != nil {
		t.Error(err, report.Err())
	}
	return all
}

func register(t *testing.T, f *live.Fleet, name string) live.State {
	t.Helper()
	s, err := f.Do(t.Context(), "desk", name, "", &unit.Register{Details: nurse})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func assign(id string) *unit.Assign {
	return &unit.Assign{RequestID: id, Incident: "incidents/" + id}
}

func TestALostAnswerIsSettled(t *testing.T) {
	for name, lost := range map[string][]storetest.Fate{
		"not written":            {storetest.Lose},
		"not written for long":   {storetest.Lose, storetest.Lose, storetest.Refuse, storetest.Lose},
		"written":                {storetest.Mute},
		"written the third time": {storetest.Lose, storetest.Refuse, storetest.Mute},
	} {
		t.Run(name, func(t *testing.T) {
			memory := ledger.NewMemory(time.Now)
			first, _ := run(t, memory, time.Now)
			before := register(t, first, "cars/a")
			f, _ := run(t, fates(memory, lost...), time.Now)
			s, err := f.Do(t.Context(), "desk", "cars/a", before.Etag(), assign("1"))
			if err != nil || s.Record.Incident != "incidents/1" || s.Revision != 2 || len(entries(t, memory)) != 2 {
				t.Errorf("%v, %v, %d entries", s, err, len(entries(t, memory)))
			}
		})
	}
}

// overtaken is a store on which another writes right after an append whose answer is lost.
type overtaken struct {
	ledger.Store
	after func()
}

func (o *overtaken) Append(ctx context.Context, key string, prev ledger.Revision, data []byte) (ledger.Revision, error) {
	r, err := o.Store.Append(ctx, key, prev, data)
	if o.after == nil {
		return r, err
	}
	o.after()
	o.after = nil
	return 0, ledger.ErrUnknown
}

func TestALostAnswerIsFoundBelowOthers(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	other, _ := run(t, memory, time.Now)
	before := register(t, other, "cars/a")
	store := &overtaken{Store: memory}
	f, _ := run(t, store, time.Now)
	store.after = func() {
		for i := range 20 {
			d := nurse
			d.Base = fmt.Sprint("base ", i)
			if _, err := other.Do(t.Context(), "desk", "cars/a", "", &unit.Register{Details: d}); err != nil {
				t.Error(err)
			}
		}
	}
	s, err := f.Do(t.Context(), "desk", "cars/a", before.Etag(), assign("1"))
	if err != nil || s.Revision != 2 || s.Record.Incident != "incidents/1" {
		t.Errorf("%v, %v; it was written as revision 2", s, err)
	}
	if now, _ := f.Record("cars/a"); now.Revision != 22 {
		waitFor(t, func() bool { now, _ := f.Record("cars/a"); return now.Revision == 22 })
	}
}

func TestALostAppendThatAnotherCameBeforeIsAConflict(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	other, _ := run(t, memory, time.Now)
	before := register(t, other, "cars/a")
	lost := false
	store := &storetest.Faulty{Store: memory, Next: func(string) storetest.Fate {
		if lost {
			return storetest.Pass
		}
		lost = true
		if _, err := other.Do(t.Context(), "desk", "cars/a", before.Etag(), assign("2")); err != nil {
			t.Error(err)
		}
		return storetest.Lose
	}}
	f, _ := run(t, store, time.Now)
	_, err := f.Do(t.Context(), "desk", "cars/a", before.Etag(), assign("1"))
	var conflict *live.Conflict
	if !errors.As(err, &conflict) || conflict.Present.Record.Incident != "incidents/2" {
		t.Errorf("%v; want a conflict with incidents/2", err)
	}
}

func TestAnAnswerThatStaysLostIsSettledByARepeat(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	first, _ := run(t, memory, time.Now)
	before := register(t, first, "cars/a")
	fate := storetest.Mute
	f, _ := run(t, &storetest.Faulty{Store: memory, Next: func(string) storetest.Fate {
		if fate == storetest.Mute {
			fate = storetest.Lose
			return storetest.Mute
		}
		return fate
	}}, time.Now)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := f.Do(ctx, "desk", "cars/a", before.Etag(), assign("1"))
	if !errors.Is(err, ledger.ErrUnknown) || !strings.Contains(err.Error(), "request_id") {
		t.Fatalf("%v; want that it is not known", err)
	}
	fate = storetest.Pass
	s, err := f.Do(t.Context(), "desk", "cars/a", before.Etag(), assign("1"))
	if err != nil || s.Revision != 2 || len(entries(t, memory)) != 2 {
		t.Errorf("the repeat: %v, %v, %d entries", s, err, len(entries(t, memory)))
	}
}

func TestAStoreThatCannotBeWrittenTo(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	f, _ := run(t, fates(memory, storetest.Pass, storetest.Refuse), time.Now)
	before := register(t, f, "cars/a")
	if _, err := f.Do(t.Context(), "desk", "cars/a", before.Etag(), assign("1")); !errors.Is(err, ledger.ErrUnavailable) {
		t.Error(err)
	}
	if now, _ := f.Record("cars/a"); now.Revision != before.Revision || len(entries(t, memory)) != 1 {
		t.Errorf("refused, but the car became %v", now)
	}
}

func TestEtags(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	f, _ := run(t, memory, time.Now)
	lagging, _ := run(t, deaf{memory}, time.Now)
	s := register(t, f, "cars/a")
	for _, bad := range []string{"x", "-1", "01", "1.0", strings.Repeat("9", 100)} {
		var field *unit.FieldError
		if _, err := f.Do(t.Context(), "desk", "cars/a", bad, assign("1")); !errors.As(err, &field) || field.Field != "etag" || len(err.Error()) > 200 {
			t.Errorf("etag %q: %v", bad, err)
		}
	}
	for _, old := range []string{"0", "7"} {
		var conflict *live.Conflict
		if _, err := f.Do(t.Context(), "desk", "cars/a", old, assign("1")); !errors.As(err, &conflict) || conflict.Present.Etag() != "1" {
			t.Errorf("etag %q: %v", old, err)
		}
	}
	if _, err := f.Do(t.Context(), "desk", "lorries/1", "", assign("1")); !errors.As(err, new(*unit.FieldError)) {
		t.Errorf("a lorry: %v", err)
	}
	// A replica that has not heard of the car knows it as soon as its etag is named.
	s, err := lagging.Do(t.Context(), "desk", "cars/a", s.Etag(), assign("1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Do(t.Context(), "desk", "cars/a", s.Etag(), &unit.Release{RequestID: "2", Reason: "x"}); err != nil {
		t.Fatal(err)
	}
	// And it refuses nothing because of what has passed.
	if _, err := lagging.Do(t.Context(), "desk", "cars/a", "", assign("3")); err != nil {
		t.Errorf("refused because of what was: %v", err)
	}
	var refused *unit.TransitionError
	if _, err := f.Do(t.Context(), "desk", "cars/a", "", assign("4")); !errors.As(err, &refused) || refused.From != dispatch.Assigned {
		t.Errorf("%v; want that it is assigned", err)
	}
	if _, err := f.Do(t.Context(), "desk", "cars/a", "", &unit.Release{RequestID: "3", Reason: "x"}); !errors.Is(err, unit.ErrRepeat) {
		t.Errorf("%v; want that the id was used", err)
	}
	if _, err := f.Do(t.Context(), strings.Repeat("x", 200), "cars/a", "", &unit.Release{RequestID: "5", Reason: "x"}); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("a name of 200 bytes: %v", err)
	}
}

func TestACarWithoutRecord(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	f, cars := runIn(t, memory, time.Now, testCity(t))
	if _, err := f.Do(t.Context(), "desk", "cars/a", "0", assign("1")); !errors.Is(err, live.ErrNoCar) {
		t.Errorf("a car that nobody knows: %v", err)
	}
	busy := dispatch.EnRoute
	out := cars.Report(time.Now(), []fleet.Report{
		{Car: "cars/a", Point: orb.Point{-0.1278, 51.5074}, Skills: dispatch.Paramedic},
		{Car: "cars/b", Point: orb.Point{-0.1278, 51.5074}, Status: &busy, Skills: dispatch.Paramedic},
	})
	if out.Accepted != 2 {
		t.Fatal(out)
	}
	s, err := f.Do(t.Context(), "desk", "cars/a", "0", assign("1"))
	if err != nil || s.Record.Skills != dispatch.Paramedic {
		t.Errorf("a car that has reported: %v, %v", s, err)
	}
	if c, _ := cars.Car("cars/a"); c.Status != dispatch.Assigned || c.Incident != "incidents/1" || !c.HasPosition() {
		t.Errorf("%+v", c)
	}
	var refused *unit.TransitionError
	if _, err := f.Do(t.Context(), "desk", "cars/b", "0", assign("2")); !errors.As(err, &refused) || refused.From != dispatch.Busy {
		t.Errorf("a car that reported to be en route: %v", err)
	}
}

func TestNothingIsDecidedBeforeAllIsRead(t *testing.T) {
	f := live.New(ledger.NewMemory(time.Now), newCars(), time.Now)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := f.Do(ctx, "desk", "cars/a", "", assign("1")); !errors.Is(err, ledger.ErrUnavailable) {
		t.Error(err)
	}
	if _, err := f.Put(ctx, "desk", "centres/a", 0, "state", []byte("1")); !errors.Is(err, ledger.ErrUnavailable) {
		t.Error(err)
	}
	if s := f.Status(); s.Whole || s.Fault != nil {
		t.Errorf("%+v", s)
	}
}

func TestAnEntryThatCannotBeReadPutsTheCarOutOfService(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	f, cars := run(t, memory, time.Now)
	register(t, f, "cars/a")
	for key, prev := range map[string]ledger.Revision{"cars/a": 1, "cars/b": 0, "centres/c": 0} {
		if _, err := memory.Append(t.Context(), key, prev, []byte(`{"v":9}`)); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, func() bool { return f.Status().Revision == 4 })
	for _, name := range []string{"cars/a", "cars/b"} {
		if c, ok := cars.Car(name); !ok || c.Status != dispatch.OutOfService {
			t.Errorf("%s: %+v", name, c)
		}
		if s, ok := f.Record(name); ok {
			t.Errorf("%s is shown as %v", name, s)
		}
		if _, err := f.Do(t.Context(), "desk", name, "", assign("1")); !errors.Is(err, live.ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := f.Put(t.Context(), "desk", "centres/c", f.Status().Revision, "state", []byte("1")); err == nil {
		t.Error("a document was written on top of one that cannot be read")
	}
	if err := f.Status().Fault; !errors.Is(err, live.ErrUnreadable) || !strings.Contains(err.Error(), "revision 2") {
		t.Errorf("the status: %v", err)
	}
}

// broken is a store whose watch ends with an error that will not pass.
type broken struct{ ledger.Store }

var errRewound = errors.New("rewound")

func (b broken) Watch(ctx context.Context, from ledger.Revision) iter.Seq2[ledger.Event, error] {
	return func(yield func(ledger.Event, error) bool) {
		if yield(ledger.Event{Whole: true}, nil) {
			yield(ledger.Event{}, errRewound)
		}
	}
}

func TestAWatchThatEndsIsTold(t *testing.T) {
	f := live.New(broken{ledger.NewMemory(time.Now)}, newCars(), time.Now)
	if err := f.Run(t.Context()); !errors.Is(err, errRewound) {
		t.Error(err)
	}
	if s := f.Status(); !errors.Is(s.Fault, errRewound) || !s.Whole {
		t.Errorf("%+v", s)
	}
}

// nowhere has no road at all.
type nowhere struct{}

func (nowhere) Snap(orb.Point) (road.Spot, bool) { return road.Spot{}, false }

// testCity returns a fleet store for cars around Charing Cross.
func testCity(t *testing.T) *fleet.Store {
	square := orb.Bound{Min: orb.Point{-0.16, 51.49}, Max: orb.Point{-0.09, 51.53}}
	g, err := grid.New([]geo.Borough{{Code: "E09000001", Name: "Square", Sector: geo.NCL, Land: orb.MultiPolygon{square.ToPolygon()}}}, 9)
	if err != nil {
		t.Fatal(err)
	}
	return fleet.New(g, &route.Network{Name: "nowhere", Snapper: nowhere{}}, fleet.DefaultSettings())
}

// waitFor waits until something is so.
func waitFor(t *testing.T, so func() bool) {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatal("not so after 10 s")
		}
	}
}
