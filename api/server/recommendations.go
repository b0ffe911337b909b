package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/nearside-ems/nearside/api/guard"
	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet/ledger"
)

// WatchRecommendations sends what stands, and again whenever that changes; every 5 s at least something.
// A watcher that does not read misses what changed meanwhile, and after 10 s is cut.
func (s *recommendationService) WatchRecommendations(r *pb.WatchRecommendationsRequest, stream grpc.ServerStreamingServer[pb.WatchRecommendationsResponse]) error {
	sectors, err := sectorsOf("sectors", r.GetSectors())
	if err != nil {
		return err
	}
	if r.GetPlan() != "" {
		if _, _, err := s.plans.get("plan", r.GetPlan()); err != nil {
			return err
		}
	}
	leave, err := s.recommender.watch(r.GetPlan())
	if err != nil {
		return refused(codes.ResourceExhausted, "TOO_MANY_PLANS", "%v: watch one of those, or none", err)
	}
	defer leave()
	ctx, stop := context.WithCancelCause(stream.Context())
	defer stop(nil)
	out := make(chan *pb.WatchRecommendationsResponse)
	defer close(out)
	go func() {
		for m := range out {
			if err := stream.Send(m); err != nil {
				stop(err)
				return
			}
		}
	}()
	err = s.tellMoves(ctx, r.GetPlan(), sectors, out)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return movesRefusal(err)
}

// movesRefusal is the status that ends a stream.
func movesRefusal(err error) error {
	if errors.Is(err, errUnread) {
		return refused(codes.ResourceExhausted, "SLOW_READER", "the watcher is too slow: %v; read faster and watch again", err)
	}
	if _, ok := status.FromError(err); ok {
		return err
	}
	return status.FromContextError(err).Err()
}

// tellMoves hands each board to out, until ctx ends or nobody takes it.
func (s *recommendationService) tellMoves(ctx context.Context, plan string, sectors uint8, out chan<- *pb.WatchRecommendationsResponse) error {
	beat := time.NewTicker(s.recommender.beat)
	defer beat.Stop()
	var told []string
	for first, due := true, false; ; {
		b, changed := s.recommender.board(plan)
		m := &pb.WatchRecommendationsResponse{AsOf: timestamppb.New(s.Now()), Notes: []string{"nothing is known yet: the records are still being read"}}
		if b != nil {
			m = b.answer(sectors)
		}
		names := namesOf(m)
		m.Heartbeat = b == nil || !first && slices.Equal(names, told)
		if due || !m.Heartbeat {
			if err := hand(ctx, out, m, s.recommender.patience); err != nil {
				return err
			}
			told, first = names, b == nil
			beat.Reset(s.recommender.beat)
		}
		select {
		case <-changed:
			due = false
		case <-beat.C:
			due = true
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// hand gives a message to the sender, which may be at another for so long at most.
func hand[M any](ctx context.Context, out chan<- M, m M, patience time.Duration) error {
	over := time.NewTimer(patience)
	defer over.Stop()
	select {
	case out <- m:
		return nil
	case <-over.C:
		return errUnread
	case <-ctx.Done():
		return ctx.Err()
	}
}

func namesOf(m *pb.WatchRecommendationsResponse) []string {
	names := make([]string, len(m.Recommendations))
	for i, r := range m.Recommendations {
		names[i] = r.Name
	}
	return names
}

// answer is what a watcher of some sectors sees of a board; 0: all.
func (b *board) answer(sectors uint8) *pb.WatchRecommendationsResponse {
	m := &pb.WatchRecommendationsResponse{AsOf: timestamppb.New(b.asOf), Basis: b.basis, Notes: b.notes}
	for _, p := range b.list {
		outside := false
		for _, s := range p.sectors {
			outside = outside || sectors != 0 && sectors&(1<<s) == 0
		}
		if !outside {
			m.Recommendations = append(m.Recommendations, p.proto())
		}
	}
	return m
}

// AnswerRecommendation records what became of a recommendation: once, however often and by however many
// it is answered.
func (s *recommendationService) AnswerRecommendation(ctx context.Context, r *pb.AnswerRecommendationRequest) (*pb.AnswerRecommendationResponse, error) {
	key, issued, kind, err := answerOf(r)
	if err != nil {
		return nil, err
	}
	e, err := s.standing(ctx, key, issued)
	if err != nil {
		return nil, err
	}
	if e.open() {
		if e, err = s.answer(ctx, r, e, kind); err != nil {
			return nil, err
		}
		s.recommender.stir()
	}
	switch {
	case e == nil || e.Issued != issued:
		return nil, missing("recommendation", r.GetName())
	case e.kind == kind && e.Request == r.GetRequestId() && e.Reason == r.GetReason():
		return &pb.AnswerRecommendationResponse{Recommendation: e.proto()}, nil
	default:
		return nil, refused(codes.FailedPrecondition, "CONCLUDED", "%s: it was %s at %s, and has no other answer", r.GetName(), e.kind, e.Ended.Format(time.RFC3339))
	}
}

// answer concludes a recommendation and returns what then became of it.
func (s *recommendationService) answer(ctx context.Context, r *pb.AnswerRecommendationRequest, e *moveUpEntry, kind string) (*moveUpEntry, error) {
	actor, reason, request, now := guard.Actor(ctx), r.GetReason(), r.GetRequestId(), s.Now()
	if !now.Before(e.Expires) {
		actor, kind, reason, request = keeper, kindTimedOut, "nobody answered", ""
	}
	if kind == kindAccepted {
		snap := s.Fleet.Snapshot(now)
		if c, ok := s.Fleet.Car(e.Car); !ok || !snap.Free(c) || etagOf(c) != e.Etag {
			return nil, refused(codes.FailedPrecondition, "CAR_CHANGED", "%s: %s is not free any more, or its record has changed since", r.GetName(), e.Car)
		}
	}
	next, err := s.recommender.put(ctx, actor, e, kind, e.concluded(kind, reason, request, now))
	if err != nil {
		return nil, s.storeRefusal(err)
	}
	return next, nil
}

// answerOf checks a request.
func answerOf(r *pb.AnswerRecommendationRequest) (key string, issued ledger.Revision, kind string, err error) {
	var wrong flaws
	if key, issued, err = parseRecommendation(r.GetName()); err != nil {
		wrong.add("name", "%.100q: %v", r.GetName(), err)
	}
	switch r.GetAnswer() {
	case pb.RecommendationAnswer_RECOMMENDATION_ANSWER_ACCEPTED:
		kind = kindAccepted
	case pb.RecommendationAnswer_RECOMMENDATION_ANSWER_OVERRIDDEN:
		kind = kindOverridden
		if r.GetReason() == "" {
			wrong.add("reason", "empty; want one where a recommendation is overridden")
		}
	default:
		wrong.add("answer", "%d: want RECOMMENDATION_ANSWER_ACCEPTED or RECOMMENDATION_ANSWER_OVERRIDDEN", r.GetAnswer())
	}
	if n := utf8.RuneCountInString(r.GetReason()); n > 200 {
		wrong.add("reason", "%d characters; want at most 200", n)
	}
	if n := len(r.GetRequestId()); n == 0 || n > 64 {
		wrong.add("request_id", "%d characters; want 1 to 64, chosen by the caller, the same when it asks again", n)
	}
	if len(wrong) > 0 {
		return "", 0, "", wrong.refusal()
	}
	return key, issued, kind, nil
}

// standing returns the entry of a recommendation, or of its conclusion. One that another replica has just
// made may take a moment to be known here.
func (s *recommendationService) standing(ctx context.Context, key string, issued ledger.Revision) (*moveUpEntry, error) {
	name := fmt.Sprintf("%s-%d", key, issued)
	s.Live.CatchUp(ctx, key, issued)
	d, ok := s.Live.Document(key)
	if !ok || d.Revision < issued {
		return nil, missing("recommendation", name)
	}
	e, err := readMoveUp(d)
	if err != nil {
		return nil, refused(codes.FailedPrecondition, "RECORD_UNREADABLE", "%v: run the newest version that serves this fleet", err)
	}
	if e.name() != name {
		return nil, missing("recommendation", name)
	}
	return e, nil
}
