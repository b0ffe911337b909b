package jetstream

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// ofEntries is whether a file is one of entries.
func ofEntries(f *os.File) bool { return strings.HasSuffix(f.Name(), ".blk") }

// TestNothingIsShownBeforeItIsOnDisk: while the disk takes nothing, callers are told at their deadlines that
// the outcome is not known, and no reader is shown what may yet be lost. Then all who waited share a sync.
func TestNothingIsShownBeforeItIsOnDisk(t *testing.T) {
	t.Parallel()
	s := openWith(t, Settings{Folder: t.TempDir(), Patience: 500 * time.Millisecond})
	gate, syncs := make(chan struct{}), atomic.Int32{}
	flushing(s, func(f *os.File) error {
		if ofEntries(f) {
			syncs.Add(1)
			<-gate
		}
		return f.Sync()
	})
	ctx, cancel := context.WithCancel(t.Context())
	shown := make(chan ledger.Entry, 100)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer cancel()
	beside.Go(func() {
		for e, err := range s.Watch(ctx, 0) {
			if err == nil && !e.Whole {
				shown <- e.Entry
			}
		}
	})
	soon, end := context.WithTimeout(ctx, 100*time.Millisecond)
	defer end()
	if _, err := s.Append(soon, "cars/0", 0, []byte("x")); !errors.Is(err, ledger.ErrUnknown) {
		t.Errorf("before it is on disk: %v", err)
	}
	if e, ok, err := s.Last(ctx, "cars/0"); !errors.Is(err, ledger.ErrUnavailable) {
		t.Errorf("the last entry before it is on disk: %v, %v, %v", e, ok, err)
	}
	if len(shown) > 0 {
		t.Errorf("shown before it is on disk: %v", <-shown)
	}
	s.settings.Patience = 10 * time.Second
	var waiting sync.WaitGroup
	for i := range 20 {
		waiting.Go(func() {
			if _, err := s.Append(ctx, fmt.Sprintf("cars/%d", i+1), 0, []byte("x")); err != nil {
				t.Error(err)
			}
		})
	}
	within(t, 5*time.Second, "the entries are not written", func() bool { return s.health.last() == 21 })
	close(gate)
	waiting.Wait()
	if n := syncs.Load(); n > 5 {
		t.Errorf("%d syncs for 21 entries that waited for the first", n)
	}
	if _, ok, err := s.Last(ctx, "cars/0"); !ok || err != nil {
		t.Errorf("once it is on disk: %v, %v", ok, err)
	}
	within(t, 5*time.Second, "not all are shown", func() bool { return len(shown) == 21 })
}

// TestADiskThatFails: what could not be synced is not acknowledged, the status says why, and once the disk
// takes it the store goes on by itself.
func TestADiskThatFails(t *testing.T) {
	t.Parallel()
	s := openIn(t, t.TempDir())
	fails := atomic.Bool{}
	flushing(s, func(f *os.File) error {
		if fails.Load() && ofEntries(f) {
			return syscall.EIO
		}
		return f.Sync()
	})
	first, err := s.Append(t.Context(), "cars/a", 0, []byte("1"))
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(s.node.disk.file(1))
	if err != nil {
		t.Fatal(err)
	}
	fails.Store(true)
	if _, err := s.Append(t.Context(), "cars/a", first, []byte("2")); !errors.Is(err, ledger.ErrUnknown) || !errors.Is(err, syscall.EIO) {
		t.Errorf("an entry that could not be synced: %v", err)
	}
	within(t, 5*time.Second, "the status says nothing", func() bool { return errors.Is(s.Status().Err, syscall.EIO) })
	within(t, 5*time.Second, "appends are not refused", func() bool {
		_, err := s.Append(t.Context(), "cars/b", 0, []byte("1"))
		return errors.Is(err, ledger.ErrUnavailable)
	})
	fails.Store(false)
	within(t, 20*time.Second, "it does not go on", func() bool { return s.Status().Err == nil })
	if after, err := os.Stat(s.node.disk.file(1)); err != nil || os.SameFile(before, after) {
		t.Errorf("the file that could not be synced was not written anew: %v", err)
	}
	last, ok, err := s.Last(t.Context(), "cars/a")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, err := s.Append(t.Context(), "cars/a", last.Revision, []byte("3")); err != nil {
		t.Errorf("once it can be synced: %v", err)
	}
	if n, err := s.countLog(); err != nil || n < 2 {
		t.Errorf("%d entries, %v", n, err)
	}
}
