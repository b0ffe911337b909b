package jetstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// platter is what a disk has of a folder once the power is cut: of each file what it was when it was last
// synced, if ever.
type platter struct {
	folder string
	mu     sync.Mutex
	files  map[string][]byte
}

// flush syncs a file as far as the platter is concerned. What is written while it does may be on it or not.
func (p *platter) flush(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	data := make([]byte, info.Size())
	if _, err := f.ReadAt(data, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files[f.Name()] = data
	return nil
}

// after writes into a folder what is left after the power was cut: what was synced, and of what was not as
// much as chance wants, the rest being zeros.
func (p *platter) after(t *testing.T, folder string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	err := filepath.WalkDir(p.folder, func(path string, e fs.DirEntry, err error) error {
		inside := strings.TrimPrefix(path, p.folder)
		if err != nil || e.IsDir() {
			return errors.Join(err, os.MkdirAll(filepath.Join(folder, inside), 0o700))
		}
		now, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it was a temporary file
		} else if err != nil {
			return err
		}
		left := now // other files are replaced as a whole, before or after the cut
		if strings.HasSuffix(path, ".blk") {
			left = make([]byte, len(now))
			synced := copy(left, p.files[path])
			if more := len(now) - synced; more > 0 {
				n := rand.IntN(more + 1)
				copy(left[synced:synced+n], now[synced:])
				left = left[:synced+n+rand.IntN(more-n+1)]
			}
		}
		return os.WriteFile(filepath.Join(folder, inside), left, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestPowerCut: whatever was acknowledged, or shown to readers, before the power was cut is there after it,
// and what else is there was appended. 5 times, or 100 where NEARSIDE_FAULTS is set. A disk that says to have
// taken what it has not is found out.
func TestPowerCut(t *testing.T) {
	t.Parallel()
	rounds, largest := 5, 4_000 // bytes: all in one block file
	if long, _ := faultTime(t); long {
		rounds, largest = 100, 20_000
	}
	known := 0
	for range rounds {
		n, lost := cutPower(t, largest, false)
		if known += n; lost > 0 {
			t.Fatalf("%d of %d entries that were acknowledged or shown are lost", lost, n)
		}
	}
	t.Logf("%d cuts, %d entries acknowledged or shown before", rounds, known)
	for range 20 {
		if _, lost := cutPower(t, largest, true); lost > 0 {
			return
		}
	}
	t.Error("a disk that lies loses nothing: the test tests nothing")
}

// cutPower appends entries of up to so many bytes to a ledger, cuts the power, and tells how many entries were known before and how many
// of them are lost. lies: the disk takes no entries.
func cutPower(t *testing.T, largest int, lies bool) (known, lost int) {
	t.Helper()
	p := &platter{folder: t.TempDir(), files: map[string][]byte{}}
	s := openIn(t, p.folder)
	flushing(s, p.flush)
	if err := s.node.disk.all(); err != nil {
		t.Fatal(err)
	}
	if lies {
		flushing(s, func(*os.File) error { return nil })
	}
	var all sync.Map // data by revision
	var writing sync.WaitGroup
	stop := time.Now().Add(time.Duration(50+rand.IntN(100)) * time.Millisecond)
	for w := range 16 {
		writing.Go(func() { appendUntil(t, s, w, largest, stop, &all) })
	}
	watching, end := context.WithDeadline(t.Context(), stop)
	defer end()
	writing.Go(func() {
		for e, err := range s.Watch(watching, 0) {
			if err == nil && !e.Whole {
				all.Store(e.Revision, string(e.Data))
			}
		}
	})
	time.Sleep(time.Until(stop) - 20*time.Millisecond)
	before := map[ledger.Revision]bool{}
	all.Range(func(r, _ any) bool {
		before[r.(ledger.Revision)] = true
		return true
	})
	left := t.TempDir()
	p.after(t, left)
	writing.Wait()
	if lies && found(t, left) {
		return len(before), len(before)
	}
	return len(before), missing(t, left, before, &all)
}

// found tells whether the ledger in a folder is refused as damaged: entries in the midst of it are lost.
func found(t *testing.T, folder string) bool {
	t.Helper()
	s, err := Open(t.Context(), Settings{Folder: folder})
	if err != nil {
		return errors.Is(err, ErrDamaged)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	return false
}

// appendUntil appends to one key until a moment, and stores what was acknowledged.
func appendUntil(t *testing.T, s *Store, writer, largest int, stop time.Time, all *sync.Map) {
	var prev ledger.Revision
	for i := 0; time.Now().Before(stop); i++ {
		data := fmt.Sprintf("%d %d %s", writer, i, strings.Repeat("x", rand.IntN(largest)))
		r, err := s.Append(t.Context(), fmt.Sprintf("cars/%d", writer), prev, []byte(data))
		if err != nil {
			t.Error(err)
			return
		}
		all.Store(r, data)
		prev = r
	}
}

// missing opens a ledger and tells how many of the entries before it lacks.
func missing(t *testing.T, folder string, before map[ledger.Revision]bool, all *sync.Map) int {
	t.Helper()
	s := openIn(t, folder)
	for e, err := range s.Log(t.Context(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		if data, ok := all.Load(e.Revision); ok && data != string(e.Data) {
			t.Errorf("revision %d is %.20q, acknowledged as %.20q", e.Revision, e.Data, data)
		}
		delete(before, e.Revision)
	}
	return len(before)
}

// flushing sets how a folder's files are synced.
func flushing(s *Store, flush func(*os.File) error) {
	s.node.disk.mu.Lock()
	defer s.node.disk.mu.Unlock()
	s.node.disk.flush = flush
}
