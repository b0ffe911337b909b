package ledger

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/internal/artefact"
)

// store returns a Memory with a log.
func store(t *testing.T, log []Entry) *Memory {
	t.Helper()
	m, last := NewMemory(time.Now), map[string]Revision{}
	for _, e := range log {
		r, err := m.Append(t.Context(), e.Key, last[e.Key], e.Data)
		if err != nil {
			t.Fatal(err)
		}
		last[e.Key] = r
	}
	return m
}

func same(t *testing.T, m *Memory, want []Entry) {
	t.Helper()
	got, _ := m.after(0)
	if len(got) != len(want) {
		t.Fatalf("%d entries, want %d", len(got), len(want))
	}
	for i := range got {
		if !equal(got[i], want[i]) {
			t.Errorf("entry %d is %v, want %v", i, got[i], want[i])
		}
	}
}

func TestRestoreReturnsWhatWasBackedUp(t *testing.T) {
	log := write(t, []int{1, 2, 1, 3, 3, 1, 2}, 1)
	path := filepath.Join(t.TempDir(), "ledger.backup")
	made, err := Backup(t.Context(), store(t, log), path)
	if err != nil || made.Err() != nil || made.Entries != len(log) || made.Keys != 3 {
		t.Fatalf("%+v, %v", made, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for have := range len(log) + 1 { // of an interrupted restore
		m := store(t, log[:have])
		report, err := Restore(t.Context(), m, path)
		if err != nil || report.Head != made.Head || report.Err() != nil {
			t.Errorf("with %d entries there: %+v, %v", have, report, err)
		}
		same(t, m, log)
	}
	other := write(t, []int{1, 1, 2}, 0)
	longer := append(append([]Entry(nil), log...), Entry{8, "cars/9", []byte("x")})
	for _, held := range [][]Entry{other, longer} {
		m := store(t, held)
		if _, err := Restore(t.Context(), m, path); !errors.Is(err, ErrNotEmpty) {
			t.Errorf("into a store with %d other entries: %v", len(held), err)
		}
		same(t, m, held)
	}
}

// TestRestoreRefusesDamage: of a file with any byte changed or cut short nothing is restored.
func TestRestoreRefusesDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.backup")
	if _, err := Backup(t.Context(), store(t, write(t, []int{1, 2}, 0)), path); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(whole); at += 7 {
		flipped := bytes.Clone(whole)
		flipped[at] ^= 1
		for _, b := range [][]byte{flipped, whole[:at]} {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			m := NewMemory(time.Now)
			if _, err := Restore(t.Context(), m, path); !errors.Is(err, artefact.ErrUnusable) {
				t.Errorf("byte %d of %d: %v", at, len(b), err)
			}
			same(t, m, nil)
		}
	}
}

// TestBackupKeepsWhatIsBroken: a log with faults is backed up and restored as it is, and they are told.
func TestBackupKeepsWhatIsBroken(t *testing.T) {
	log := []Entry{{1, "cars/1", []byte("no envelope")}}
	path := filepath.Join(t.TempDir(), "ledger.backup")
	made, err := Backup(t.Context(), store(t, log), path)
	if err != nil || !errors.Is(made.Err(), ErrBroken) {
		t.Fatalf("%+v, %v", made, err)
	}
	m := NewMemory(time.Now)
	if back, err := Restore(t.Context(), m, path); err != nil || !errors.Is(back.Err(), ErrBroken) {
		t.Errorf("%+v, %v", back, err)
	}
	same(t, m, log)
}

func TestBackupIsWholeOrNotAtAll(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	dir := t.TempDir()
	_, err := Backup(ended, store(t, write(t, []int{1}, 0)), filepath.Join(dir, "ledger.backup"))
	if left, _ := os.ReadDir(dir); !errors.Is(err, context.Canceled) || len(left) > 0 {
		t.Errorf("%v, left %v", err, left)
	}
}

func FuzzReadEntries(f *testing.F) {
	var b bytes.Buffer
	var head Head
	for _, e := range write(f, []int{1, 2, 1}, 0) {
		head = head.Next(e)
		if err := writeEntry(&b, e); err != nil {
			f.Fatal(err)
		}
	}
	if err := writeEnd(&b, head); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:100])
	f.Add([]byte{6, 'c', 'a', 'r', 's', '/', '1', 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, body []byte) {
		var again bytes.Buffer
		var head Head
		err := readEntries(bufio.NewReader(bytes.NewReader(body)), func(e Entry) error {
			head = head.Next(e)
			return writeEntry(&again, e)
		})
		if err != nil {
			if !errors.Is(err, artefact.ErrCorrupt) {
				t.Errorf("another error: %v", err)
			}
			return
		}
		if err := writeEnd(&again, head); err != nil || !bytes.HasPrefix(body, again.Bytes()) {
			t.Errorf("taken, but not as it would be written: %v", err)
		}
	})
}
