package jetstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/internal/dirlock"
)

// Files of a folder.
const (
	blockFile = "store/jetstream/$G/streams/NEARSIDE/msgs/1.blk"
	indexFile = "store/jetstream/$G/streams/NEARSIDE/msgs/index.db"
	metaFile  = "store/jetstream/$G/streams/NEARSIDE/meta.inf"
	noteFile  = "noted.json"
)

// folderWith returns a folder with a ledger of n entries, each of a key of its own.
func folderWith(t *testing.T, n int) string {
	t.Helper()
	folder := t.TempDir()
	s, err := Open(t.Context(), Settings{Folder: folder})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if _, err := s.Append(t.Context(), fmt.Sprintf("cars/%d", i), 0, fmt.Appendf(nil, "entry %d of the log", i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return folder
}

// Ways to damage a file.
var (
	remove = func(path string, _ []byte) error { return os.Remove(path) }
	empty  = func(path string, _ []byte) error { return os.Truncate(path, 0) }
	cut    = func(path string, b []byte) error { return os.Truncate(path, int64(len(b)-5)) }
	flip   = func(path string, b []byte) error {
		at := len(b) / 2
		if i := bytes.Index(b, []byte("entry 25 of")); i > 0 {
			at = i
		}
		b[at] ^= 4
		return os.WriteFile(path, b, 0o600)
	}
	half = func(path string, b []byte) error { // an entry that was being written when the power went
		return os.WriteFile(path, append(b, b[:40]...), 0o600)
	}
)

// TestDamageIsFound: a ledger whose files are damaged opens with every entry, or does not open and says
// so, or says so when it is read.
func TestDamageIsFound(t *testing.T) {
	const n = 50
	type damage struct {
		file string
		how  func(string, []byte) error
	}
	for name, c := range map[string]struct {
		damages []damage
		open    error // wanted of Open
		read    error // wanted of Watch and Log
	}{
		"half an entry at the end":   {[]damage{{blockFile, half}}, nil, nil},
		"no index":                   {[]damage{{indexFile, remove}}, nil, nil},
		"an index that is wrong":     {[]damage{{indexFile, flip}}, nil, nil},
		"no note":                    {[]damage{{noteFile, remove}}, nil, nil},
		"the last entry cut":         {[]damage{{blockFile, cut}}, ErrDamaged, nil},
		"the last entry cut, crash":  {[]damage{{blockFile, cut}, {indexFile, remove}}, ErrDamaged, nil},
		"an entry changed":           {[]damage{{blockFile, flip}}, nil, ledger.ErrBroken},
		"an entry changed, no index": {[]damage{{blockFile, flip}, {indexFile, remove}}, ErrDamaged, nil},
		"no entries":                 {[]damage{{blockFile, empty}}, ErrDamaged, nil},
		"no file of entries":         {[]damage{{blockFile, remove}}, ErrDamaged, nil},
		"no files of entries at all": {[]damage{{blockFile, remove}, {indexFile, remove}}, ErrDamaged, nil},
		"no description":             {[]damage{{metaFile, remove}}, nil, nil},
		"half of a description":      {[]damage{{metaFile, cut}}, nil, nil},
		"no store":                   {[]damage{{metaFile, remove}, {blockFile, remove}, {indexFile, remove}}, ErrDamaged, nil},
		"a wrong description":        {[]damage{{metaFile, flip}}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			folder := folderWith(t, n)
			for _, d := range c.damages {
				path := filepath.Join(folder, d.file)
				b, err := os.ReadFile(path)
				if err == nil {
					err = d.how(path, b)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			s, err := Open(t.Context(), Settings{Folder: folder})
			if !errors.Is(err, c.open) {
				t.Fatalf("open: %v, want %v", err, c.open)
			}
			if err != nil {
				return
			}
			defer func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}()
			for what, read := range map[string]func() (int, error){"watch": s.countWatch, "log": s.countLog} {
				if got, err := read(); !errors.Is(err, c.read) || err == nil && got != n {
					t.Errorf("%s: %d entries, %v; want %d, %v", what, got, err, n, c.read)
				}
			}
		})
	}
}

func (s *Store) countWatch() (n int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for e, err := range s.Watch(ctx, 0) {
		if err != nil || e.Whole {
			return n, err
		}
		n++
	}
	return n, ctx.Err()
}

func (s *Store) countLog() (n int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for _, err := range s.Log(ctx, 0) {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// TestAnyFlippedBitIsFound: after a crash, a ledger with any one bit of its entries flipped does not open, or
// says so when it is read; it never shows another entry than was written. 10 bits, or 300 where
// NEARSIDE_FAULTS is set.
func TestAnyFlippedBitIsFound(t *testing.T) {
	t.Parallel()
	const n = 50
	flips := 10
	if long, _ := faultTime(t); long {
		flips = 300
	}
	whole, found := folderWith(t, n), 0
	for range flips {
		folder := t.TempDir()
		if err := os.CopyFS(folder, os.DirFS(whole)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(folder, blockFile)
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		at, bit := rand.IntN(len(b)), rand.IntN(8)
		b[at] ^= 1 << bit
		crashed := fmt.Appendf(nil, `{"revision":%d}`, n)
		if err := errors.Join(os.WriteFile(path, b, 0o600), os.WriteFile(filepath.Join(folder, noteFile), crashed, 0o600)); err != nil {
			t.Fatal(err)
		}
		switch err := wrongIn(folder); {
		case err == nil:
			t.Errorf("bit %d of byte %d of %d: nothing is said", bit, at, len(b))
		case errors.Is(err, ErrDamaged), errors.Is(err, ledger.ErrBroken):
			found++
		default:
			t.Errorf("bit %d of byte %d of %d: %v", bit, at, len(b), err)
		}
	}
	t.Logf("%d of %d flipped bits found", found, flips)
}

// wrongIn opens a ledger of folderWith's and returns what it says is wrong with it, or an error of its own for
// an entry that is not as it was written.
func wrongIn(folder string) error {
	s, err := Open(context.Background(), Settings{Folder: folder})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	i := 0
	for e, err := range s.Log(ctx, 1) {
		if err != nil {
			return errors.Join(err, s.Close())
		}
		if want := fmt.Sprintf("entry %d of the log", i); string(e.Data) != want || e.Key != fmt.Sprintf("cars/%d", i) {
			return errors.Join(fmt.Errorf("%s is %q, written as %q", e.Key, e.Data, want), s.Close())
		}
		i++
	}
	return s.Close()
}

// TestFolderIsForOne: a folder in use, one that is no folder and one that cannot be written to are refused.
func TestFolderIsForOne(t *testing.T) {
	folder := t.TempDir()
	openIn(t, folder)
	if _, err := Open(t.Context(), Settings{Folder: folder}); !errors.Is(err, dirlock.ErrInUse) {
		t.Errorf("a folder in use: %v", err)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Settings{Folder: file}); err == nil {
		t.Error("a file is taken for a folder")
	}
	if info, err := os.Stat(folder); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder's mode is %v, %v; want only its owner to read it", info.Mode(), err)
	}
}

// TestWriteError: a server that cannot write is told from one that is only slow to look at itself.
func TestWriteError(t *testing.T) {
	s := openIn(t, t.TempDir())
	if err := s.node.writeError(); err != nil {
		t.Errorf("a server that can write: %v", err)
	}
	unready := &server.HealthStatus{StatusCode: http.StatusInternalServerError, Status: "error", Error: "failed to be ready for connections after 1ms: startup did not complete"}
	if err := writeErrorOf(unready); err != nil {
		t.Errorf("a busy machine: %v", err)
	}
	full := &server.HealthStatus{StatusCode: http.StatusServiceUnavailable, Status: "unavailable", Error: "write error: no space left on device"}
	if err := writeErrorOf(full); err == nil || err.Error() != full.Error {
		t.Errorf("a full disk: %v", err)
	}
}
