package calls

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/internal/artefact"
	"pgregory.net/rapid"
)

func arrivals(n int) []Call {
	out := make([]Call, n)
	for i := range out {
		out[i] = Call{HourAt(today) - Hour(n-i), int32(i % 40), Kind{"crisis", "999"}}
	}
	return out
}

// TestPowerCutAtAnyByte: a journal that was cut short loses the call that was being written, and no
// other; what comes after is kept.
func TestPowerCutAtAnyByte(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for _, c := range arrivals(3) {
		if err := s.Append([]Call{c}, today); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(filepath.Join(dir, JournalFile))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil {
		t.Fatal(err)
	}
	record := (len(whole) - journalHead) / 3
	for cut := 0; cut < len(whole); cut++ {
		if cut > journalHead && cut < journalHead+2*record {
			continue // the first two records are like the third
		}
		for _, zeros := range []int{0, 9, 200} { // some file systems leave zeros where nothing was written
			dir := t.TempDir()
			for name, b := range map[string][]byte{File: kept, JournalFile: append(slices.Clone(whole[:cut]), make([]byte, zeros)...)} {
				if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s, err := Open(dir, townOf(london), today)
			if err != nil {
				t.Fatalf("cut to %d bytes: %v", cut, err)
			}
			want := max(0, cut-journalHead) / record
			if got := s.History().Len(); got != want {
				t.Fatalf("cut to %d bytes: %d calls, want %d", cut, got, want)
			}
			if zeros > 0 {
				continue
			}
			if err := s.Append(arrivals(1), today); err != nil {
				t.Fatal(err)
			}
			if got := open(t, dir).History().Len(); got != want+1 {
				t.Fatalf("cut to %d bytes and one more: %d calls, want %d", cut, got, want+1)
			}
		}
	}
}

// TestCrashBetweenFoldAndRemoval: a journal that is in the file already is not counted again.
func TestCrashBetweenFoldAndRemoval(t *testing.T) {
	dir := t.TempDir()
	if err := open(t, dir).Append(arrivals(5), today); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, JournalFile)
	journal, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	open(t, dir) // folds
	if err := os.WriteFile(path, journal, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := open(t, dir).History().Len(); got != 5 {
		t.Errorf("%d calls, want 5", got)
	}
}

func TestDamagedJournalIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for _, c := range arrivals(3) {
		if err := s.Append([]Call{c}, today); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, JournalFile)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[journalHead+recordHead] ^= 1 // within the first of three records
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, townOf(london), today); !errors.Is(err, artefact.ErrCorrupt) {
		t.Errorf("error %v", err)
	}
}

func TestAppendRefuses(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	good := arrivals(1)[0]
	for name, change := range map[string]func(*Call){
		"old":          func(c *Call) { c.Hour -= 40 * 24 },
		"tomorrow":     func(c *Call) { c.Hour += 30 },
		"no such cell": func(c *Call) { c.Cell = 40 },
		"no text":      func(c *Call) { c.Kind.Channel = "\x00" },
	} {
		bad := good
		change(&bad)
		if s.Append([]Call{good, bad}, today) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if got := open(t, dir).History().Len(); got != 0 {
		t.Errorf("%d calls of refused reports were kept", got)
	}
}

func TestJournalIsFoldedWhenLong(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	for range 3 {
		if err := s.Append(slices.Repeat(arrivals(100), foldAt/200), today); err != nil {
			t.Fatal(err)
		}
	}
	c, _, err := readFile(dir)
	if err != nil || c.history.Len() != foldAt || s.History().Len() != foldAt*3/2 {
		t.Errorf("%d calls in the file and %d in all, %v", c.history.Len(), s.History().Len(), err)
	}
}

// TestLiveSilences: while calls arrive one by one a quiet night is known to be quiet, and an outage of
// three days is a gap.
func TestLiveSilences(t *testing.T) {
	s := open(t, t.TempDir())
	add(t, s, batch(t, 1, 365, 30, 1))
	if len(s.History().Gaps) > 0 {
		t.Fatalf("gaps %v", s.History().Gaps)
	}
	newYear := time.Date(2026, 1, 1, 0, 0, 0, 0, london)
	at := func(hours int) Hour { return HourAt(newYear) + Hour(hours) }
	for _, hours := range []int{9, 17, 17 + 72, 17 + 73} {
		if err := s.Append([]Call{{at(hours), 0, Kind{"crisis", "999"}}}, newYear.Add(100*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	h := s.History()
	if want := []Span{{at(18), at(17 + 72)}}; !slices.Equal(h.Gaps, want) || h.Span.To != at(17+74) {
		t.Errorf("gaps %v, want %v; span to %v", h.Gaps, want, h.Span.To.Time())
	}
}

// TestStoreAgainstAList: whatever the order of appending, opening again and looking, the store has what
// was put into it.
func TestStoreAgainstAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "calls-*")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		s, other := mustOpen(t, dir), mustOpen(t, dir)
		var want []Call
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch rapid.IntRange(0, 3).Draw(t, "step") {
			case 0, 1:
				c := Call{HourAt(today) - Hour(rapid.IntRange(0, 700).Draw(t, "hour")), int32(rapid.IntRange(0, 39).Draw(t, "cell")), Kind{"crisis", rapid.SampledFrom([]string{"111", "999"}).Draw(t, "channel")}}
				if err := s.Append([]Call{c}, today); err != nil {
					t.Fatal(err)
				}
				want = append(want, c)
			case 2:
				s = mustOpen(t, dir)
			case 3:
				s, other = other, s
				if _, err := s.Refresh(); err != nil {
					t.Fatal(err)
				}
			}
			if got := list(s.History()); !slices.Equal(got, sorted(slices.Clone(want))) {
				t.Fatalf("got %v, want %v", got, want)
			}
		}
	})
}

func mustOpen(t *rapid.T, dir string) *Store {
	s, err := Open(dir, townOf(london), today)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// FuzzJournal: whatever is taken is a journal of the round, and its calls are within their limits.
func FuzzJournal(f *testing.F) {
	b := appendRecord(appendHead(nil, 1, [32]byte{1}), arrivals(2))
	f.Add(appendRecord(b, arrivals(1)))
	f.Add([]byte("NSCALLOG"))
	f.Fuzz(func(t *testing.T, b []byte) {
		j, err := decodeJournal(b, 1, [32]byte{1}, 40)
		if err != nil {
			if !errors.Is(err, artefact.ErrUnusable) {
				t.Errorf("error %v", err)
			}
			return
		}
		if int(j.size) > len(b) || !j.torn && int(j.size) != len(b) {
			t.Errorf("%d bytes of %d, torn %v", j.size, len(b), j.torn)
		}
		for _, c := range j.calls {
			if c.Cell < 0 || c.Cell >= 40 || c.Hour < First || c.Hour >= Last || c.Kind.Check() != nil {
				t.Errorf("accepted %+v", c)
			}
		}
	})
}

// TestNothingOfTheOldJournalStays guards the retention: the journal goes when it is folded.
func TestNothingOfTheOldJournalStays(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if err := s.Append([]Call{{HourAt(today) - 24*30, 7, Kind{"a-category-to-forget", "999"}}}, today); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(dir, "."+File+"-123") // of a process that was killed
	if err := os.WriteFile(half, []byte("a-category-to-forget"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Keep(Retention{Weeks: 1}, today); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil || bytes.Contains(b, []byte("forget")) {
			t.Errorf("%s still holds the call, %v", e.Name(), err)
		}
	}
}
