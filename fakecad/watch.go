package fakecad

import (
	"context"
	"time"

	pb "github.com/nearside-ems/nearside/api/nearside/v1"
)

// longestSilence is how long a stream may say nothing: heartbeats come every 5 s.
const longestSilence = 8 * time.Second

// watch follows the stream of cars until ctx ends, from where it broke off when it did.
func (r *run) watch(ctx context.Context) {
	seen := watched{run: r, has: map[string]string{}}
	token, breaks := "", 0
	for ctx.Err() == nil {
		next, err := r.follow(ctx, token, &seen)
		if ctx.Err() != nil {
			return
		}
		if breaks++; breaks <= 3 {
			r.report.note("the stream of cars broke off and was taken up again: %v", err)
		}
		token = next
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// follow reads one stream and returns where it got to.
func (r *run) follow(ctx context.Context, token string, seen *watched) (string, error) {
	stream, err := r.fleet.WatchCars(ctx, &pb.WatchCarsRequest{ResumeToken: token})
	if err != nil {
		return token, err
	}
	for last := time.Now(); ; last = time.Now() {
		m, err := stream.Recv()
		if err != nil {
			return token, err
		}
		silence := time.Since(last)
		r.tally.expect(checkSilence, silence <= longestSilence, "%s without a word", silence.Round(time.Millisecond))
		seen.take(m)
		if m.GetResumeToken() != "" {
			token = m.GetResumeToken()
		}
	}
}

// watched is what the stream has shown: the call of each car.
type watched struct {
	*run
	has        map[string]string
	inSnapshot bool
}

func (w *watched) take(m *pb.WatchCarsResponse) {
	snapshot := m.GetKind() == pb.WatchKind_WATCH_KIND_SNAPSHOT
	if snapshot && !w.inSnapshot {
		clear(w.has)
	}
	w.inSnapshot = snapshot
	for _, c := range m.GetCars() {
		was, now := w.has[c.GetName()], c.GetIncident()
		switch {
		case now == "":
			delete(w.has, c.GetName())
			continue
		case was == now:
			continue
		}
		holder := ""
		for name, incident := range w.has {
			if incident == now && name != c.GetName() {
				holder = name
			}
		}
		w.tally.expect(checkWatch, was == "" && holder == "", "%s has %s, after %q; the same call has %q", c.GetName(), now, was, holder)
		w.has[c.GetName()] = now
	}
}
