package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// testFight lets many write to few keys: the log has what was acknowledged, each on top of what its
// writer saw, and nothing else.
func testFight(ctx context.Context, t *testing.T, s ledger.Store) {
	const fighters, rounds, keys = 16, 25, 3
	var fighting sync.WaitGroup
	var mu sync.Mutex
	won, lost := map[ledger.Revision]string{}, 0
	for f := range fighters {
		fighting.Go(func() {
			for i := range rounds {
				key := fmt.Sprintf("cars/%d", (f+i)%keys)
				e, _, err := s.Last(ctx, key)
				if err != nil {
					t.Error(err)
					return
				}
				data := fmt.Sprintf("%s %d %d on %d", key, f, i, e.Revision)
				r, err := s.Append(ctx, key, e.Revision, []byte(data))
				mu.Lock()
				switch {
				case err == nil:
					won[r] = data
				case errors.Is(err, ledger.ErrConflict):
					lost++
				default:
					t.Error(err)
				}
				mu.Unlock()
			}
		})
	}
	fighting.Wait()
	last := map[string]ledger.Revision{}
	log := logOf(ctx, t, s, 0)
	for _, e := range log {
		if won[e.Revision] != string(e.Data) {
			t.Errorf("revision %d is %q, acknowledged as %q", e.Revision, e.Data, won[e.Revision])
		}
		var on ledger.Revision
		if _, err := fmt.Sscanf(string(e.Data[len(e.Key):]), "%d %d on %d", new(int), new(int), &on); err != nil || on != last[e.Key] {
			t.Errorf("%q was written on top of %d, %v", e.Data, last[e.Key], err)
		}
		last[e.Key] = e.Revision
	}
	if len(log) != len(won) || len(won)+lost != fighters*rounds {
		t.Errorf("%d entries, %d acknowledged, %d refused, of %d", len(log), len(won), lost, fighters*rounds)
	}
}

// hurried appends in contexts that end soon.
func hurried(ctx context.Context, t *testing.T, s ledger.Store) {
	random := rand.New(rand.NewPCG(1, 2))
	acknowledged, refused := map[string]bool{}, map[string]bool{}
	for i := range 60 {
		soon, cancel := context.WithTimeout(ctx, time.Duration(random.IntN(600))*time.Microsecond)
		key, data := fmt.Sprintf("cars/%d", i), fmt.Sprint("hurried ", i)
		switch _, err := s.Append(soon, key, 0, []byte(data)); {
		case err == nil:
			acknowledged[data] = true
		case errors.Is(err, ledger.ErrUnavailable):
			refused[data] = true
		case !errors.Is(err, ledger.ErrUnknown):
			t.Errorf("an append whose context ends: %v", err)
		}
		cancel()
	}
	for _, e := range logOf(ctx, t, s, 0) {
		if refused[string(e.Data)] {
			t.Errorf("%q was refused, but is there", e.Data)
		}
		delete(acknowledged, string(e.Data))
	}
	if len(acknowledged) > 0 {
		t.Errorf("acknowledged, but not there: %v", acknowledged)
	}
}

// testRandom takes random steps in the store and in a model of it.
func testRandom(ctx context.Context, t *testing.T, s ledger.Store) {
	random := rand.New(rand.NewPCG(3, 4))
	var log []ledger.Entry
	last := map[string]ledger.Entry{}
	for i := range 400 {
		key := fmt.Sprintf("%s/%d.%d", []string{"cars", "centres", "advice"}[random.IntN(3)], random.IntN(4), random.IntN(2))
		prev := last[key].Revision
		if random.IntN(4) == 0 {
			prev = ledger.Revision(random.IntN(len(log) + 1))
		}
		e := ledger.Entry{Revision: ledger.Revision(len(log) + 1), Key: key, Data: fmt.Append(nil, "step ", i)}
		r, err := s.Append(ctx, key, prev, e.Data)
		if taken := prev == last[key].Revision; taken != (err == nil) || taken && r != e.Revision || !taken && !errors.Is(err, ledger.ErrConflict) {
			t.Fatalf("step %d, %s on top of %d, which is at %d: %d, %v", i, key, prev, last[key].Revision, r, err)
		}
		if err == nil {
			log, last[key] = append(log, e), e
		}
		if got, ok, err := s.Last(ctx, key); err != nil || ok != (last[key].Revision > 0) || got.Revision != last[key].Revision {
			t.Fatalf("step %d, last of %s: %v, %v, %v; want %v", i, key, got, ok, err, last[key])
		}
	}
	same(t, "the log", logOf(ctx, t, s, 0), log)
	var state []ledger.Entry
	for _, e := range last {
		if e.Revision > 0 {
			state = append(state, e)
		}
	}
	slices.SortFunc(state, func(a, b ledger.Entry) int { return int(a.Revision) - int(b.Revision) })
	w := watch(ctx, s, 0)
	defer w.stop()
	same(t, "the state", w.state(t, 0), state)
}
