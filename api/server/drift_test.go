package server

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand/calls"
	"github.com/nearside-ems/nearside/geo/grid"
)

// keepsCalls serves the small city with a store, at a time that a test sets.
func keepsCalls(t testing.TB) (Settings, *atomic.Int64) {
	t.Helper()
	s := smallSettings(t)
	var clock atomic.Int64
	clock.Store(noon.Unix())
	s.Now = func() time.Time { return time.Unix(clock.Load(), 0).UTC() }
	reopen(t, &s)
	return s, &clock
}

func reopen(t testing.TB, s *Settings) {
	t.Helper()
	store, err := calls.Open(s.DataDir, s.Baseline.City(), s.Now())
	if err != nil {
		t.Fatal(err)
	}
	s.Calls = store
}

func reportAt(s *Settings, cell grid.Index, when time.Time) *pb.CallReport {
	p := s.City.Grid.Centre(cell)
	return &pb.CallReport{Location: at(p.Lat(), p.Lon()), Time: timestamppb.New(when), Category: "crisis", Channel: "999"}
}

func TestReportCalls(t *testing.T) {
	s, _ := keepsCalls(t)
	c := start(t, s)
	good := reportAt(&s, 3, noon.Add(-time.Minute))
	r := &pb.ReportCallsRequest{RequestId: "batch 1", Calls: []*pb.CallReport{
		good,
		{Location: at(51.3, 0), Time: good.Time},
		{Location: good.Location},
		reportAt(&s, 3, noon.Add(6*time.Minute)),
		reportAt(&s, 3, noon.AddDate(0, 0, -32)),
		{Location: good.Location, Time: good.Time, Category: strings.Repeat("x", 65)},
		{Time: good.Time},
		reportAt(&s, 4, noon.Add(-2*time.Minute)),
	}}
	out, err := c.ReportCalls(background(t), r)
	if err != nil {
		t.Fatal(err)
	}
	if out.Accepted != 2 || !out.Kept || out.Repeated {
		t.Errorf("%v", out)
	}
	wants := []string{"outside London", "time: missing", "6m0s in the future", "31 days ago", "64 at most", "location: missing"}
	for i, want := range wants {
		if i >= len(out.Errors) || out.Errors[i].Index != int32(i+1) || !strings.Contains(out.Errors[i].Message, want) {
			t.Errorf("refusals %v, want %q at %d", out.Errors, want, i+1)
			break
		}
	}
	again, err := c.ReportCalls(background(t), r)
	if err != nil || !again.Repeated || again.Accepted != 2 {
		t.Errorf("repeated: %v, %v", again, err)
	}
	h := s.Calls.History()
	if h.Len() != 2 || !slices.Equal(h.Cell, []int32{3, 4}) || h.Kinds[0] != (calls.Kind{Category: "crisis", Channel: "999"}) {
		t.Errorf("kept %+v", h)
	}
	r.Calls = r.Calls[:1]
	_, err = c.ReportCalls(background(t), r)
	wantRefusal(t, err, codes.AlreadyExists, "REQUEST_ID_USED", "other calls")
	_, err = c.ReportCalls(background(t), &pb.ReportCallsRequest{Calls: r.Calls})
	wantRefusal(t, err, codes.InvalidArgument, "request_id", "missing")
	_, err = c.ReportCalls(background(t), &pb.ReportCallsRequest{Calls: r.Calls, RequestId: strings.Repeat("é", 65)})
	wantRefusal(t, err, codes.InvalidArgument, "request_id", "65 characters")
	_, err = c.ReportCalls(background(t), &pb.ReportCallsRequest{RequestId: "none"})
	wantRefusal(t, err, codes.InvalidArgument, "calls", "want 1 to 10000")
	_, err = c.ReportCalls(background(t), &pb.ReportCallsRequest{RequestId: "many", Calls: slices.Repeat(r.Calls, maxCalls+1)})
	wantRefusal(t, err, codes.InvalidArgument, "calls", "10001 calls")
	_, err = start(t, smallSettings(t)).ReportCalls(background(t), r)
	wantRefusal(t, err, codes.FailedPrecondition, "CALLS_NOT_KEPT", "data directory")
	code, answer := c.call(t, "POST", "/v1/calls:report", `{"requestId":"json","calls":[{"location":{"latLng":{"latitude":51.51,"longitude":-0.12}},"time":"2026-11-20T11:58:00Z"}]}`)
	if code != 200 || answer["accepted"] != 1.0 {
		t.Errorf("HTTP %d %v", code, answer)
	}
}

func TestRequestsAreForgottenInOrder(t *testing.T) {
	var q requests
	for i := range requestsKept + 5 {
		q.remember(fmt.Sprint(i), &request{})
	}
	_, old := q.byID["4"]
	_, kept := q.byID["5"]
	if len(q.byID) != requestsKept || old || !kept {
		t.Errorf("%d remembered, the fifth %v, the sixth %v", len(q.byID), old, kept)
	}
}

// TestCallsThatNobodyLearntFrom: a prior is degraded where calls are there to learn from.
func TestCallsThatNobodyLearntFrom(t *testing.T) {
	s, _ := keepsCalls(t)
	b := calls.NewBuilder(s.City.Grid.Len())
	first := calls.HourAt(noon) - 24*40
	for i := range calls.Hour(24 * 40) {
		if err := b.Add(calls.Call{Hour: first + i, Cell: int32(i) % int32(s.City.Grid.Len())}); err != nil {
			t.Fatal(err)
		}
	}
	h := b.History(s.Zone)
	if _, err := s.Calls.Add(calls.Batch{Read: h.Len(), Kept: h.Len(), Calls: h}, noon); err != nil {
		t.Fatal(err)
	}
	c := start(t, s)
	d, err := c.GetDrift(background(t), &pb.GetDriftRequest{})
	if err != nil || d.Scores.Hours < 24*39 || d.Scores.Calls < 24*39 {
		t.Fatalf("%v, %v", d.GetScores(), err)
	}
	f, err := c.GetForecast(background(t), &pb.GetForecastRequest{})
	if err != nil || !f.Degraded || !strings.Contains(f.DegradedReason, "no forecast was learnt from them") {
		t.Errorf("%v %q, %v", f.GetDegraded(), f.GetDegradedReason(), err)
	}
}

// TestDriftIsFlagged reports calls of the east only, hour by hour for three days, and asks what the
// server makes of it; so does a second server that finds the calls on disk.
func TestDriftIsFlagged(t *testing.T) {
	s, clock := keepsCalls(t)
	c := start(t, s)
	d, err := c.GetDrift(background(t), &pb.GetDriftRequest{})
	if err != nil || d.State != pb.DriftState_DRIFT_STATE_UNKNOWN || d.SinceTime != nil || len(d.Notes) == 0 {
		t.Fatalf("before any call: %v, %v", d, err)
	}
	var east []grid.Index
	for i := range grid.Index(s.City.Grid.Len()) {
		if s.City.Grid.Borough(i) == 1 {
			east = append(east, i)
		}
	}
	n := 0
	for hour := range 72 {
		clock.Store(noon.Add(time.Duration(hour)*time.Hour + 50*time.Minute).Unix())
		r := &pb.ReportCallsRequest{RequestId: fmt.Sprint("hour ", hour)}
		for range 2 {
			n++
			r.Calls = append(r.Calls, reportAt(&s, east[n*31%len(east)], s.Now().Add(-40*time.Minute)))
		}
		if _, err := c.ReportCalls(background(t), r); err != nil {
			t.Fatal(err)
		}
	}
	clock.Add(int64((2 * time.Hour).Seconds()))
	if d, err = c.GetDrift(background(t), &pb.GetDriftRequest{}); err != nil {
		t.Fatal(err)
	}
	if d.State != pb.DriftState_DRIFT_STATE_DRIFT || d.Scores.Hours != 71 || d.Scores.Calls != 142 || len(d.Boroughs) != 2 || !d.Boroughs[1].Flagged {
		t.Errorf("%v", d)
	}
	var place *pb.DriftFinding
	for _, f := range d.Findings {
		if f.Kind == pb.DriftKind_DRIFT_KIND_PLACE && f.GetBorough() == 1 {
			place = f
		}
	}
	if place == nil || !strings.HasPrefix(place.Evidence, "East: 142 calls in 3 days, ") || !strings.Contains(d.Summary, "part from the forecast") {
		t.Fatalf("%v", d)
	}
	f, err := c.GetForecast(background(t), &pb.GetForecastRequest{Hours: []int32{1}})
	if err != nil || f.Drift != pb.DriftState_DRIFT_STATE_DRIFT || !slices.Contains(f.DriftEvidence, place.Evidence) {
		t.Errorf("the forecast says %v, %v, %v", f.GetDrift(), f.GetDriftEvidence(), err)
	}
	c.stop()
	reopen(t, &s)
	later := start(t, s)
	again, err := later.GetDrift(background(t), &pb.GetDriftRequest{})
	if err != nil {
		t.Fatal(err)
	}
	// It cannot know that the first hour was not whole, nor that the last had no calls.
	if again.State != d.State || again.Scores.Calls != 144 || again.Scores.Hours != 72 {
		t.Errorf("after a restart: %v", again)
	}
}

func TestLateCallsAreScored(t *testing.T) {
	s, clock := keepsCalls(t)
	c := start(t, s)
	report := func(id string, hour int) *pb.ReportCallsResponse {
		out, err := c.ReportCalls(background(t), &pb.ReportCallsRequest{RequestId: id, Calls: []*pb.CallReport{reportAt(&s, 3, noon.Add(time.Duration(hour)*time.Hour))}})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	scored := func() *pb.DriftScores {
		d, err := c.GetDrift(background(t), &pb.GetDriftRequest{})
		if err != nil {
			t.Fatal(err)
		}
		return d.Scores
	}
	for hour := range 6 {
		clock.Store(noon.Add(time.Duration(hour) * time.Hour).Unix())
		report(fmt.Sprint(hour), hour)
	}
	before := scored() // the first hour was not whole, the last two are open
	if before.Hours != 3 || before.Calls != 3 {
		t.Fatalf("%v", before)
	}
	if out := report("late", 2); out.Late != 1 || out.Accepted != 1 {
		t.Errorf("%v", out)
	}
	if out := report("in time", 5); out.Late != 0 {
		t.Errorf("%v", out)
	}
	if after := scored(); after.Hours != 3 || after.Calls != 4 {
		t.Errorf("after a late call: %v", after)
	}
	straight, err := newDrift(&s) // from the store
	if err != nil {
		t.Fatal(err)
	}
	straight.live = true
	straight.from, straight.next = straight.from+1, straight.from+1
	if err := straight.tend(s.Now()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(scoresProto(&straight.now.Load().report.Scores), scored(), protocmp.Transform()); diff != "" {
		t.Errorf("from the store and as it came: %s", diff)
	}
}

func TestOutdatedFit(t *testing.T) {
	s, _ := keepsCalls(t)
	s.BaselineFault = "The fit cannot be read."
	c := start(t, s)
	f, err := c.GetForecast(background(t), &pb.GetForecastRequest{})
	if err != nil || !f.Degraded || f.DegradedReason != s.BaselineFault {
		t.Errorf("%v, %v", f, err)
	}
}

// TestCallsFromManySides is for the race detector.
func TestCallsFromManySides(t *testing.T) {
	s, clock := keepsCalls(t)
	c := start(t, s)
	ctx := background(t)
	var sides sync.WaitGroup
	const each = 20
	for side := range 3 {
		sides.Go(func() {
			for i := range each {
				clock.Add(600)
				r := &pb.ReportCallsRequest{RequestId: fmt.Sprint(side, " ", i), Calls: []*pb.CallReport{reportAt(&s, grid.Index(i), s.Now())}}
				if _, err := c.ReportCalls(ctx, r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 2 {
		sides.Go(func() {
			for range each {
				if _, err := c.GetDrift(ctx, &pb.GetDriftRequest{}); err != nil {
					t.Error(err)
				}
				if _, err := c.GetForecast(ctx, &pb.GetForecastRequest{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	sides.Wait()
	if n := s.Calls.History().Len(); n != 3*each {
		t.Errorf("%d calls kept, want %d", n, 3*each)
	}
}
