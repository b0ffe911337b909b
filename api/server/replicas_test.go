package server

import (
	"context"
	"iter"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
)

// deaf is a ledger whose watch yields nothing while it is held, as where the server that it reads from stalls.
type deaf struct {
	ledger.Store
	held sync.RWMutex
}

func (d *deaf) Watch(ctx context.Context, from ledger.Revision) iter.Seq2[ledger.Event, error] {
	return func(yield func(ledger.Event, error) bool) {
		for event, err := range d.Store.Watch(ctx, from) {
			d.held.RLock()
			more := yield(event, err)
			d.held.RUnlock()
			if !more {
				return
			}
		}
	}
}

// replica starts a server over a ledger that others use as well.
func replica(t *testing.T, store ledger.Store, change func(*Settings)) *client {
	t.Helper()
	s := smallSettings(t)
	s.Now = func() time.Time { return noon }
	change(&s)
	s.Live = live.New(store, s.Fleet, s.Now)
	c := start(t, s)
	<-s.Live.Whole()
	brisk(c)
	return c
}

// TestReplicasAnswerAlike: what was asked of one server goes on at another, which has not heard of it yet.
func TestReplicasAnswerAlike(t *testing.T) {
	memory := ledger.NewMemory(func() time.Time { return noon })
	late := &deaf{Store: memory}
	threeCars := func(s *Settings) { addCars(t, s, 3) }
	a, b := replica(t, memory, threeCars), replica(t, late, threeCars)
	registered(t, a, "cars/JRC-0001")
	waitFor(t, "the registration", func() bool { return b.server.Live.Status().Revision == 1 })

	late.held.Lock()
	near, err := a.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.5, -0.15), Incident: "incidents/1"})
	if err != nil || near.Advice == "" {
		t.Fatal(near, err)
	}
	best := near.Candidates[0].Car
	give := &pb.AssignCarRequest{Name: best.Name, Incident: "incidents/1", Etag: best.Etag, RequestId: "1", Advice: near.Advice}
	given, err := b.AssignCar(background(t), give)
	if err != nil {
		t.Fatalf("assigned through the other, by advice that it has not heard of: %v", err)
	}
	again, err := a.AssignCar(background(t), give)
	if err != nil || again.Etag != given.Etag || again.Incident != "incidents/1" {
		t.Errorf("the same request at the first: %v, %v", again, err)
	}
	_, err = a.AssignCar(background(t), &pb.AssignCarRequest{Name: best.Name, Incident: "incidents/2", Etag: best.Etag, RequestId: "2"})
	wantRefusal(t, err, codes.Aborted, "CAR_CHANGED", "decide again")
	freed, err := a.ReleaseCar(background(t), &pb.ReleaseCarRequest{Name: best.Name, Etag: given.Etag, RequestId: "3", Reason: "stood down"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.AssignCar(background(t), &pb.AssignCarRequest{Name: best.Name, Incident: "incidents/3", Etag: freed.Etag, RequestId: "4"}); err != nil {
		t.Errorf("on an etag that only the first has handed out: %v", err)
	}
	late.held.Unlock()
	waitFor(t, "the conclusion", func() bool {
		_, end, err := b.server.Live.Advised(background(t), near.Advice)
		return err == nil && end != nil && end.Outcome == live.Accepted
	})
}

// TestReplicaBehindSaysSo: a server that does not hear of changes which the store has marks its answers, and
// tells its watchers, within little more than behindFor.
func TestReplicaBehindSaysSo(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	late := &deaf{Store: memory}
	a := replica(t, memory, func(*Settings) {})
	b := replica(t, late, func(s *Settings) { s.Now = time.Now })
	w := watchingCars(t, b, &pb.WatchCarsRequest{})
	w.until("the snapshot", func() bool { return w.whole })
	late.held.Lock()
	registered(t, a, "cars/one")
	begin := time.Now()
	w.until("the bad news", func() bool { return w.basis.Degraded })
	if took := time.Since(begin); took < behindFor {
		t.Errorf("told after %v", took)
	}
	wantLacks(t, "heartbeat", w.basis, pb.DegradationKind_DEGRADATION_KIND_STORE_UNREACHABLE)
	near, err := b.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.5, -0.15)})
	if err != nil {
		t.Fatal(err)
	}
	wantLacks(t, "FindNearestCars", near.Basis, pb.DegradationKind_DEGRADATION_KIND_STORE_UNREACHABLE)
	if age := near.Basis.RecordsAge.AsDuration(); age < behindFor || age > time.Since(begin)+time.Second {
		t.Errorf("records are %v old", age)
	}
	late.held.Unlock()
	w.until("the car", func() bool { return w.cars["cars/one"] != nil })
	w.until("the good news", func() bool { return !w.basis.Degraded })
}

// TestAgesOfACluster: where others write to the store as well, every answer says as of when records are.
func TestAgesOfACluster(t *testing.T) {
	b := replica(t, shared{ledger.NewMemory(func() time.Time { return noon.Add(-700 * time.Millisecond) })}, func(s *Settings) { addCars(t, s, 1) })
	near, err := b.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.5, -0.15)})
	if err != nil {
		t.Fatal(err)
	}
	wantLacks(t, "FindNearestCars", near.Basis)
	if age := near.Basis.RecordsAge.AsDuration(); age != 700*time.Millisecond {
		t.Errorf("records are %v old", age)
	}
}

// shared is a ledger on a cluster, as it says.
type shared struct{ ledger.Store }

func (s shared) Status() ledger.Status {
	st := s.Store.Status()
	st.Kind = "cluster"
	return st
}

// TestWatchGoesOnElsewhere: a watcher of one server that goes to another with its token is told all anew, and
// then what changes.
func TestWatchGoesOnElsewhere(t *testing.T) {
	memory := ledger.NewMemory(func() time.Time { return noon })
	threeCars := func(s *Settings) { addCars(t, s, 3) }
	a, b := replica(t, memory, threeCars), replica(t, memory, threeCars)
	car := registered(t, a, "cars/JRC-0001")
	for _, fixed := range []bool{false, true} {
		w := watchingCars(t, a, &pb.WatchCarsRequest{OmitPositions: fixed})
		w.until("the snapshot", func() bool { return w.whole })
		w.stop()
		var err error
		if car, err = a.UpdateCarStatus(background(t), &pb.UpdateCarStatusRequest{Name: car.Name, Etag: car.Etag, Status: pb.CarStatus_CAR_STATUS_ON_BREAK, RequestId: w.token}); err != nil {
			t.Fatal(err)
		}
		on := watchingCars(t, b, &pb.WatchCarsRequest{OmitPositions: fixed, ResumeToken: w.token})
		on.until("what it missed", func() bool { c := on.cars[car.Name]; return on.whole && c != nil && c.Etag == car.Etag })
		if !slices.Contains(on.kinds, pb.WatchKind_WATCH_KIND_SNAPSHOT) || len(on.cars) != 3 {
			t.Errorf("elsewhere: %v, %d cars", on.kinds, len(on.cars))
		}
		if car, err = a.UpdateCarStatus(background(t), &pb.UpdateCarStatusRequest{Name: car.Name, Etag: car.Etag, Status: pb.CarStatus_CAR_STATUS_AVAILABLE, RequestId: on.token}); err != nil {
			t.Fatal(err)
		}
		on.until("a change through the first", func() bool { return on.cars[car.Name].Etag == car.Etag })
	}
	wantRefusal(t, watchingCars(t, b, &pb.WatchCarsRequest{ResumeToken: "recommendations/1-2"}).next(), codes.InvalidArgument, "resume_token", "want one from an answer of WatchCars")
}

// TestReplicasWithdrawWhatIsTooMuch: where replicas that know of other cars have together asked more than may
// be asked at a time, the first asked stay, whatever the order in which a replica has its cars.
func TestReplicasWithdrawWhatIsTooMuch(t *testing.T) {
	r := &recommender{Server: &Server{Settings: Settings{MoveUps: dispatch.MoveUpSettings{AtOnce: 2}}}}
	asked := func(car, kind, plan string, at ledger.Revision) *moveUpEntry {
		return &moveUpEntry{moveUp{Car: car, Plan: plan}, kind, at}
	}
	entries := map[string]*moveUpEntry{}
	var snap dispatch.Snapshot
	for _, e := range []*moveUpEntry{
		asked("cars/a", kindRecommended, "", 14), asked("cars/b", kindRecommended, "", 11), asked("cars/c", kindAccepted, "", 3),
		asked("cars/d", kindRecommended, "plans/x", 4), asked("cars/e", kindRecommended, "", 12), asked("cars/f", kindRecommended, "", 13),
		asked("cars/busy", kindRecommended, "", 2),
	} {
		entries[e.Car] = e
		snap.Cars = append(snap.Cars, &dispatch.Car{Name: e.Car})
	}
	for _, free := range [][]int{{0, 1, 2, 3, 4, 5}, {5, 4, 3, 2, 1, 0}} {
		var got []string
		for e := range r.beyond("", &snap, free, entries) {
			got = append(got, e.Car)
		}
		if slices.Sort(got); !slices.Equal(got, []string{"cars/a", "cars/f"}) {
			t.Errorf("withdrawn are %v", got)
		}
	}
}
