package guard

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/grpc/codes"
)

// Limits hold for each client by itself: a caller by its name, or its address where the server asks
// for no proof.
type Limits struct {
	// CallsPerSecond is the rate that is let in, of calls and of messages of streams; as many at once
	// as in a second. 0: any.
	CallsPerSecond int
	Calls          int // at the same time; 0: any
	Streams        int // at the same time; 0: any
}

// DefaultLimits are far above what a control room needs, and below what would starve its neighbours.
func DefaultLimits() Limits { return Limits{CallsPerSecond: 5000, Calls: 512, Streams: 64} }

// Check says what is wrong with the limits.
func (l Limits) Check() error {
	var errs []error
	for flag, n := range map[string]int{"--client-rate": l.CallsPerSecond, "--client-calls": l.Calls, "--client-streams": l.Streams} {
		if n < 0 {
			errs = append(errs, fmt.Errorf("%s %d: want 0 (no limit) or more", flag, n))
		}
	}
	return errors.Join(errs...)
}

// client is what is counted of one.
type client struct {
	*rate.Limiter
	calls, streams int // on their way
}

// clients are counted in two generations, of which the older is forgotten when the younger is full:
// memory stays bounded whoever calls, and whoever called lately, or has a call on its way, is known.
type clients struct {
	limits     Limits
	generation int // clients in each
	mu         sync.Mutex
	young, old map[string]*client
}

const usualGeneration = 4096

func newClients(l Limits) *clients {
	return &clients{limits: l, generation: usualGeneration, young: map[string]*client{}}
}

// enter counts a call or a stream in; leave counts it out. It is refused where that would be too much.
func (c *clients) enter(name string, stream bool, now time.Time) (leave func(), one *client, err error) {
	c.mu.Lock()
	one = c.find(name)
	n, most := &one.calls, c.limits.Calls
	reason, what := TooManyAtOnce, "calls"
	if stream {
		n, most, reason, what = &one.streams, c.limits.Streams, TooManyStreams, "streams"
	}
	if most > 0 && *n >= most {
		c.mu.Unlock()
		return nil, nil, tooMuch(reason, time.Second, "%d %s of this client are on their way, the most at a time; wait for one to end", most, what)
	}
	*n++
	c.mu.Unlock()
	leave = func() {
		c.mu.Lock()
		*n--
		c.mu.Unlock()
	}
	if r := one.ReserveN(now, 1); r.DelayFrom(now) > 0 {
		wait := r.DelayFrom(now)
		r.CancelAt(now)
		leave()
		return nil, nil, tooMuch(RateExceeded, wait, "more than %d calls a second of this client; slow down, or use a stream", c.limits.CallsPerSecond)
	}
	return leave, one, nil
}

func tooMuch(reason Reason, wait time.Duration, format string, args ...any) error {
	r := refuse(codes.ResourceExhausted, reason, format, args...)
	r.retry = max(wait, 10*time.Millisecond)
	return r
}

// find returns a client; c is locked.
func (c *clients) find(name string) *client {
	if one := c.young[name]; one != nil {
		return one
	}
	one := c.old[name]
	if one == nil {
		limit := rate.Inf
		if c.limits.CallsPerSecond > 0 {
			limit = rate.Limit(c.limits.CallsPerSecond)
		}
		one = &client{Limiter: rate.NewLimiter(limit, c.limits.CallsPerSecond)}
	}
	if len(c.young) >= c.generation {
		c.age()
	}
	c.young[name] = one
	return one
}

// age makes the young the old, but for those with calls on their way.
func (c *clients) age() {
	next := map[string]*client{}
	for _, g := range []map[string]*client{c.old, c.young} {
		for name, one := range g {
			if one.calls+one.streams > 0 {
				next[name] = one
			}
		}
	}
	c.old, c.young = c.young, next
}

// wait holds back a stream whose client sends faster than it may: the client feels it as a slow reader.
func (one *client) wait(ctx context.Context) error { return one.Wait(ctx) }
