package server

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/live"
)

const (
	carsAtOnce = 500   // in one answer of a stream
	maxWatched = 1_000 // cars that a watcher may name
	// heartbeat is how often a watcher is told that the stream lives, and how old the records are.
	heartbeat = 5 * time.Second
	// slowAfter is how long a watcher may leave answers unread: then it is told that it is too slow, and cut.
	slowAfter = 10 * time.Second
)

// watch is one stream of WatchCars.
type watch struct {
	*Server
	ctx     context.Context // ends with the stream, or when the server stops
	changes *live.Subscription
	only    map[string]bool // nil: all cars
	origin  string          // of the log of records
	fixed   bool            // positions are left out
	anew    bool            // a snapshot was begun
	run     string          // of looks, that seen counts
	seen    uint64          // look up to which positions were sent
	beat    time.Time       // of the last heartbeat
	doubted bool            // whether that said that the records are old
	out     chan any
}

// WatchCars sends the cars as they are, then what changes: records at once, positions once a second and
// car. A watcher that does not read is cut, and holds up nobody else.
func (s *fleetService) WatchCars(r *pb.WatchCarsRequest, stream grpc.ServerStreamingServer[pb.WatchCarsResponse]) error {
	w, err := s.watch(stream.Context(), r)
	if err != nil {
		return err
	}
	defer s.sights.join()()
	ctx, stop := context.WithCancelCause(stream.Context())
	defer stop(nil)
	w.ctx = ctx
	go w.send(stream, stop)
	err = w.tell()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return watchRefusal(err)
}

var errUnread = errors.New("its answers were not read for too long")

// watchRefusal is the status that ends a stream.
func watchRefusal(err error) error {
	if errors.Is(err, errUnread) || errors.Is(err, live.ErrSlow) {
		return refused(codes.ResourceExhausted, "SLOW_READER", "the watcher is too slow: %v; read faster, or watch fewer cars, and go on with the resume token", err)
	}
	if _, ok := status.FromError(err); ok {
		return err
	}
	return status.FromContextError(err).Err()
}

// watch checks a request.
func (s *Server) watch(ctx context.Context, r *pb.WatchCarsRequest) (*watch, error) {
	w := &watch{Server: s, origin: s.Live.Origin(ctx), fixed: r.GetOmitPositions(), out: make(chan any), beat: time.Now()}
	var wrong flaws
	names := r.GetCars()
	if n := len(names); n > maxWatched {
		wrong.add("cars", "%d of them; want at most %d, or none for all", n, maxWatched)
		names = nil
	} else if n > 0 {
		w.only = make(map[string]bool, n)
	}
	for i, name := range names {
		if err := fleet.CheckName(name); err != nil {
			wrong.add(fmt.Sprintf("cars[%d]", i), "%v", err)
		}
		w.only[name] = true
	}
	from, err := s.resume(w, r.GetResumeToken())
	if err != nil {
		wrong.add("resume_token", "%v", err)
	}
	if len(wrong) > 0 {
		return nil, wrong.refusal()
	}
	w.changes = s.Live.Subscribe(from)
	return w, nil
}

// resume reads a token: which log of records it is of and up to where that was told, and the same of
// looks at positions. One of another log begins anew.
func (s *Server) resume(w *watch, token string) (from live.Token, err error) {
	if token == "" {
		return from, nil
	}
	parts := strings.Split(token, ".")
	if len(parts) != 4 {
		return from, fmt.Errorf("%.60q: want one from an answer of WatchCars, or none for a snapshot", token)
	}
	if from, err = live.ParseToken(parts[1]); err != nil {
		return from, err
	}
	if w.seen, err = strconv.ParseUint(parts[3], 10, 64); err != nil {
		return from, fmt.Errorf("%.60q: want one from an answer of WatchCars, or none for a snapshot", token)
	}
	w.run = parts[2]
	if parts[0] != w.origin || w.origin == "" && from.Revision > 0 {
		return live.Token{}, nil
	}
	return from, nil
}
