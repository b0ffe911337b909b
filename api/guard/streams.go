package guard

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
)

// openStream is a stream on its way, with what its client proved itself by.
type openStream struct {
	from          Caller
	authorization []string
	method        string
	who           *Identity
	cut           context.CancelCauseFunc
}

// openStreams are those on their way, to be asked again who they are: a stream outlives no credential.
type openStreams struct {
	mu  sync.Mutex
	all map[*openStream]bool
}

// add keeps a stream until leave.
func (o *openStreams) add(s *openStream) (leave func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all == nil {
		o.all = map[*openStream]bool{}
	}
	o.all[s] = true
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.all, s)
	}
}

// list copies them.
func (o *openStreams) list() []*openStream {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := make([]*openStream, 0, len(o.all))
	for s := range o.all {
		all = append(all, s)
	}
	return all
}

// recheck cuts the streams whose token or certificate no longer holds, or no longer for the same.
func (g *Guard) recheck() {
	for _, s := range g.streams.list() {
		who, err := g.identify(&s.from, s.authorization)
		if err == nil {
			err = permit(who, s.method)
		}
		if err == nil && (who.Roles != s.who.Roles || !slices.Equal(who.Cars, s.who.Cars)) {
			err = &Refusal{Reason: RightsChanged, code: codes.Unavailable, retry: time.Second, text: "the roles or the cars of " + who.String() + " were changed; open the stream again"}
		}
		if err != nil {
			g.refused(s.who, &s.from, s.method, err)
			s.cut(err)
		}
	}
}

// cutBy returns why a stream was cut; nil where it was not.
func cutBy(ctx context.Context) error {
	var r *Refusal
	if errors.As(context.Cause(ctx), &r) {
		return r
	}
	return nil
}
