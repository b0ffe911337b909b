package main

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

func TestCentresSetRequest(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	four := int32(4)
	in, err := (&centresSetCommand{Place: "A", Hours: "22-2", Days: "sun", Room: &four, Divert: "no staff", For: time.Hour}).request(now)
	if err != nil || len(in.Opening.Hours) != 4 || in.GetCapacity() != 4 || in.Occupied != nil || !in.GetDiverted() || in.RequestId == "" || !in.DivertUntilTime.AsTime().Equal(now.Add(time.Hour)) {
		t.Errorf("%v, %v", in, err)
	}
	if in, err = (&centresSetCommand{Place: "A", Hours: "none", Reopen: true, Request: "x"}).request(now); err != nil || in.Opening == nil || len(in.Opening.Hours) != 0 || in.Diverted == nil || *in.Diverted || in.RequestId != "x" {
		t.Errorf("%v, %v", in, err)
	}
	for want, c := range map[string]*centresSetCommand{
		"what is set?": {}, "--for 1h0m0s": {For: time.Hour, Reopen: true}, "hours": {Hours: "25-26", Days: "mon"},
	} {
		if _, err := c.request(now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v; want %q", err, want)
		}
	}
}

// TestCentresTell: what is not known is said to be so.
func TestCentresTell(t *testing.T) {
	ed := &pb.Place{Name: "Royal", Kind: pb.PlaceKind_PLACE_KIND_EMERGENCY_DEPARTMENT}
	var b strings.Builder
	err := writeCentres(&b, []*pb.Centre{
		{Place: ed, Open: true, Etag: "0"},
		{Place: &pb.Place{Name: "Suite", Kind: pb.PlaceKind_PLACE_KIND_PLACE_OF_SAFETY, Verified: true}, Opening: &pb.OpeningHours{}, Capacity: proto.Int32(4), Occupied: proto.Int32(1),
			Diverted: true, DiversionReason: "no staff", Etag: "7", StateTime: timestamppb.New(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"open now", "emergency department (not verified)  not known  not known  no  never  0", "place of safety  no  3 of 4  no staff  2026-11-20T12:00:00Z  7"} {
		line := strings.Join(strings.Fields(strings.Split(b.String(), "\n")[i]), " ")
		if !strings.Contains(line, strings.Join(strings.Fields(want), " ")) {
			t.Errorf("line %d: %s; want %s", i, line, want)
		}
	}
	b.Reset()
	err = writeFound(&b, &pb.FindCentreResponse{Exclusions: []*pb.CentreExclusion{{Place: "Royal", Reason: "diverted: no staff"}}})
	if err != nil || !strings.Contains(b.String(), "no place can take the patient") || !strings.Contains(b.String(), "left out: diverted: no staff") {
		t.Errorf("%q, %v", b.String(), err)
	}
}
