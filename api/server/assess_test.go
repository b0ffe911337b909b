package server

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/geo"
)

func TestAssessCall(t *testing.T) {
	s := smallSettings(t)
	c := start(t, s)
	night := timestamppb.New(noon.Add(12 * time.Hour))
	for name, x := range map[string]struct {
		in     *pb.AssessCallRequest
		help   pb.Help
		nurse  bool
		origin string // of what decided
	}{
		"at noon":     {&pb.AssessCallRequest{Category: "suicidal thoughts", Channel: "999"}, pb.Help_HELP_JOINT_RESPONSE_CAR, true, "assumption"},
		"decided":     {&pb.AssessCallRequest{Category: "suicidal thoughts", Flags: []string{"face-to-face"}}, pb.Help_HELP_JOINT_RESPONSE_CAR, false, "assumption"},
		"overdose":    {&pb.AssessCallRequest{Category: "Overdose"}, pb.Help_HELP_AMBULANCE, false, "published"},
		"sectioned":   {&pb.AssessCallRequest{Category: "suicidal thoughts", Flags: []string{"sectioned"}}, pb.Help_HELP_AMBULANCE, false, "published"},
		"danger":      {&pb.AssessCallRequest{Flags: []string{"immediate-danger"}}, pb.Help_HELP_AMBULANCE, false, "assumption"},
		"police":      {&pb.AssessCallRequest{Category: "s136 advice"}, pb.Help_HELP_POLICE_ADVICE_LINE, false, "assumption"},
		"at midnight": {&pb.AssessCallRequest{Category: "suicidal thoughts", Time: night}, pb.Help_HELP_HUB_NURSE, true, "assumption"},
	} {
		out, err := c.AssessCall(background(t), x.in)
		if err != nil {
			t.Fatal(err)
		}
		if out.Help != x.help || out.NeedsNurse != x.nurse || out.Reasons[0].Origin != x.origin || out.Rules != s.City.Suitability.Name {
			t.Errorf("%s: %v", name, out)
		}
	}
	now := &pb.AssessCallRequest{Category: "suicidal thoughts"}
	keep := func(revision uint64, start, end time.Duration) {
		s.Fleet.Keep(noon, []fleet.Kept{{Car: "cars/1", Revision: revision, Status: dispatch.OffShift, Home: geo.Sectors, ShiftStart: noon.Add(start), ShiftEnd: noon.Add(end)}})
	}
	keep(1, 10*time.Hour, 20*time.Hour)
	if out, err := c.AssessCall(background(t), &pb.AssessCallRequest{Category: "suicidal thoughts", Time: night}); err != nil || out.Help != pb.Help_HELP_JOINT_RESPONSE_CAR {
		t.Errorf("a night shift: %v, %v", out, err)
	}
	if out, err := c.AssessCall(background(t), now); err != nil || out.Help != pb.Help_HELP_HUB_NURSE {
		t.Errorf("every car's shift begins later: %v, %v", out, err)
	}
	code, out := c.call(t, "POST", "/v1/calls:assess", `{"category": "overdose"}`)
	if code != 200 || out["help"] != "HELP_AMBULANCE" {
		t.Errorf("HTTP %d %v", code, out)
	}
}

func TestAssessCallRefuses(t *testing.T) {
	c := start(t, smallSettings(t))
	long := strings.Repeat("x", 201)
	for field, in := range map[string]*pb.AssessCallRequest{
		"category": {Category: long}, "channel": {Channel: long}, "flags": {Flags: make([]string, 21)},
		"flags[1]": {Flags: []string{"overdose", "imediate-danger"}}, "time": {Time: &timestamppb.Timestamp{Nanos: -1}},
	} {
		_, err := c.AssessCall(background(t), in)
		wantRefusal(t, err, codes.InvalidArgument, field, field)
	}
	_, err := c.AssessCall(background(t), &pb.AssessCallRequest{Flags: []string{"imediate-danger"}})
	wantRefusal(t, err, codes.InvalidArgument, "flags[0]", "immediate-danger")
}

// TestRulesAreListedWithHelp: a caller finds the words of flags, and what each rule leads to.
func TestRulesAreListedWithHelp(t *testing.T) {
	out, err := start(t, smallSettings(t)).GetSuitability(background(t), &pb.GetSuitabilityRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(out.FaceToFaceRule.Flags, ", "); got != "face-to-face, no-face-to-face" {
		t.Errorf("flags of face-to-face need: %s", got)
	}
	for _, r := range out.Rules {
		if r.Help == pb.Help_HELP_UNSPECIFIED || r.Name == "overdose, as staff know" && (len(r.Flags) != 1 || r.CallsPerWeek != 0) {
			t.Errorf("rule %v", r)
		}
	}
}
