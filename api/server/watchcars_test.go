package server

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
)

// watcher is what a client knows of the cars by what it was told.
type watcher struct {
	t      testing.TB
	stream grpc.ServerStreamingClient[pb.WatchCarsResponse]
	stop   context.CancelFunc
	cars   map[string]*pb.Car
	token  string
	whole  bool
	beats  int
	basis  *pb.Basis
	kinds  []pb.WatchKind
	sent   map[string]int // how often each car came in changes
}

func watchingCars(t testing.TB, c *client, r *pb.WatchCarsRequest) *watcher {
	t.Helper()
	ctx, stop := context.WithCancel(background(t))
	t.Cleanup(stop)
	stream, err := c.WatchCars(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	return &watcher{t: t, stream: stream, stop: stop, cars: map[string]*pb.Car{}, sent: map[string]int{}}
}

// next takes one answer in as a client would.
func (w *watcher) next() error {
	m, err := w.stream.Recv()
	if err != nil {
		return err
	}
	w.kinds = append(w.kinds, m.Kind)
	switch m.Kind {
	case pb.WatchKind_WATCH_KIND_SNAPSHOT:
		if w.whole {
			clear(w.cars)
			w.whole = false
		}
	case pb.WatchKind_WATCH_KIND_SNAPSHOT_END:
		w.whole, w.basis = true, m.Basis
	case pb.WatchKind_WATCH_KIND_HEARTBEAT:
		w.beats++
		w.basis = m.Basis
	case pb.WatchKind_WATCH_KIND_CHANGE:
		for _, c := range m.Cars {
			w.sent[c.Name]++
		}
	}
	for _, c := range m.Cars {
		w.cars[c.Name] = c
	}
	if m.ResumeToken != "" {
		w.token = m.ResumeToken
	}
	return nil
}

// until takes answers in until something holds.
func (w *watcher) until(what string, holds func() bool) {
	w.t.Helper()
	for !holds() {
		if err := w.next(); err != nil {
			w.t.Fatalf("before %s: %v", what, err)
		}
	}
}

// brisk makes looks and heartbeats come fast, so that tests need not wait.
func brisk(c *client) {
	c.server.sights.pace, c.server.sights.beat = 10*time.Millisecond, 50*time.Millisecond
}

// moveCar reports a car a little off the first place.
func moveCar(s *Settings, name string, now time.Time) {
	p := s.City.Places[0].Point
	p[0] = -0.14
	s.Fleet.Report(now, []fleet.Report{{Car: name, Point: p, Fixed: now}})
}

func TestWatchCars(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 3)
	c := start(t, s)
	brisk(c)
	for i := range 2 {
		registered(t, c, fmt.Sprint("cars/book-", i))
	}
	w := watchingCars(t, c, &pb.WatchCarsRequest{})
	w.until("the snapshot", func() bool { return w.whole })
	if len(w.cars) != 5 || w.token == "" || w.basis == nil || w.basis.Degraded {
		t.Fatalf("%d cars, token %q, basis %v", len(w.cars), w.token, w.basis)
	}
	if car := w.cars["cars/book-0"]; car.Position != nil || car.Etag == "" || car.Base != "Waterloo" {
		t.Errorf("a car without position: %v", car)
	}
	assigned, err := c.AssignCar(background(t), &pb.AssignCarRequest{Name: "cars/JRC-0001", Incident: "incidents/1", RequestId: "1"})
	if err != nil {
		t.Fatal(err)
	}
	w.until("the assignment", func() bool { return w.cars["cars/JRC-0001"].Incident != "" })
	if got := w.cars["cars/JRC-0001"]; !proto.Equal(got, assigned) {
		t.Errorf("told %v, want %v", got, assigned)
	}
	moveCar(&s, "cars/JRC-0001", noon.Add(time.Second))
	w.until("the move", func() bool { return w.cars["cars/JRC-0001"].Position.Longitude == -0.14 })
	if got := w.cars["cars/JRC-0001"]; got.Incident != "incidents/1" || got.Etag != assigned.Etag {
		t.Errorf("a move took the record back: %v", got)
	}
	beats := w.beats
	w.until("a heartbeat", func() bool { return w.beats > beats })
}

// TestWatchResumes: who comes back with a token is told what it missed and no more; who comes back with
// one of another log gets a snapshot.
func TestWatchResumes(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 3)
	c := start(t, s)
	brisk(c)
	car := registered(t, c, "cars/book")
	w := watchingCars(t, c, &pb.WatchCarsRequest{})
	w.until("the snapshot", func() bool { return w.whole })
	w.stop()
	if _, err := c.AssignCar(background(t), &pb.AssignCarRequest{Name: car.Name, Incident: "incidents/1", Etag: car.Etag, RequestId: "1"}); err != nil {
		t.Fatal(err)
	}
	moveCar(&s, "cars/JRC-0002", noon.Add(time.Second))
	back := watchingCars(t, c, &pb.WatchCarsRequest{ResumeToken: w.token})
	back.until("both changes", func() bool { return back.cars["cars/book"] != nil && back.cars["cars/JRC-0002"] != nil })
	if len(back.cars) != 2 || back.cars["cars/book"].Incident == "" || back.whole {
		t.Errorf("told %v by %v", back.cars, back.kinds)
	}
	other := smallSettings(t)
	d := start(t, other)
	brisk(d)
	registered(t, d, "cars/elsewhere")
	foreign := watchingCars(t, d, &pb.WatchCarsRequest{ResumeToken: w.token})
	foreign.until("a snapshot", func() bool { return foreign.whole })
	if len(foreign.cars) != 1 || foreign.kinds[0] != pb.WatchKind_WATCH_KIND_SNAPSHOT {
		t.Errorf("a token of another log: %v by %v", foreign.cars, foreign.kinds)
	}
	for _, token := range []string{"x", "a.b.c.d", strings.Repeat(".", 3), strings.Repeat("9", 5000)} {
		bad := watchingCars(t, c, &pb.WatchCarsRequest{ResumeToken: token})
		wantRefusal(t, bad.next(), codes.InvalidArgument, "resume_token", "")
	}
}

// TestWatchForgottenCars: where a car is forgotten, watchers are told all anew.
func TestWatchForgottenCars(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 3)
	c := start(t, s)
	brisk(c)
	registered(t, c, "cars/book")
	w := watchingCars(t, c, &pb.WatchCarsRequest{})
	w.until("the snapshot", func() bool { return w.whole && len(w.cars) == 4 })
	late := noon.Add(24 * time.Hour)
	moveCar(&s, "cars/JRC-0002", late)
	if n := s.Fleet.Drop(late); n != 2 {
		t.Fatalf("%d cars were forgotten", n)
	}
	w.until("another snapshot", func() bool { return w.whole && len(w.cars) == 2 })
	if w.cars["cars/book"] == nil || w.cars["cars/JRC-0002"] == nil {
		t.Errorf("left are %v", w.cars)
	}
}

// TestWatchSome: only the cars that are named, and without positions only what is not one.
func TestWatchSome(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 3)
	c := start(t, s)
	brisk(c)
	registered(t, c, "cars/book")
	w := watchingCars(t, c, &pb.WatchCarsRequest{Cars: []string{"cars/book", "cars/JRC-0001"}, OmitPositions: true})
	w.until("the snapshot", func() bool { return w.whole })
	if len(w.cars) != 2 {
		t.Errorf("told %v", w.cars)
	}
	moveCar(&s, "cars/JRC-0001", noon.Add(time.Second))
	moveCar(&s, "cars/JRC-0002", noon.Add(time.Second))
	car, err := c.UpdateCarStatus(background(t), &pb.UpdateCarStatusRequest{Name: "cars/book", Status: pb.CarStatus_CAR_STATUS_ON_BREAK, RequestId: "1"})
	if err != nil {
		t.Fatal(err)
	}
	w.until("the break", func() bool { return w.sent["cars/book"] > 0 })
	beats := w.beats
	w.until("two heartbeats", func() bool { return w.beats >= beats+2 })
	if len(w.sent) != 1 || w.cars["cars/book"].Status != car.Status {
		t.Errorf("told of %v", w.sent)
	}
	busy := dispatch.Busy
	s.Fleet.Report(noon, []fleet.Report{{Car: "cars/JRC-0001", Point: s.City.Places[0].Point, Fixed: noon.Add(2 * time.Second), Status: &busy}})
	w.until("what a car without a record says of itself", func() bool { return w.sent["cars/JRC-0001"] > 0 })
	if got := w.cars["cars/JRC-0001"].Status; got != pb.CarStatus_CAR_STATUS_BUSY {
		t.Errorf("told that it is %v", got)
	}
	many := watchingCars(t, c, &pb.WatchCarsRequest{Cars: append(make([]string, maxWatched), "cars/a")})
	wantRefusal(t, many.next(), codes.InvalidArgument, "cars", "at most 1000")
	odd := watchingCars(t, c, &pb.WatchCarsRequest{Cars: []string{"cars/a", "a"}})
	wantRefusal(t, odd.next(), codes.InvalidArgument, "cars[1]", "")
}

// TestSlowWatcherIsCut: who does not read is told so and cut, and holds up nobody else.
func TestSlowWatcherIsCut(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 400)
	c := start(t, s)
	brisk(c)
	c.server.sights.patience = 200 * time.Millisecond
	slow, quick := watchingCars(t, c, &pb.WatchCarsRequest{}), watchingCars(t, c, &pb.WatchCarsRequest{})
	quick.until("the snapshot", func() bool { return quick.whole })
	last := noon.Add(time.Second)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for !quick.cars["cars/JRC-0399"].PositionTime.AsTime().Equal(last) {
			if err := quick.next(); err != nil {
				t.Errorf("who reads was cut: %v", err)
				return
			}
		}
	}()
	for i := range 100 { // each about 100 kB, so that what lies between the two is soon full
		now := noon.Add(time.Duration(i+1) * 10 * time.Millisecond)
		batch := make([]fleet.Report, 400)
		for k := range batch {
			batch[k] = fleet.Report{Car: fmt.Sprintf("cars/JRC-%04d", k), Point: s.City.Places[0].Point, Fixed: now}
		}
		s.Fleet.Report(noon.Add(time.Second), batch)
		time.Sleep(10 * time.Millisecond)
	}
	<-read
	time.Sleep(2 * c.server.sights.patience)
	var err error
	for err == nil {
		err = slow.next()
	}
	wantRefusal(t, err, codes.ResourceExhausted, "SLOW_READER", "go on with the resume token")
}

// TestWatchersLearnThatRecordsAreOld: by a heartbeat, although positions go on.
func TestWatchersLearnThatRecordsAreOld(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 1)
	c, store := onFlaky(t, &s)
	brisk(c)
	w := watchingCars(t, c, &pb.WatchCarsRequest{})
	w.until("the snapshot", func() bool { return w.whole })
	store.breakDown()
	w.until("the bad news", func() bool { return w.basis.Degraded })
	wantLacks(t, "heartbeat", w.basis, pb.DegradationKind_DEGRADATION_KIND_STORE_UNREACHABLE)
	if w.basis.RecordsAge.AsDuration() != 7*time.Second {
		t.Errorf("records are %v old", w.basis.RecordsAge.AsDuration())
	}
	store.fault.Store(nil)
	w.until("the good news", func() bool { return !w.basis.Degraded })
}

// TestWatchEndsWithTheServer: watchers are told to go elsewhere, at once.
func TestWatchEndsWithTheServer(t *testing.T) {
	c := start(t, smallSettings(t))
	brisk(c)
	w := watchingCars(t, c, &pb.WatchCarsRequest{})
	w.until("the snapshot", func() bool { return w.whole })
	begin := time.Now()
	c.server.leaving.goes()
	var err error
	for err == nil {
		err = w.next()
	}
	wantRefusal(t, err, codes.Unavailable, "STOPPING", "the server is stopping")
	if took := time.Since(begin); took > time.Second {
		t.Errorf("told after %v", took)
	}
}

// TestNobodyWatchesNobodyLooks: without watchers no goroutine looks at the cars.
func TestNobodyWatchesNobodyLooks(t *testing.T) {
	c := start(t, smallSettings(t))
	brisk(c)
	before := runtime.NumGoroutine()
	leave := []func(){c.server.sights.join(), c.server.sights.join()}
	if runtime.NumGoroutine() <= before {
		t.Error("nobody looks")
	}
	first := c.server.sights.now.Load()
	for _, l := range leave {
		l()
		l() // changes nothing
	}
	<-first.over.Done()
	last := c.server.sights.now.Load()
	time.Sleep(5 * c.server.sights.pace)
	if now := c.server.sights.now.Load(); now != last {
		t.Error("somebody still looks")
	}
	again := c.server.sights.join()
	defer again()
	if now := c.server.sights.now.Load(); now.run != first.run || now.number != last.number+1 {
		t.Errorf("who comes back finds look %s %d, after %s %d", now.run, now.number, last.run, last.number)
	}
}
