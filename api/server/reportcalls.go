package server

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/demand/calls"
)

const (
	maxCalls       = 10_000          // in a batch
	maxRequestID   = 64              // characters
	requestsKept   = 10_000          // answers that are remembered
	clockTolerance = 5 * time.Minute // by which a call may come from the future
	oldestCall     = 31 * 24 * time.Hour
)

// requests remembers what became of the last batches, by their request_id.
type requests struct {
	mu    sync.Mutex // held while a batch is taken, so that a repeat waits for the first
	byID  map[string]*request
	order []string // of arrival; the oldest is at next once it is full
	next  int
}

type request struct {
	content [sha256.Size]byte
	answer  *pb.ReportCallsResponse
}

// remember forgets the oldest answer where there is no room. The caller holds mu.
func (q *requests) remember(id string, r *request) {
	if q.byID == nil {
		q.byID = make(map[string]*request)
	}
	q.byID[id] = r
	if len(q.order) < requestsKept {
		q.order = append(q.order, id)
		return
	}
	delete(q.byID, q.order[q.next])
	q.order[q.next] = id
	q.next = (q.next + 1) % requestsKept
}

// ReportCalls takes a batch of calls as they arrived. Each is accepted or refused by itself and reduced
// to its cell, its hour and its kind.
func (s *demandService) ReportCalls(_ context.Context, r *pb.ReportCallsRequest) (*pb.ReportCallsResponse, error) {
	if s.Calls == nil {
		return nil, refused(codes.FailedPrecondition, "CALLS_NOT_KEPT", "this server keeps no calls: give it a data directory")
	}
	id := r.GetRequestId()
	switch n := len(r.GetCalls()); {
	case id == "":
		return nil, invalid("request_id", "missing: choose one, and repeat it with the batch where no answer came")
	case utf8.RuneCountInString(id) > maxRequestID:
		return nil, invalid("request_id", "%d characters: want at most %d", utf8.RuneCountInString(id), maxRequestID)
	case n == 0 || n > maxCalls:
		return nil, invalid("calls", "%d calls: want 1 to %d in a batch", n, maxCalls)
	}
	content, err := contentOf(r)
	if err != nil {
		return nil, err
	}
	q := &s.requests
	q.mu.Lock()
	defer q.mu.Unlock()
	if before, ok := q.byID[id]; ok {
		if before.content != content {
			return nil, refused(codes.AlreadyExists, "REQUEST_ID_USED", "request_id: %.80q was used with other calls", id)
		}
		answer := proto.CloneOf(before.answer)
		answer.Repeated = true
		return answer, nil
	}
	answer, err := s.takeCalls(r.GetCalls())
	if err != nil {
		return nil, err
	}
	q.remember(id, &request{content, answer})
	return proto.CloneOf(answer), nil
}

// contentOf tells batches apart without keeping them.
func contentOf(r *pb.ReportCallsRequest) ([sha256.Size]byte, error) {
	text, err := proto.MarshalOptions{Deterministic: true}.Marshal(r)
	return sha256.Sum256(text), err
}

func (s *demandService) takeCalls(batch []*pb.CallReport) (*pb.ReportCallsResponse, error) {
	now := s.Now()
	out := &pb.ReportCallsResponse{}
	list := make([]calls.Call, 0, len(batch))
	for i, r := range batch {
		c, err := s.callOf(r, now)
		if err != nil {
			out.Errors = append(out.Errors, &pb.CallError{Index: int32(i), Message: status.Convert(err).Message()})
			continue
		}
		list = append(list, c)
	}
	late, err := s.drift.take(list, now)
	switch {
	case errors.Is(err, calls.ErrFull):
		return nil, refused(codes.ResourceExhausted, "TOO_MANY_CALLS", "%v", err)
	case err != nil:
		s.Log.Error("calls that arrived are not kept", "error", err)
		return nil, refused(codes.Unavailable, "CALLS_NOT_KEPT", "the calls could not be kept, none of them: report them again; the server's log has the details")
	}
	out.Accepted, out.Late, out.Kept = int32(len(list)), int32(late), len(list) > 0
	return out, nil
}

// callOf reduces a call to what is kept of it. The error says what is wrong with it.
func (s *Server) callOf(r *pb.CallReport, now time.Time) (c calls.Call, err error) {
	if r == nil {
		return c, invalid("call", "missing")
	}
	p, err := pointOf("location", r.GetLocation())
	if err != nil {
		return c, err
	}
	cell, ok := s.City.Grid.At(p)
	if !ok {
		return c, invalid("location", "outside London: want a place in Greater London")
	}
	if r.GetTime() == nil {
		return c, invalid("time", "missing: want when the call was received")
	}
	at, err := timeOf("time", r.GetTime())
	if err != nil {
		return c, err
	}
	if at.After(now.Add(clockTolerance)) {
		return c, invalid("time", "%v in the future: want the past", at.Sub(now).Round(time.Second))
	}
	if at.Before(now.Add(-oldestCall)) {
		return c, invalid("time", "more than %d days ago: import older calls from a file", int(oldestCall.Hours()/24))
	}
	c = calls.Call{Hour: calls.HourAt(at), Cell: int32(cell), Kind: calls.Kind{Category: r.GetCategory(), Channel: r.GetChannel()}}
	if err := c.Kind.Check(); err != nil {
		return c, invalid("category, channel", "%v", err)
	}
	return c, nil
}
