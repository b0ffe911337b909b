package server

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/data"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
)

// centreCity has two departments, a place of safety beside the eastern one, and a ward.
func centreCity(t testing.TB) Settings {
	s := smallSettings(t)
	s.City.Places = append(s.City.Places, data.Place{Name: "East suite", Kind: data.PlaceOfSafety, Borough: "East", Point: orb.Point{-0.1, 51.515}})
	return s
}

func find(t *testing.T, c *client, r *pb.FindCentreRequest) (names string, out *pb.FindCentreResponse) {
	t.Helper()
	r.Location, r.IncludeExcluded = at(51.51, -0.1), true
	out, err := c.FindCentre(background(t), r)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, x := range out.Centres {
		list = append(list, x.Centre.Place.Name)
	}
	return strings.Join(list, ", "), out
}

func wantExcluded(t *testing.T, out *pb.FindCentreResponse, place, reason string) {
	t.Helper()
	for _, e := range out.Exclusions {
		if e.Place == place && e.Reason == reason {
			return
		}
	}
	t.Errorf("%s is not left out as %q: %v", place, reason, out.Exclusions)
}

// TestCentres: what staff say decides where a patient can be taken, from the next answer on.
func TestCentres(t *testing.T) {
	c := start(t, centreCity(t))
	names, out := find(t, c, &pb.FindCentreRequest{})
	first := out.Centres[0]
	if names != "East suite, East ED, West ED" || len(out.Exclusions) != 0 || !first.ArriveTime.AsTime().Equal(noon.Add(first.TravelTime.AsDuration())) || first.Centre.Etag != "0" || !first.Centre.Open {
		t.Fatalf("%s: %v", names, out)
	}
	if first.Reasons[0] != "opening hours not known: counted as open (assumption)" || !out.Basis.Modelled {
		t.Errorf("reasons %v, basis %v", first.Reasons, out.Basis)
	}
	night, err := c.SetCentreState(background(t), &pb.SetCentreStateRequest{
		Place: "East suite", Opening: &pb.OpeningHours{Hours: []int32{110, 111, 112}}, Capacity: proto.Int32(4), Occupied: proto.Int32(1), Etag: "0", RequestId: "a",
	})
	if err != nil || night.Etag == "0" || night.Open || len(night.Opening.Hours) != 3 || night.GetCapacity() != 4 || !night.StateTime.AsTime().Equal(noon) {
		t.Fatalf("%v, %v", night, err)
	}
	diverted, err := c.SetCentreState(background(t), &pb.SetCentreStateRequest{
		Place: "East ED", Diverted: proto.Bool(true), DiversionReason: "no staff", DivertUntilTime: timestamppb.New(noon.Add(time.Hour)), RequestId: "b",
	})
	if err != nil || !diverted.Diverted || diverted.Opening != nil || diverted.Capacity != nil {
		t.Fatalf("%v, %v", diverted, err)
	}
	names, out = find(t, c, &pb.FindCentreRequest{})
	wantExcluded(t, out, "East suite", "closed until Fri 14:00")
	wantExcluded(t, out, "East ED", "diverted until Fri 13:00: no staff")
	if names != "West ED" {
		t.Errorf("found %s", names)
	}
	list, err := c.ListCentres(background(t), &pb.ListCentresRequest{})
	if err != nil || len(list.Centres) != 3 || !proto.Equal(list.Centres[1], diverted) || !proto.Equal(list.Centres[2], night) {
		t.Errorf("listed %v, %v", list, err)
	}
	code, body := c.call(t, "POST", "/v1/centres:setState", `{"place": "West ED", "capacity": 2, "occupied": 2, "requestId": "c"}`)
	if code != 200 || body["capacity"] != 2.0 {
		t.Errorf("HTTP %d %v", code, body)
	}
	names, out = find(t, c, &pb.FindCentreRequest{})
	wantExcluded(t, out, "West ED", "full: 2 of 2, as its staff said 0 s ago")
	if names != "" {
		t.Errorf("found %s", names)
	}
}

// TestDiversionsEnd by themselves.
func TestDiversionsEnd(t *testing.T) {
	s := centreCity(t)
	var ahead atomic.Int64
	s.Now = func() time.Time { return noon.Add(time.Duration(ahead.Load())) }
	c := start(t, s)
	_, err := c.SetCentreState(background(t), &pb.SetCentreStateRequest{
		Place: "East suite", Diverted: proto.Bool(true), DiversionReason: "no staff", DivertUntilTime: timestamppb.New(noon.Add(time.Hour)), RequestId: "a",
	})
	if err != nil {
		t.Fatal(err)
	}
	ahead.Store(int64(time.Hour))
	names, out := find(t, c, &pb.FindCentreRequest{K: 1})
	if x := out.Centres[0].Centre; names != "East suite" || x.Diverted || x.DiversionReason != "" || x.DivertUntilTime != nil {
		t.Errorf("after its end: %v", out)
	}
}

// TestCentresByCategory: the rules say where, unless the request does.
func TestCentresByCategory(t *testing.T) {
	c := start(t, centreCity(t))
	names, out := find(t, c, &pb.FindCentreRequest{Category: "Overdose"})
	wantExcluded(t, out, "East suite", `place of safety: the rule "overdose" leads to emergency department (assumption)`)
	if names != "East ED, West ED" || !strings.Contains(strings.Join(out.Centres[0].Reasons, "; "), `emergency department: where "Overdose" leads to by the rule "overdose" (assumption)`) {
		t.Errorf("overdose: %v", out)
	}
	if names, _ = find(t, c, &pb.FindCentreRequest{Category: "section 136"}); names != "East suite" {
		t.Errorf("section 136: %s", names)
	}
	if names, _ = find(t, c, &pb.FindCentreRequest{Category: "suicidal thoughts"}); names != "East suite, East ED, West ED" {
		t.Errorf("suicidal thoughts: %s", names)
	}
	names, out = find(t, c, &pb.FindCentreRequest{Category: "Overdose", Kinds: []pb.PlaceKind{pb.PlaceKind_PLACE_KIND_PLACE_OF_SAFETY}})
	if names != "East suite" || len(out.Exclusions) != 0 {
		t.Errorf("asked for by kind: %v", out)
	}
}

func TestSetCentreStateIsIdempotentAndConditional(t *testing.T) {
	c := start(t, centreCity(t))
	full := &pb.SetCentreStateRequest{Place: "East suite", Capacity: proto.Int32(4), Occupied: proto.Int32(4), Etag: "0", RequestId: "a"}
	was, err := c.SetCentreState(background(t), full)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.SetCentreState(background(t), full); err != nil || !proto.Equal(again, was) {
		t.Errorf("a repeat: %v, %v", again, err)
	}
	_, err = c.SetCentreState(background(t), &pb.SetCentreStateRequest{Place: "East suite", Occupied: proto.Int32(3), Etag: "0", RequestId: "b"})
	wantRefusal(t, err, codes.Aborted, "CENTRE_CHANGED", was.Etag)
	var present *pb.Centre
	for _, d := range status.Convert(err).Details() {
		if x, ok := d.(*pb.Centre); ok {
			present = x
		}
	}
	if !proto.Equal(present, was) {
		t.Errorf("the refusal has %v, want %v", present, was)
	}
	_, err = c.SetCentreState(background(t), &pb.SetCentreStateRequest{Place: "East suite", Occupied: proto.Int32(3), RequestId: "a"})
	wantRefusal(t, err, codes.AlreadyExists, "REQUEST_ID_USED", "request_id")
	for field, in := range map[string]*pb.SetCentreStateRequest{
		"request_id":        {Place: "East suite"},
		"diversion_reason":  {Place: "East suite", Diverted: proto.Bool(true), RequestId: "x"},
		"divert_until_time": {Place: "East suite", Diverted: proto.Bool(true), DiversionReason: "x", DivertUntilTime: &timestamppb.Timestamp{Nanos: -1}, RequestId: "x"},
		"opening.hours[0]":  {Place: "East suite", Opening: &pb.OpeningHours{Hours: []int32{168}}, RequestId: "x"},
		"etag":              {Place: "East suite", Etag: "new", RequestId: "x"},
	} {
		_, err := c.SetCentreState(background(t), in)
		wantRefusal(t, err, codes.InvalidArgument, field, field)
	}
	_, err = c.SetCentreState(background(t), &pb.SetCentreStateRequest{Place: "East ward", RequestId: "x"})
	wantRefusal(t, err, codes.NotFound, "place that receives patients", "East ward")
	_, err = c.FindCentre(background(t), &pb.FindCentreRequest{Location: at(51.51, -0.1), Kinds: []pb.PlaceKind{pb.PlaceKind_PLACE_KIND_INPATIENT}})
	wantRefusal(t, err, codes.InvalidArgument, "kinds[0]", "receives patients")
}

// TestManyStaffAtOnce: changes without an etag all count, each once.
func TestManyStaffAtOnce(t *testing.T) {
	c := start(t, centreCity(t))
	var done atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for try := 0; try < 50; try++ {
				_, err := c.SetCentreState(background(t), &pb.SetCentreStateRequest{Place: "East suite", Occupied: proto.Int32(int32(i)), RequestId: fmt.Sprint(i)})
				if status.Code(err) == codes.Aborted {
					continue
				}
				if err == nil {
					done.Add(1)
				}
				return
			}
		})
	}
	all.Wait()
	r, revision, err := c.server.centreNow("East suite")
	if done.Load() != 8 || len(r.Requests) != 8 || revision != 8 || err != nil {
		t.Errorf("%d of 8 took; %+v at revision %d, %v", done.Load(), r, revision, err)
	}
}

// TestCentreKeptByANewerVersion is left out, not guessed at, and not written over.
func TestCentreKeptByANewerVersion(t *testing.T) {
	s := centreCity(t)
	s.Live = live.New(ledger.NewMemory(s.Now), s.Fleet, s.Now)
	c := start(t, s)
	<-s.Live.Whole()
	if _, err := s.Live.Put(background(t), "test", "centres/east-suite", 0, "centre", []byte(`{"place":"East suite","beds":[]}`)); err != nil {
		t.Fatal(err)
	}
	names, out := find(t, c, &pb.FindCentreRequest{})
	wantExcluded(t, out, "East suite", unreadableSaid)
	if names != "East ED, West ED" {
		t.Errorf("found %s", names)
	}
	_, err := c.SetCentreState(background(t), &pb.SetCentreStateRequest{Place: "East suite", Occupied: proto.Int32(3), RequestId: "a"})
	wantRefusal(t, err, codes.FailedPrecondition, "RECORD_UNREADABLE", "newest version")
}

// TestPlacesThatWouldShareAKeyAreRefused at the start.
func TestPlacesThatWouldShareAKeyAreRefused(t *testing.T) {
	s := centreCity(t)
	s.City.Places = append(s.City.Places, data.Place{Name: "East-Suite", Kind: data.CrisisAssessment, Borough: "East", Point: orb.Point{-0.1, 51.515}})
	if _, err := New(s); err == nil || !strings.Contains(err.Error(), "centres/east-suite") {
		t.Errorf("got %v", err)
	}
}
