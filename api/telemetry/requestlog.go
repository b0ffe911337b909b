package telemetry

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// logEvery is how often a kind of failure is logged at most: a client that fails a thousand times a second
// is one line a second, which says how many it stands for.
const logEvery = time.Second

// requestLog writes calls that failed or were slow.
type requestLog struct {
	log  *slog.Logger
	peer func(context.Context) string // nil: not told
	mu   *sync.Mutex
	last map[logKey]*logged
}

// logKey is a kind of failure; with the bounds of methods and codes there are few.
type logKey struct {
	method string
	code   codes.Code
}

type logged struct {
	at      time.Time
	skipped int
}

func newRequestLog(log *slog.Logger, peer func(context.Context) string) requestLog {
	return requestLog{log: log, peer: peer, mu: new(sync.Mutex), last: map[logKey]*logged{}}
}

// turn tells whether a failure of a kind is to be logged now, and how many were not since the last.
func (l *requestLog) turn(key logKey, now time.Time) (skipped int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.last[key]
	switch {
	case was == nil:
		l.last[key] = &logged{at: now}
		return 0, true
	case now.Sub(was.at) < logEvery:
		was.skipped++
		return 0, false
	}
	skipped = was.skipped
	*was = logged{at: now}
	return skipped, true
}

// own are the codes that are the server's fault: their texts are the server's, of files and stores.
// Other texts repeat what was asked, such as where a call is, and are not logged.
var own = map[codes.Code]bool{codes.Internal: true, codes.Unknown: true, codes.Unavailable: true, codes.DataLoss: true}

func (l *requestLog) write(ctx context.Context, method string, took time.Duration, st *status.Status, why refusal) {
	level := slog.LevelInfo
	if own[st.Code()] || st.Code() == codes.OK {
		level = slog.LevelWarn
	}
	if !l.log.Enabled(ctx, level) {
		return
	}
	skipped, ok := l.turn(logKey{method, st.Code()}, time.Now())
	if !ok {
		return
	}
	about := []slog.Attr{slog.String("method", method), slog.Duration("took", took)}
	if l.peer != nil {
		about = append(about, slog.String("peer", l.peer(ctx)))
	}
	text := "call was slow"
	if st.Code() != codes.OK {
		text = "call failed"
		about = append(about, slog.String("code", why.code))
		if why.reason != "" {
			about = append(about, slog.String("reason", why.reason))
		}
		if why.field != "" {
			about = append(about, slog.String("field", why.field))
		}
		if own[st.Code()] {
			about = append(about, slog.String("error", st.Message()))
		}
	}
	if skipped > 0 {
		about = append(about, slog.Int("alike_not_logged", skipped))
	}
	if id := traceID(ctx); id != "" {
		about = append(about, slog.String("trace", id))
	}
	l.log.LogAttrs(ctx, level, text, about...)
}
