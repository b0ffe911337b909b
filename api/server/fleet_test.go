package server

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
)

// registered puts a car on the books and fails the test where that fails.
func registered(t testing.TB, c *client, name string) *pb.Car {
	t.Helper()
	car, err := c.RegisterCar(background(t), &pb.RegisterCarRequest{
		Name: name, Skills: []pb.Skill{pb.Skill_SKILL_PARAMEDIC}, Base: "Waterloo", Sectors: []string{"NWL"}, RequestId: "register " + name,
	})
	if err != nil {
		t.Fatal(err)
	}
	return car
}

// detail returns the detail of a type that a status has, or fails.
func detail[T proto.Message](t testing.TB, err error) (found T) {
	t.Helper()
	for _, d := range status.Convert(err).Details() {
		if d, ok := d.(T); ok {
			return d
		}
	}
	t.Fatalf("no %T in %v", found, err)
	return found
}

// TestCarsLife takes a car from the books to a call and back, by etags.
func TestCarsLife(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 1)
	c := start(t, s)
	ctx := background(t)
	const name = "cars/JRC-0000"
	seen, err := c.GetCar(ctx, &pb.GetCarRequest{Name: name})
	if err != nil || seen.Etag != "" || seen.Position == nil || seen.Status != pb.CarStatus_CAR_STATUS_AVAILABLE {
		t.Fatalf("a car that only reports: %v, %v", seen, err)
	}
	shift := &pb.Shift{StartTime: timestamppb.New(noon.Add(-time.Hour)), EndTime: timestamppb.New(noon.Add(11 * time.Hour))}
	past := &pb.Shift{StartTime: timestamppb.New(noon.Add(-25 * time.Hour)), EndTime: timestamppb.New(noon.Add(-13 * time.Hour))}
	car, err := c.RegisterCar(ctx, &pb.RegisterCarRequest{
		Name: name, Skills: []pb.Skill{pb.Skill_SKILL_PARAMEDIC, pb.Skill_SKILL_MENTAL_HEALTH_NURSE}, Base: "Waterloo",
		Sectors: []string{"NWL"}, Shifts: []*pb.Shift{past, shift}, Etag: "0",
	})
	if err != nil {
		t.Fatal(err)
	}
	if car.Base != "Waterloo" || car.HomeSector != "NWL" || len(car.Skills) != 2 || len(car.Shifts) != 1 || !proto.Equal(car.Shifts[0], shift) ||
		!proto.Equal(car.ShiftEnd, shift.EndTime) || car.Position == nil || car.Etag == "" {
		t.Errorf("registered as %v", car)
	}
	car, err = c.AssignCar(ctx, &pb.AssignCarRequest{Name: name, Incident: "incidents/7", Etag: car.Etag, RequestId: "a"})
	if err != nil || car.Status != pb.CarStatus_CAR_STATUS_ASSIGNED || car.Incident != "incidents/7" || car.StatusTime.AsTime() != noon {
		t.Fatalf("assigned: %v, %v", car, err)
	}
	nearest, err := c.FindNearestCars(ctx, &pb.FindNearestCarsRequest{Location: at(51.5, -0.15), IncludeExcluded: true})
	if err != nil || len(nearest.Candidates) != 0 || len(nearest.Exclusions) != 1 || !strings.Contains(nearest.Exclusions[0].Reason, "assigned") {
		t.Errorf("an assigned car is offered: %v, %v", nearest, err)
	}
	for i, step := range []pb.CarStatus{pb.CarStatus_CAR_STATUS_MOBILISING, pb.CarStatus_CAR_STATUS_EN_ROUTE, pb.CarStatus_CAR_STATUS_ON_SCENE, pb.CarStatus_CAR_STATUS_CONVEYING, pb.CarStatus_CAR_STATUS_AT_CENTRE, pb.CarStatus_CAR_STATUS_CLEARING, pb.CarStatus_CAR_STATUS_AVAILABLE} {
		in := &pb.UpdateCarStatusRequest{Name: name, Status: step, RequestId: fmt.Sprint("s", i)}
		if step == pb.CarStatus_CAR_STATUS_CONVEYING {
			in.Destination = "West ED"
		}
		if car, err = c.UpdateCarStatus(ctx, in); err != nil || car.Status != step {
			t.Fatalf("%v: %v, %v", step, car, err)
		}
		if want := step == pb.CarStatus_CAR_STATUS_CONVEYING || step == pb.CarStatus_CAR_STATUS_AT_CENTRE; want != (car.Destination == "West ED") {
			t.Errorf("%v: destination %q", step, car.Destination)
		}
	}
	if car.Incident != "" {
		t.Errorf("the call goes on: %v", car)
	}
	car, err = c.AssignCar(ctx, &pb.AssignCarRequest{Name: name, Incident: "incidents/8", Etag: car.Etag, RequestId: "b"})
	if err != nil {
		t.Fatal(err)
	}
	car, err = c.ReleaseCar(ctx, &pb.ReleaseCarRequest{Name: name, Etag: car.Etag, RequestId: "c", Reason: "stood down"})
	if err != nil || car.Status != pb.CarStatus_CAR_STATUS_AVAILABLE || car.Incident != "" {
		t.Errorf("released: %v, %v", car, err)
	}
	again, err := c.GetCar(ctx, &pb.GetCarRequest{Name: name})
	if err != nil || !proto.Equal(again, car) {
		t.Errorf("GetCar says %v, %v; ReleaseCar said %v", again, err, car)
	}
}

// TestAssignOnce: of two who saw the same car one gets it, and the other is told what it is now. A repeat
// is answered as the first was.
func TestAssignOnce(t *testing.T) {
	c := start(t, smallSettings(t))
	ctx := background(t)
	car := registered(t, c, "cars/one")
	first := &pb.AssignCarRequest{Name: car.Name, Incident: "incidents/1", Etag: car.Etag, RequestId: "first"}
	won, err := c.AssignCar(ctx, first)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.AssignCar(ctx, &pb.AssignCarRequest{Name: car.Name, Incident: "incidents/2", Etag: car.Etag, RequestId: "second"})
	wantRefusal(t, err, codes.Aborted, "CAR_CHANGED", "incidents/1")
	if now := detail[*pb.CarConflict](t, err).Car; !proto.Equal(now, won) {
		t.Errorf("the conflict says %v, want %v", now, won)
	}
	again, err := c.AssignCar(ctx, first)
	if err != nil || !proto.Equal(again, won) {
		t.Errorf("a repeat gives %v, %v", again, err)
	}
	_, err = c.AssignCar(ctx, &pb.AssignCarRequest{Name: car.Name, Incident: "incidents/3", Etag: won.Etag, RequestId: "first"})
	wantRefusal(t, err, codes.AlreadyExists, "REQUEST_ID_USED", "first")
	_, err = c.AssignCar(ctx, &pb.AssignCarRequest{Name: car.Name, Incident: "incidents/3", Etag: won.Etag, RequestId: "third"})
	wantRefusal(t, err, codes.FailedPrecondition, "TRANSITION_IMPOSSIBLE", "assigned")
	info := detail[*errdetails.ErrorInfo](t, err)
	if info.Metadata["from"] != "CAR_STATUS_ASSIGNED" || !strings.Contains(info.Metadata["allowed"], "CAR_STATUS_EN_ROUTE") {
		t.Errorf("what is possible: %v", info.Metadata)
	}
}

// TestFightForACar has many dispatchers give one car to their own call at once: one does.
func TestFightForACar(t *testing.T) {
	c := start(t, smallSettings(t))
	car := registered(t, c, "cars/one")
	var won atomic.Int32
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			_, err := c.AssignCar(background(t), &pb.AssignCarRequest{Name: car.Name, Incident: fmt.Sprint("incidents/", i), Etag: car.Etag, RequestId: fmt.Sprint(i)})
			switch status.Code(err) {
			case codes.OK:
				won.Add(1)
			case codes.Aborted:
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d got the car", won.Load())
	}
}

// TestCarThatOnlyReports can be assigned by the empty etag that answers give of it, once.
func TestCarThatOnlyReports(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 1)
	c := start(t, s)
	in := &pb.AssignCarRequest{Name: "cars/JRC-0000", Incident: "incidents/1", RequestId: "a"}
	car, err := c.AssignCar(background(t), in)
	if err != nil || car.Etag == "" || len(car.Skills) != 2 {
		t.Fatalf("%v, %v", car, err)
	}
	in.RequestId = "b"
	_, err = c.AssignCar(background(t), in)
	wantRefusal(t, err, codes.Aborted, "CAR_CHANGED", car.Etag)
	_, err = c.AssignCar(background(t), &pb.AssignCarRequest{Name: "cars/none", Incident: "incidents/1", RequestId: "c"})
	wantRefusal(t, err, codes.NotFound, "NO_CAR", "cars/none")
	_, err = c.GetCar(background(t), &pb.GetCarRequest{Name: "cars/none"})
	wantRefusal(t, err, codes.NotFound, "car", "cars/none")
}

// TestFleetRefusesAllAtOnce: every field that is wrong is named, in one answer.
func TestFleetRefusesAllAtOnce(t *testing.T) {
	c := start(t, smallSettings(t))
	ctx := background(t)
	hour := func(h int) *timestamppb.Timestamp { return timestamppb.New(noon.Add(time.Duration(h) * time.Hour)) }
	long := strings.Repeat("x", 201)
	for name, r := range map[string]struct {
		ask    func() error
		fields []string
	}{
		"register": {func() error {
			_, err := c.RegisterCar(ctx, &pb.RegisterCarRequest{
				Name: "JRC-1", Skills: []pb.Skill{1, 9}, Base: long, Sectors: []string{"NWL", "SEL"}, Etag: "first", RequestId: long,
				Shifts: []*pb.Shift{{StartTime: hour(0), EndTime: hour(12)}, {StartTime: hour(11), EndTime: hour(20)}, {StartTime: hour(21)}},
			})
			return err
		}, []string{"name", "skills[1]", "base", "sectors", "etag", "request_id", "shifts[1]", "shifts[2].end_time"}},
		"shifts alone": {func() error {
			_, err := c.RegisterCar(ctx, &pb.RegisterCarRequest{Name: "cars/a", Shifts: []*pb.Shift{
				{StartTime: hour(0), EndTime: hour(-1)}, {StartTime: hour(30), EndTime: hour(60)}, {StartTime: hour(20), EndTime: hour(21)},
			}})
			return err
		}, []string{"skills", "shifts[0]", "shifts[1]", "shifts[2]"}},
		"no sector": {func() error {
			_, err := c.RegisterCar(ctx, &pb.RegisterCarRequest{Name: "cars/a", Skills: []pb.Skill{1}, Sectors: []string{"XYZ"}})
			return err
		}, []string{"sectors"}},
		"assign": {func() error {
			_, err := c.AssignCar(ctx, &pb.AssignCarRequest{Name: "cars/", Incident: "Mrs Smith, 4 High Street", Reason: long, Etag: "-1"})
			return err
		}, []string{"name", "incident", "reason", "etag", "request_id"}},
		"status": {func() error {
			_, err := c.UpdateCarStatus(ctx, &pb.UpdateCarStatusRequest{Name: "cars/a", Status: 99, RequestId: "x"})
			return err
		}, []string{"status"}},
		"out of service": {func() error {
			_, err := c.UpdateCarStatus(ctx, &pb.UpdateCarStatusRequest{Name: "cars/a", Status: pb.CarStatus_CAR_STATUS_OUT_OF_SERVICE, Destination: "West ED"})
			return err
		}, []string{"request_id", "destination", "reason"}},
		"release": {func() error {
			_, err := c.ReleaseCar(ctx, &pb.ReleaseCarRequest{Name: "cars/a"})
			return err
		}, []string{"etag", "request_id", "reason"}},
		"get": {func() error {
			_, err := c.GetCar(ctx, &pb.GetCarRequest{Name: "a"})
			return err
		}, []string{"name"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := r.ask()
			for _, field := range r.fields {
				wantRefusal(t, err, codes.InvalidArgument, field, field)
			}
			if got := detail[*errdetails.BadRequest](t, err).FieldViolations; len(got) != len(r.fields) {
				t.Errorf("%d violations, want %d: %v", len(got), len(r.fields), got)
			}
		})
	}
}

// flaky is a store that fails as it is told to.
type flaky struct {
	ledger.Store
	contact time.Time
	fault   atomic.Pointer[error] // of every Append; Status says it, too
	lost    atomic.Bool           // answers to Append are lost, and so is what asks about them
}

var errCut = errors.New("the cable was cut")

func (f *flaky) breakDown() {
	err := fmt.Errorf("%w: %w", ledger.ErrUnavailable, errCut)
	f.fault.Store(&err)
}

func (f *flaky) Append(ctx context.Context, key string, prev ledger.Revision, data []byte) (ledger.Revision, error) {
	if err := f.fault.Load(); err != nil {
		return 0, *err
	}
	r, err := f.Store.Append(ctx, key, prev, data)
	if f.lost.Load() {
		return 0, ledger.ErrUnknown
	}
	return r, err
}

func (f *flaky) Status() ledger.Status {
	s := f.Store.Status()
	if err := f.fault.Load(); err != nil {
		s.Err, s.Contact = *err, f.contact
	}
	return s
}

// onFlaky serves the small city with records on a store that can fail.
func onFlaky(t testing.TB, s *Settings) (*client, *flaky) {
	t.Helper()
	store := &flaky{Store: ledger.NewMemory(s.Now), contact: s.Now().Add(-7 * time.Second)}
	s.Live = live.New(store, s.Fleet, s.Now)
	c := start(t, *s)
	select {
	case <-s.Live.Whole():
	case <-time.After(10 * time.Second):
		t.Fatal("the records were not read")
	}
	return c, store
}

// TestStoreUnreachable: answers go on from the last state and say its age; changes are refused; and once
// the store answers again all is as before.
func TestStoreUnreachable(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 3)
	c, store := onFlaky(t, &s)
	car, err := c.AssignCar(background(t), &pb.AssignCarRequest{Name: "cars/JRC-0001", Incident: "incidents/1", RequestId: "1"})
	if err != nil {
		t.Fatal(err)
	}
	store.breakDown()
	_, err = c.UpdateCarStatus(background(t), &pb.UpdateCarStatusRequest{Name: car.Name, Status: pb.CarStatus_CAR_STATUS_EN_ROUTE, RequestId: "2"})
	wantRefusal(t, err, codes.Unavailable, "STORE_UNREACHABLE", "nothing was recorded")
	if wait := detail[*errdetails.RetryInfo](t, err).RetryDelay.AsDuration(); wait <= 0 {
		t.Errorf("retry after %v", wait)
	}
	nearest, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.5, -0.15), IncludeExcluded: true})
	if err != nil || len(nearest.Candidates) != 2 || len(nearest.Exclusions) != 1 {
		t.Fatalf("%v, %v", nearest, err)
	}
	wantLacks(t, "FindNearestCars", nearest.Basis, pb.DegradationKind_DEGRADATION_KIND_STORE_UNREACHABLE)
	if age := nearest.Basis.RecordsAge.AsDuration(); age != 7*time.Second {
		t.Errorf("records are %v old, want 7 s", age)
	}
	coverage, err := c.GetCoverage(background(t), &pb.GetCoverageRequest{})
	if err != nil {
		t.Fatal(err)
	}
	wantLacks(t, "GetCoverage", coverage.Basis, pb.DegradationKind_DEGRADATION_KIND_STORE_UNREACHABLE)
	kept, err := c.GetCar(background(t), &pb.GetCarRequest{Name: car.Name})
	if err != nil || !proto.Equal(kept, car) {
		t.Errorf("GetCar: %v, %v", kept, err)
	}
	store.fault.Store(nil)
	if _, err = c.UpdateCarStatus(background(t), &pb.UpdateCarStatusRequest{Name: car.Name, Status: pb.CarStatus_CAR_STATUS_EN_ROUTE, RequestId: "2"}); err != nil {
		t.Error(err)
	}
	for range 100 {
		if nearest, err = c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.5, -0.15)}); err != nil || !nearest.Basis.Degraded {
			break
		}
		time.Sleep(recordsPause / 10)
	}
	wantLacks(t, "after it", nearest.Basis)
	if nearest.Basis.RecordsAge != nil {
		t.Errorf("records are %v old", nearest.Basis.RecordsAge.AsDuration())
	}
}

// TestOutcomeUnknown: where nobody can tell whether a change was recorded, the caller is told so, and a
// repeat with the same request_id settles it.
func TestOutcomeUnknown(t *testing.T) {
	s := smallSettings(t)
	c, store := onFlaky(t, &s)
	car := registered(t, c, "cars/one")
	store.lost.Store(true)
	in := &pb.AssignCarRequest{Name: car.Name, Incident: "incidents/1", Etag: car.Etag, RequestId: "1"}
	short, stop := context.WithTimeout(background(t), 100*time.Millisecond) // the server would go on for 2 s
	defer stop()
	_, err := (&fleetService{Server: c.server}).AssignCar(short, in)
	store.lost.Store(false)
	wantRefusal(t, err, codes.Unavailable, "OUTCOME_UNKNOWN", "same request_id")
	if car, err = c.AssignCar(background(t), in); err != nil || car.Incident != "incidents/1" {
		t.Errorf("the repeat: %v, %v", car, err)
	}
}

// TestRecordsStillBeingRead: before all records are read, answers say that some are not known, and changes
// are refused.
func TestRecordsStillBeingRead(t *testing.T) {
	s := smallSettings(t)
	addCars(t, &s, 1)
	s.Live = live.New(slowToRead{ledger.NewMemory(s.Now)}, s.Fleet, s.Now)
	c := start(t, s)
	nearest, err := c.FindNearestCars(background(t), &pb.FindNearestCarsRequest{Location: at(51.5, -0.15)})
	if err != nil || len(nearest.Candidates) != 1 {
		t.Fatalf("%v, %v", nearest, err)
	}
	wantLacks(t, "FindNearestCars", nearest.Basis, pb.DegradationKind_DEGRADATION_KIND_STORE_UNREACHABLE)
	short, stop := context.WithTimeout(background(t), 50*time.Millisecond)
	defer stop()
	_, err = (&fleetService{Server: c.server}).AssignCar(short, &pb.AssignCarRequest{Name: "cars/JRC-0000", Incident: "incidents/1", RequestId: "1"})
	wantRefusal(t, err, codes.Unavailable, "STORE_UNREACHABLE", "nothing was recorded")
}

// slowToRead is a store whose watch yields nothing.
type slowToRead struct{ ledger.Store }

func (slowToRead) Watch(ctx context.Context, _ ledger.Revision) iter.Seq2[ledger.Event, error] {
	return func(func(ledger.Event, error) bool) { <-ctx.Done() }
}
