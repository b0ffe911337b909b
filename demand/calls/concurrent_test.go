package calls

import (
	"fmt"
	"sync"
	"testing"
)

// TestStoresOfOneDirectory: reports, imports, changes of retention and readers that share a directory lose
// nothing and see nothing twice. Each store stands for a process of its own.
func TestStoresOfOneDirectory(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	const writers, each = 3, 40
	var group, readers sync.WaitGroup
	failed := make(chan error, 100)
	for w := range writers {
		s := open(t, dir)
		group.Go(func() {
			for i := range each {
				if err := s.Append([]Call{{HourAt(today) - Hour(i), int32(w), Kind{"crisis", "999"}}}, today); err != nil {
					failed <- fmt.Errorf("report %d: %w", i, err)
				}
			}
		})
	}
	imported := 0
	for i := range 4 {
		s, b := open(t, dir), batch(t, 1+40*i, 10, 3, byte(i+1))
		imported += b.Kept
		group.Go(func() {
			if _, err := s.Add(b, today); err != nil {
				failed <- fmt.Errorf("import: %w", err)
			}
			if _, err := s.Keep(Retention{Years: 10}, today); err != nil {
				failed <- fmt.Errorf("keep: %w", err)
			}
		})
	}
	done := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			last := 0
			for {
				select {
				case <-done:
					return
				default:
				}
				s, err := Open(dir, townOf(london), today) // which folds
				if err == nil {
					_, err = s.Refresh()
				}
				if err != nil {
					failed <- fmt.Errorf("reader: %w", err)
					return
				}
				if n := s.History().Len(); n < last {
					failed <- fmt.Errorf("reader: %d calls after %d", n, last)
					return
				} else {
					last = n
				}
			}
		})
	}
	group.Wait()
	close(done)
	readers.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	if got, want := open(t, dir).History().Len(), writers*each+imported; got != want {
		t.Errorf("%d calls, want %d", got, want)
	}
}
