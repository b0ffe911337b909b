package server

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
)

var westED = orb.Point{-0.15, 51.5}

// watched is a small city with two free cars at West ED, where one would do, and its move-ups' client.
type watched struct {
	*client
	pb.RecommendationServiceClient
	settings Settings
	now      *atomic.Int64 // nanoseconds after noon
}

// clockOf returns a clock that stands until it is moved.
func clockOf(s *Settings) *atomic.Int64 {
	now := new(atomic.Int64)
	s.Now = func() time.Time { return noon.Add(time.Duration(now.Load())) }
	return now
}

func watchSmall(t *testing.T, change func(s *Settings)) *watched {
	t.Helper()
	s := smallSettings(t)
	w := &watched{now: clockOf(&s)}
	s.MoveUps.Response = 4 * time.Minute // the city is 6 min wide
	change(&s)
	report(t, &s, map[string]orb.Point{"cars/1": westED, "cars/2": westED})
	w.client, w.settings = start(t, s), s
	w.RecommendationServiceClient = pb.NewRecommendationServiceClient(w.conn)
	return w
}

// stands watches until want says that an answer is the one looked for.
func (w *watched) stands(t *testing.T, r *pb.WatchRecommendationsRequest, want func(*pb.WatchRecommendationsResponse) bool) *pb.WatchRecommendationsResponse {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	stream, err := w.WatchRecommendations(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	var last *pb.WatchRecommendationsResponse
	for {
		m, err := stream.Recv()
		if err != nil {
			t.Fatalf("%v; last %v", err, last)
		}
		if last = m; want(m) {
			return m
		}
	}
}

func (w *watched) one(t *testing.T) *pb.Recommendation {
	t.Helper()
	return w.stands(t, &pb.WatchRecommendationsRequest{}, func(m *pb.WatchRecommendationsResponse) bool { return len(m.Recommendations) == 1 }).Recommendations[0]
}

func accept(name, request string) *pb.AnswerRecommendationRequest {
	return &pb.AnswerRecommendationRequest{Name: name, Answer: pb.RecommendationAnswer_RECOMMENDATION_ANSWER_ACCEPTED, RequestId: request}
}

func override(name, reason string) *pb.AnswerRecommendationRequest {
	return &pb.AnswerRecommendationRequest{Name: name, Answer: pb.RecommendationAnswer_RECOMMENDATION_ANSWER_OVERRIDDEN, RequestId: "a", Reason: reason}
}

func noted(m *pb.WatchRecommendationsResponse, words string) bool {
	return len(m.Recommendations) == 0 && strings.Contains(strings.Join(m.Notes, "; "), words)
}

// TestAcceptedMove follows a recommendation from being made to the car being on its way.
func TestAcceptedMove(t *testing.T) {
	w := watchSmall(t, func(*Settings) {})
	r := w.one(t)
	if r.Car != "cars/1" || r.ToPlace == "West ED" || r.ToPlace == "" || r.CoveredAfter <= r.CoveredBefore || r.CarEtag != "0" || len(r.Reasons) < 3 ||
		!r.CreateTime.AsTime().Equal(noon) || r.ExpireTime.AsTime().Sub(noon) != w.settings.MoveUps.Stands {
		t.Fatalf("%+v", r)
	}
	if again := w.one(t); again.Name != r.Name {
		t.Errorf("%s stands, then %s", r.Name, again.Name)
	}
	for range 2 { // a repeat changes nothing
		if got, err := w.AnswerRecommendation(background(t), accept(r.Name, "a")); err != nil || got.Recommendation.Name != r.Name {
			t.Fatalf("%v, %v", got, err)
		}
	}
	for _, other := range []*pb.AnswerRecommendationRequest{accept(r.Name, "b"), override(r.Name, "no")} {
		_, err := w.AnswerRecommendation(background(t), other)
		wantRefusal(t, err, codes.FailedPrecondition, "CONCLUDED", "it was accepted at 2026-11-20T12:00:00Z")
	}
	w.stands(t, &pb.WatchRecommendationsRequest{}, func(m *pb.WatchRecommendationsResponse) bool {
		return noted(m, "1 is not asked to move: on its way to "+r.ToPlace)
	})
	w.now.Store(int64(12 * time.Minute)) // it has not set out: it counts where it stands, and its move counts
	report(t, &w.settings, map[string]orb.Point{"cars/1": westED, "cars/2": westED})
	w.stands(t, &pb.WatchRecommendationsRequest{}, func(m *pb.WatchRecommendationsResponse) bool {
		return len(m.Recommendations) == 1 && m.Recommendations[0].Car == "cars/2" && strings.Contains(strings.Join(m.Notes, "; "), "1 is not asked to move: moved 12 min ago")
	})
}

// TestMoveNotTakenUp: one that is overridden and one that nobody answers are recorded, and not made again soon.
func TestMoveNotTakenUp(t *testing.T) {
	w := watchSmall(t, func(*Settings) {})
	first := w.one(t)
	if _, err := w.AnswerRecommendation(background(t), override(first.Name, "crew on a break")); err != nil {
		t.Fatal(err)
	}
	second := w.stands(t, &pb.WatchRecommendationsRequest{}, func(m *pb.WatchRecommendationsResponse) bool {
		return len(m.Recommendations) == 1 && m.Recommendations[0].Name != first.Name
	}).Recommendations[0]
	if second.Car != "cars/2" {
		t.Errorf("%s was asked again", second.Car)
	}
	w.now.Store(int64(6 * time.Minute))
	report(t, &w.settings, map[string]orb.Point{"cars/1": westED, "cars/2": westED})
	w.stands(t, &pb.WatchRecommendationsRequest{}, func(m *pb.WatchRecommendationsResponse) bool { return noted(m, "a move was not taken up") })
	_, err := w.AnswerRecommendation(background(t), accept(second.Name, "b"))
	wantRefusal(t, err, codes.FailedPrecondition, "CONCLUDED", "it was timed out")
	kinds := map[string]string{}
	for _, d := range w.server.Live.Documents(recommendationPrefix) {
		kinds[d.Key] = d.Kind
	}
	if kinds["recommendations/1"] != kindOverridden || kinds["recommendations/2"] != kindTimedOut {
		t.Errorf("%v", kinds)
	}
}

// TestMoveIsWithdrawn: a car that takes a call is no longer asked, and cannot accept.
func TestMoveIsWithdrawn(t *testing.T) {
	w := watchSmall(t, func(*Settings) {})
	r := w.one(t)
	w.now.Store(int64(time.Second))
	report(t, &w.settings, map[string]orb.Point{"cars/1": westED}, "cars/1")
	_, err := w.AnswerRecommendation(background(t), accept(r.Name, "a"))
	if status.Code(err) != codes.FailedPrecondition {
		t.Errorf("a busy car accepted: %v", err)
	}
	w.stands(t, &pb.WatchRecommendationsRequest{}, func(m *pb.WatchRecommendationsResponse) bool {
		return !slices.ContainsFunc(m.Recommendations, func(other *pb.Recommendation) bool { return other.Car == r.Car })
	})
	if d, _ := w.server.Live.Document("recommendations/1"); d.Kind != kindWithdrawn {
		t.Errorf("%s", d.Kind)
	}
}

func TestAnswerRecommendationRefuses(t *testing.T) {
	w := watchSmall(t, func(*Settings) {})
	r := w.one(t)
	for _, c := range []struct {
		in     *pb.AnswerRecommendationRequest
		detail string
	}{
		{accept("recommendations/1", "a"), "name"},
		{accept("cars/1-2", "a"), "name"},
		{accept(r.Name, ""), "request_id"},
		{override(r.Name, ""), "reason"},
		{override(r.Name, strings.Repeat("x", 201)), "reason"},
		{&pb.AnswerRecommendationRequest{Name: r.Name, RequestId: "a"}, "answer"},
	} {
		_, err := w.AnswerRecommendation(background(t), c.in)
		wantRefusal(t, err, codes.InvalidArgument, c.detail, "want")
	}
	for _, name := range []string{"recommendations/nobody-1", "recommendations/1-999", "recommendations/2-1"} {
		_, err := w.AnswerRecommendation(background(t), accept(name, "a"))
		wantRefusal(t, err, codes.NotFound, "recommendation", "does not exist")
	}
}

// TestWatchRecommendationsOfSectors: a move that touches another sector is not shown.
func TestWatchRecommendationsOfSectors(t *testing.T) {
	w := watchSmall(t, func(*Settings) {})
	r := w.one(t) // from NWL to NEL
	m := w.stands(t, &pb.WatchRecommendationsRequest{Sectors: []string{"NWL"}}, func(*pb.WatchRecommendationsResponse) bool { return true })
	both := w.stands(t, &pb.WatchRecommendationsRequest{Sectors: []string{"NWL", "NEL"}}, func(m *pb.WatchRecommendationsResponse) bool { return len(m.Recommendations) > 0 })
	if len(m.Recommendations) != 0 || both.Recommendations[0].Name != r.Name {
		t.Errorf("NWL: %v; both: %v", m.Recommendations, both.Recommendations)
	}
	stream, err := w.WatchRecommendations(background(t), &pb.WatchRecommendationsRequest{Sectors: []string{"XXL"}})
	if err == nil {
		_, err = stream.Recv()
	}
	wantRefusal(t, err, codes.InvalidArgument, "sectors[0]", "XXL")
	stream, err = w.WatchRecommendations(background(t), &pb.WatchRecommendationsRequest{Plan: "plans/none"})
	if err == nil {
		_, err = stream.Recv()
	}
	wantRefusal(t, err, codes.NotFound, "plan", "does not exist")
}

// TestRecommendationsStandUnderJitter: positions that jitter by 50 m once a second change nothing.
func TestRecommendationsStandUnderJitter(t *testing.T) {
	w := watchSmall(t, func(*Settings) {})
	r := w.one(t)
	random := rand.New(rand.NewPCG(1, 1))
	leave, err := w.server.recommender.watch("")
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	for second := range 60 {
		w.now.Store(int64(time.Duration(second+1) * time.Second))
		cars := map[string]orb.Point{}
		for _, name := range []string{"cars/1", "cars/2"} {
			cars[name] = orb.Point{westED[0] + (2*random.Float64()-1)*50/69_400, westED[1] + (2*random.Float64()-1)*50/111_200}
		}
		report(t, &w.settings, cars)
		snap := w.settings.Fleet.Snapshot(w.settings.Now())
		w.server.recommender.tend(t.Context(), &snap, freeCars(&snap))
		if b, _ := w.server.recommender.board(""); len(b.list) != 1 || b.list[0].name() != r.Name {
			t.Fatalf("second %d: %d stand, want %s alone", second, len(b.list), r.Name)
		}
	}
}

// TestReplicasRecommendOnce: two servers on one ledger, both watched, ask each car once at a time.
func TestReplicasRecommendOnce(t *testing.T) {
	store := ledger.NewMemory(func() time.Time { return noon })
	replica := func(s *Settings) { s.Live = live.New(store, s.Fleet, s.Now) }
	a, b := watchSmall(t, replica), watchSmall(t, replica)
	any := func(m *pb.WatchRecommendationsResponse) bool { return len(m.Recommendations) > 0 }
	ofA, ofB := a.stands(t, &pb.WatchRecommendationsRequest{}, any), b.stands(t, &pb.WatchRecommendationsRequest{}, any)
	if ofA.Recommendations[0].Name != ofB.Recommendations[0].Name {
		t.Errorf("%s and %s", ofA.Recommendations[0].Name, ofB.Recommendations[0].Name)
	}
	if _, err := b.AnswerRecommendation(background(t), accept(ofA.Recommendations[0].Name, "a")); err != nil {
		t.Errorf("made by one, answered to the other: %v", err)
	}
	for round := range 12 { // they time out and are made anew, by both at once
		var both sync.WaitGroup
		for _, w := range []*watched{a, b} {
			leave, err := w.server.recommender.watch("")
			if err != nil {
				t.Fatal(err)
			}
			defer leave()
			w.now.Store(int64(time.Hour + time.Duration(round)*w.settings.MoveUps.Between))
			report(t, &w.settings, map[string]orb.Point{"cars/1": westED, "cars/2": westED})
			both.Go(func() {
				snap := w.settings.Fleet.Snapshot(w.settings.Now())
				w.server.recommender.tend(t.Context(), &snap, freeCars(&snap))
			})
		}
		both.Wait()
	}
	made := 0
	open := map[string]bool{}
	for e, err := range store.Log(t.Context(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		envelope, err := ledger.Open(e.Data)
		if err != nil {
			t.Fatal(err)
		}
		if was := open[e.Key]; was == (envelope.Kind == kindRecommended) {
			t.Errorf("revision %d: %s of %s, open before: %v", e.Revision, envelope.Kind, e.Key, was)
		}
		if open[e.Key] = envelope.Kind == kindRecommended; open[e.Key] {
			made++
		}
	}
	if made < 6 {
		t.Errorf("%d recommendations: too few to tell anything", made)
	}
}

// TestSlowWatcherOfMovesIsCut: one that does not read is told so and cut, and another one goes on.
func TestSlowWatcherOfMovesIsCut(t *testing.T) {
	w := watchSmall(t, func(*Settings) {})
	w.server.recommender.beat, w.server.recommender.patience = time.Millisecond, 200*time.Millisecond
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	slow, err := w.WatchRecommendations(ctx, &pb.WatchRecommendationsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Recv(); err != nil {
		t.Fatal(err)
	}
	w.one(t)
	for len(w.server.recommender.scopes()) > 0 { // the connection's buffers fill until it is cut
		time.Sleep(time.Millisecond)
		if ctx.Err() != nil {
			t.Fatal("nobody was cut")
		}
	}
	for {
		if _, err := slow.Recv(); err != nil {
			wantRefusal(t, err, codes.ResourceExhausted, "SLOW_READER", "not read for too long")
			return
		}
	}
}

func FuzzReadMoveUp(f *testing.F) {
	f.Add(kindRecommended, []byte(`{"car":"cars/1","reasons":["a"]}`))
	f.Add(kindAccepted, []byte(`{"car":"cars/1","issued":3,"ended":"2026-11-20T12:00:00Z","moves":["2026-11-20T12:00:00Z"]}`))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		e, err := readMoveUp(live.Document{Key: "recommendations/1", Revision: 7, Kind: kind, Body: body})
		if err != nil {
			return
		}
		key, issued, err := parseRecommendation(e.name())
		if err != nil || key != "recommendations/1" || issued == 0 {
			t.Fatalf("name %q: %v", e.name(), err)
		}
		if next := e.concluded(kindAccepted, "", "", noon); len(next.Moves) > movesKept || len(next.Moves) == 0 {
			t.Fatalf("%d moves", len(next.Moves))
		}
		_ = e.proto()
		if !e.open() {
			_ = e.arrives()
		}
	})
}

func Example_moveUpName() {
	e := moveUpEntry{moveUp: moveUp{Car: "cars/JRC-1"}, kind: kindRecommended, revision: 42}
	fmt.Println(keyOf(e.Car), e.name())
	// Output: recommendations/JRC-1 recommendations/JRC-1-42
}

// TestMovesToPlannedSites: with a plan, cars are asked to wait at its sites alone.
func TestMovesToPlannedSites(t *testing.T) {
	w := watchSmall(t, func(*Settings) {})
	op, err := w.CreatePlan(background(t), &pb.CreatePlanRequest{Cars: 2, Hours: []int32{108}})
	if err != nil {
		t.Fatal(err)
	}
	plan, _ := w.await(t, op)
	m := w.stands(t, &pb.WatchRecommendationsRequest{Plan: plan.Name}, func(m *pb.WatchRecommendationsResponse) bool { return len(m.Recommendations) > 0 })
	sites := map[string]bool{}
	for _, site := range plan.Cars {
		sites[site.Cell] = true
	}
	cars := map[string]bool{}
	for _, r := range m.Recommendations {
		if !sites[r.ToCell] || cars[r.Car] {
			t.Errorf("%s to %s; the plan has %v", r.Car, r.ToCell, plan.Cars)
		}
		cars[r.Car] = true
	}
	// Who watches any standby point is not told to send the same cars elsewhere.
	other := w.stands(t, &pb.WatchRecommendationsRequest{}, func(*pb.WatchRecommendationsResponse) bool { return true })
	for _, r := range other.Recommendations {
		if cars[r.Car] {
			t.Errorf("%s is asked twice", r.Car)
		}
	}
	w.now.Store(int64(time.Hour))
	report(t, &w.settings, map[string]orb.Point{"cars/1": westED, "cars/2": westED})
	w.stands(t, &pb.WatchRecommendationsRequest{Plan: plan.Name}, func(m *pb.WatchRecommendationsResponse) bool {
		return strings.Contains(m.Notes[0], "Fri 13:00 is outside the hours that the plan was made for")
	})
}
