package main

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// TestNearestTellsWhereTheCallIs: calls just outside London are answered, and said to be outside.
func TestNearestTellsWhereTheCallIs(t *testing.T) {
	for borough, want := range map[string]string{"Camden": "call in Camden;", "": "call outside London;"} {
		var b strings.Builder
		if err := writeNearest(&b, &pb.FindNearestCarsResponse{Borough: borough}, false); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%q: got %q, %v; want %q", borough, b.String(), err, want)
		}
	}
}

// TestNearestTellsWhatWasAskedFor: each thing that was asked for is shown, and marked as assumed.
func TestNearestTellsWhatWasAskedFor(t *testing.T) {
	d := func(s int) *durationpb.Duration { return durationpb.New(time.Duration(s) * time.Second) }
	var b strings.Builder
	err := writeNearest(&b, &pb.FindNearestCarsResponse{
		Candidates: []*pb.Candidate{{
			Car: &pb.Car{Name: "cars/1", Status: pb.CarStatus_CAR_STATUS_ON_SCENE}, TravelTime: d(60), ArrivalTime: d(360), ArrivalTime_90: d(690), ClearsIn: d(300),
			CoverageLeft: &pb.CoverageLeft{Before: 2, After: 1.5, Within: d(900)}, Reasons: []string{"arrives first by road"},
		}},
		Assessment: &pb.Assessment{Help: pb.Help_HELP_HUB_NURSE, NeedsNurse: true, Rules: "as shipped", Reasons: []*pb.AssessmentReason{{Rule: "hours", Origin: "published", Text: "By day."}}},
		Advice:     "advice/1-2",
	}, true)
	for _, want := range []string{
		"9 in 10 within", "6:00 (on scene; clear in 5:00)", "11:30", "1.50 of 2.00 calls/h within 15 min", "  arrives first by road\n", "(assumptions)",
		"help by the rules \"as shipped\": hub nurse, once the control-room nurse has decided\n  hours (published): By day.\n", "kept as advice/1-2 until",
	} {
		if err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s\nlacks %q, %v", b.String(), want, err)
		}
	}
}
