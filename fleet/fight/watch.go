package fight

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
)

// watcher follows the cars as a client would, and goes on on another replica now and then.
type watcher struct {
	mu      sync.Mutex
	known   map[string]ledger.Revision
	updates int
	resumed int
	failed  error
}

// watchAll starts a watcher for each replica.
func watchAll(ctx context.Context, beside *sync.WaitGroup, replicas []*replica, seed uint64) []*watcher {
	all := make([]*watcher, len(replicas))
	for i := range all {
		w := &watcher{known: map[string]ledger.Revision{}}
		all[i] = w
		beside.Go(func() { w.watch(ctx, replicas, i, rand.New(rand.NewPCG(seed, uint64(1000+i)))) })
	}
	return all
}

func (w *watcher) watch(ctx context.Context, replicas []*replica, at int, random *rand.Rand) {
	s := replicas[at].fleet.Subscribe(live.Token{})
	for ctx.Err() == nil {
		soon, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		u, err := s.Next(soon)
		cancel()
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			w.fail(err)
			return
		}
		if err == nil {
			w.take(u)
		}
		if s.Token() != (live.Token{}) && random.IntN(8) == 0 {
			at = random.IntN(len(replicas))
			s = w.resume(replicas[at], s.Token())
		}
	}
}

// resume goes on after a token as it travels.
func (w *watcher) resume(r *replica, after live.Token) *live.Subscription {
	token, err := live.ParseToken(after.String())
	if err != nil {
		w.fail(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.resumed++
	return r.fleet.Subscribe(token)
}

func (w *watcher) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !errors.Is(err, context.Canceled) {
		w.failed = err
	}
}

func (w *watcher) take(u live.Update) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.updates++
	for _, s := range u.States {
		w.known[s.Record.Name] = s.Revision
	}
}

func (w *watcher) has(last map[string]ledger.Revision) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed != nil {
		return w.failed
	}
	if !maps.Equal(w.known, last) {
		return fmt.Errorf("it has %v, the log %v", w.known, last)
	}
	return nil
}

// agree waits until all replicas and watchers show what the log ends with.
func (r *Report) agree(ctx context.Context, s *Settings, replicas []*replica, watchers []*watcher, entries []ledger.Entry) {
	last := map[string]ledger.Revision{}
	for _, e := range entries {
		last[e.Key] = e.Revision
	}
	var err error
	began := time.Now()
	defer func() { r.Agreed = time.Since(began) }()
	for until := began.Add(s.Calm); ; time.Sleep(10 * time.Millisecond) {
		if err = allAgree(replicas, watchers, last); err == nil || time.Now().After(until) || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		r.wrong("%s after the fight: %v", s.Calm, err)
	}
	for _, w := range watchers {
		w.mu.Lock()
		r.Updates, r.Resumed = r.Updates+w.updates, r.Resumed+w.resumed
		w.mu.Unlock()
	}
}

func allAgree(replicas []*replica, watchers []*watcher, last map[string]ledger.Revision) error {
	for i, replica := range replicas {
		if err := replica.fleet.Status().Fault; err != nil {
			return fmt.Errorf("replica %d: %w", i, err)
		}
		for car, revision := range last {
			state, _ := replica.fleet.Record(car)
			if shown, ok := replica.cars.Car(car); state.Revision != revision || !ok || shown.Revision != uint64(revision) || shown.Status != state.Record.Status {
				return fmt.Errorf("replica %d has %s at revision %d, the log at %d", i, car, state.Revision, revision)
			}
		}
		if err := watchers[i].has(last); err != nil {
			return fmt.Errorf("watcher %d: %w", i, err)
		}
	}
	return nil
}
