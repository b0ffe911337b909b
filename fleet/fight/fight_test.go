package fight_test

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/fight"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/ledger/storetest"
)

// length returns how long a fight goes on: NEARSIDE_FAULTS, such as "60s", or a second.
func length(t *testing.T) time.Duration {
	text := os.Getenv("NEARSIDE_FAULTS")
	if text == "" {
		return time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("NEARSIDE_FAULTS: %v", err)
	}
	return d
}

// stormy is a replica's way to a store on which answers are late or lost and writes are late, refused or
// lost, and which sees what others write late.
type stormy struct {
	ledger.Store
	late   *sync.WaitGroup
	storm  func() bool // whether it storms now
	random func(n int) int
}

func (s *stormy) Append(ctx context.Context, key string, prev ledger.Revision, data []byte) (ledger.Revision, error) {
	if !s.storm() {
		return s.Store.Append(ctx, key, prev, data)
	}
	fate := storetest.Pass
	switch s.random(20) {
	case 0:
		fate = storetest.Refuse
	case 1:
		fate = storetest.Lose
	case 2:
		fate = storetest.Mute
	case 3: // written after the caller was told that this is not known
		s.late.Go(func() {
			time.Sleep(time.Duration(s.random(30)) * time.Millisecond)
			_, _ = s.Store.Append(context.WithoutCancel(ctx), key, prev, data)
		})
		return 0, fmt.Errorf("%w: late", ledger.ErrUnknown)
	default:
		time.Sleep(time.Duration(s.random(3)) * time.Millisecond)
	}
	f := storetest.Faulty{Store: s.Store, Next: func(string) storetest.Fate { return fate }}
	return f.Append(ctx, key, prev, data)
}

func (s *stormy) Last(ctx context.Context, key string) (ledger.Entry, bool, error) {
	if s.storm() && s.random(10) == 0 {
		return ledger.Entry{}, false, fmt.Errorf("%w: no answer", ledger.ErrUnavailable)
	}
	return s.Store.Last(ctx, key)
}

func (s *stormy) Watch(ctx context.Context, from ledger.Revision) iter.Seq2[ledger.Event, error] {
	return func(yield func(ledger.Event, error) bool) {
		for event, err := range s.Store.Watch(ctx, from) {
			if s.storm() && s.random(50) == 0 {
				time.Sleep(time.Duration(s.random(20)) * time.Millisecond)
			}
			if !yield(event, err) {
				return
			}
		}
	}
}

// TestFightOverMemory has three replicas on which all storms, and one that also cannot write now and then,
// or never learns whether it could.
func TestFightOverMemory(t *testing.T) {
	memory := ledger.NewMemory(time.Now)
	began, fights := time.Now(), length(t)
	storm := func() bool { return time.Since(began) < fights }
	var late sync.WaitGroup
	defer late.Wait()
	var stores []ledger.Store
	for range 3 {
		stores = append(stores, &stormy{memory, &late, storm, rand.IntN})
	}
	out := func(string) storetest.Fate {
		switch at := time.Since(began) % time.Second; {
		case storm() && at > 800*time.Millisecond:
			return storetest.Refuse
		case storm() && at > 400*time.Millisecond:
			return storetest.Lose
		}
		return storetest.Pass
	}
	stores[2] = &storetest.Faulty{Store: stores[2], Next: out}
	report := judge(t, fight.DefaultSettings(fights, stores...))
	for what, n := range map[string]int{
		"assignments": report.Assigned, "conflicts": report.Conflicts, "impossible": report.Impossible, "unavailable": report.Unavailable,
		"answers that were lost": report.Unknown + report.Settled, "repeats": report.Repeats, "resumed": report.Resumed,
	} {
		if n == 0 {
			t.Errorf("no %s: the fight was not hard", what)
		}
	}
}

// heedless is a store that does not look at what an entry was decided on.
type heedless struct {
	ledger.Store
	every func() bool
}

func (s *heedless) Append(ctx context.Context, key string, prev ledger.Revision, data []byte) (ledger.Revision, error) {
	r, err := s.Store.Append(ctx, key, prev, data)
	for err != nil && s.every() {
		e, _, lerr := s.Last(ctx, key)
		if lerr != nil {
			return 0, lerr
		}
		r, err = s.Store.Append(ctx, key, e.Revision, data)
	}
	return r, err
}

// forgetful is a store that acknowledges what it does not write.
type forgetful struct {
	ledger.Store
	every func() bool
}

func (s *forgetful) Append(ctx context.Context, key string, prev ledger.Revision, data []byte) (ledger.Revision, error) {
	if e, _, err := s.Last(ctx, key); err == nil && e.Revision == prev && s.every() {
		return prev + 1, nil
	}
	return s.Store.Append(ctx, key, prev, data)
}

// TestABadStoreIsCaught proves that the checks can fail, and that the checker of histories alone does.
func TestABadStoreIsCaught(t *testing.T) {
	sometimes := func() bool { return rand.IntN(20) == 0 }
	for name, spoil := range map[string]func(ledger.Store) ledger.Store{
		"ignores what an entry stands on": func(s ledger.Store) ledger.Store { return &heedless{s, sometimes} },
		"acknowledges and does not write": func(s ledger.Store) ledger.Store { return &forgetful{s, sometimes} },
	} {
		t.Run(name, func(t *testing.T) {
			var said string
			for range 10 {
				memory := ledger.NewMemory(time.Now)
				s := fight.DefaultSettings(200*time.Millisecond, memory, spoil(memory))
				s.Calm = 100 * time.Millisecond
				report, err := fight.Run(t.Context(), s)
				if err != nil {
					t.Fatal(err)
				}
				said = report.String()
				histories, log := strings.Contains(said, "no order of its"), strings.Contains(said, "is not in the log") || strings.Contains(said, "does not follow from")
				if histories && log {
					return
				}
			}
			t.Errorf("the checker of histories or the reader of the log found nothing in ten fights:\n%s", said)
		})
	}
}
