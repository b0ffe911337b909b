package jetstream

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// TestDiskFull: where the disk is full appends are refused and the status says why, what was acknowledged
// can be read, and once there is room again the store goes on by itself.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openWith(t, Settings{Folder: filepath.Join(disk, "ledger"), Patience: 3 * time.Second})
	acknowledged, refused := map[string]ledger.Revision{}, map[string]bool{}
	n := 0
	add := func() error {
		n++
		key := fmt.Sprintf("cars/%d", n)
		r, err := s.Append(t.Context(), key, 0, []byte(strings.Repeat("x", 16_000)))
		switch {
		case err == nil:
			acknowledged[key] = r
		case errors.Is(err, ledger.ErrUnavailable):
			refused[key] = true
		case !errors.Is(err, ledger.ErrUnknown):
			t.Fatalf("another error: %v", err)
		}
		return err
	}
	for err := error(nil); err == nil && n < 1000; {
		err = add()
	}
	within(t, 5*time.Second, "the status says nothing", func() bool { return s.Status().Err != nil })
	begin := time.Now()
	if err := add(); !errors.Is(err, ledger.ErrUnavailable) || time.Since(begin) > time.Second {
		t.Errorf("on a full disk, after %v: %v", time.Since(begin), err)
	}
	t.Logf("full after %d entries: %v", len(acknowledged), s.Status().Err)
	if got, err := s.countLog(); err != nil || got < len(acknowledged) {
		t.Errorf("%d entries can be read, %v; %d were acknowledged", got, err, len(acknowledged))
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	within(t, 15*time.Second, "does not go on once there is room", func() bool { return add() == nil })
	if st := s.Status(); st.Err != nil {
		t.Errorf("with room again: %v", st.Err)
	}
	there := map[string]ledger.Revision{}
	for e, err := range s.Log(context.Background(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		there[e.Key] = e.Revision
	}
	for key, r := range acknowledged {
		if there[key] != r {
			t.Errorf("%s was acknowledged as %d, and is %d", key, r, there[key])
		}
	}
	for key := range refused {
		if there[key] > 0 {
			t.Errorf("%s was refused, and is there", key)
		}
	}
}

func within(t *testing.T, d time.Duration, otherwise string, ok func() bool) {
	t.Helper()
	for begin := time.Now(); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > d {
			t.Fatal(otherwise)
		}
	}
}
