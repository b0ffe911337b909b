package planning

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestCacheKeepsWhatWasUsedLast: files of 10 bytes, 35 are kept, and what others put there stays.
func TestCacheKeepsWhatWasUsedLast(t *testing.T) {
	c := &timesCache{dir: t.TempDir(), most: 35, warn: func(text string) { t.Error(text) }}
	now := time.Now()
	for name, age := range map[string]time.Duration{
		"a.bin": 5 * time.Hour, "b.bin": 4 * time.Hour, "c.bin": 3 * time.Hour, "d.bin": 2 * time.Hour, "e.bin": time.Hour,
		".f.bin-123": 2 * time.Hour, ".probe-1": 2 * time.Hour, ".g.bin-456": time.Minute, "notes.txt": 90 * time.Hour,
	} {
		path := filepath.Join(c.dir, name)
		if err := os.WriteFile(path, make([]byte, 10), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now, now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(c.dir, ".folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.use(filepath.Join(c.dir, "a.bin"))
	c.use(filepath.Join(c.dir, "none.bin"))
	check := func(want ...string) {
		t.Helper()
		c.prune(now)
		entries, err := os.ReadDir(c.dir)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range entries {
			got = append(got, e.Name())
		}
		if !slices.Equal(got, want) {
			t.Errorf("kept %q, want %q", got, want)
		}
	}
	check(".folder", ".g.bin-456", "a.bin", "d.bin", "e.bin", "notes.txt")
	c.most = 5
	check(".folder", ".g.bin-456", "a.bin", "notes.txt")
}

func TestCacheSaysWhatItCannotPrune(t *testing.T) {
	var warnings []string
	c := &timesCache{dir: filepath.Join(t.TempDir(), "none"), warn: func(text string) { warnings = append(warnings, text) }}
	c.prune(time.Now())
	if len(warnings) != 1 {
		t.Errorf("warnings %q, want one", warnings)
	}
}
