package calls

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// townOf is a city of 40 cells in two districts.
func townOf(zone *time.Location) *demand.City {
	c := &demand.City{Name: "Town", Hash: [32]byte{1, 2, 3}, Zone: zone, Districts: []string{"East", "West"}}
	for i := range 40 {
		c.X, c.Y, c.Land = append(c.X, float64(i)*100), append(c.Y, 0), append(c.Land, 1e4)
		c.District = append(c.District, int32(i/20))
	}
	return c
}

var today = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// batch makes n calls a day over days of 2025, from the given day of the year on.
func batch(t testing.TB, from, days, perDay int, sha byte) Batch {
	t.Helper()
	zone := london
	b := NewBuilder(40)
	random := rand.New(rand.NewPCG(1, uint64(sha)))
	kinds := []Kind{{"crisis", "999"}, {"crisis", "police"}, {"welfare", "111"}}
	for d := range days {
		for range perDay {
			at := time.Date(2025, 1, from+d, random.IntN(24), 0, 0, 0, zone)
			if err := b.Add(Call{HourAt(at), int32(random.IntN(40)), kinds[random.IntN(3)]}); err != nil {
				t.Fatal(err)
			}
		}
	}
	h := b.History(zone)
	return Batch{SHA256: [32]byte{sha}, Read: h.Len() + 2, Kept: h.Len(), Dropped: 2, Calls: h}
}

func open(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(dir, townOf(london), today)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func add(t testing.TB, s *Store, b Batch) Result {
	t.Helper()
	r, err := s.Add(b, today)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSameContentAgainChangesNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	first := add(t, s, batch(t, 1, 31, 5, 1))
	before, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil {
		t.Fatal(err)
	}
	again := add(t, open(t, dir), batch(t, 1, 31, 5, 1))
	after, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("the file has changed, or %v", err)
	}
	if first.Already || !again.Already || again.Total != 155 || !s.Has([32]byte{1}) || s.Has([32]byte{2}) {
		t.Errorf("first %+v, again %+v", first, again)
	}
}

func TestOverlapIsRefusedUnlessSaidWhatToDo(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	add(t, s, batch(t, 1, 31, 5, 1))
	later := batch(t, 20, 31, 3, 2)
	if _, err := s.Add(later, today); !errors.Is(err, ErrOverlap) {
		t.Fatalf("error %v", err)
	}
	if got := open(t, dir).History().Len(); got != 155 {
		t.Fatalf("a refused import left %d calls", got)
	}
	later.Overlap = Join
	if r := add(t, s, later); r.Total != 155+93 || r.Removed != 0 {
		t.Errorf("joined: %+v", r)
	}
	third := batch(t, 25, 3, 2, 3)
	third.Overlap = Replace
	if r := add(t, s, third); r.Removed != 3*8 || r.Added != 6 || r.Total != 155+93-24+6 {
		t.Errorf("replaced: %+v", r)
	}
	if s.Has([32]byte{1}) || s.Has([32]byte{2}) || !s.Has([32]byte{3}) {
		t.Error("an import whose calls were replaced in part still counts as imported")
	}
	again := batch(t, 1, 31, 5, 1)
	again.Overlap = Replace
	if r := add(t, s, again); r.Already || !s.Has([32]byte{1}) || len(s.Imports()) != 3 {
		t.Errorf("replaced content again: %+v, ledger %v", r, s.Imports())
	}
}

func TestImportsThatDoNotTouchLeaveAGap(t *testing.T) {
	s := open(t, t.TempDir())
	add(t, s, batch(t, 1, 10, 2, 1))
	add(t, s, batch(t, 15, 5, 2, 2))
	h := s.History()
	want := Span{HourAt(time.Date(2025, 1, 11, 0, 0, 0, 0, time.UTC)), HourAt(time.Date(2025, 1, 15, 0, 0, 0, 0, time.UTC))}
	if len(h.Gaps) != 1 || h.Gaps[0] != want || h.Known() != 15*24 {
		t.Fatalf("gaps %v, want %v", h.Gaps, want)
	}
	if r := add(t, s, batch(t, 11, 4, 2, 3)); len(s.History().Gaps) != 0 || r.Removed != 0 {
		t.Errorf("the gap was filled and is %v", s.History().Gaps)
	}
}

func TestAnotherCityIsRefused(t *testing.T) {
	dir := t.TempDir()
	add(t, open(t, dir), batch(t, 1, 2, 2, 1))
	other := townOf(london)
	other.Hash[0]++
	if _, err := Open(dir, other, today); !errors.Is(err, ErrOtherCity) {
		t.Errorf("error %v", err)
	}
}

// TestDistrictsAreTheCitys: a city whose districts have changed since, and nothing else, has its new
// ones written with the next import.
func TestDistrictsAreTheCitys(t *testing.T) {
	dir := t.TempDir()
	add(t, open(t, dir), batch(t, 1, 2, 2, 1))
	whole := townOf(london)
	whole.Districts, whole.District = []string{"Town"}, make([]int32, 40)
	s, err := Open(dir, whole, today)
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, batch(t, 5, 2, 2, 2))
	stored, err := OpenStored(dir, today)
	if err != nil {
		t.Fatal(err)
	}
	if g := stored.Ground(); len(g.Districts) != 1 || g.District[39] != 0 {
		t.Errorf("districts %q", g.Districts)
	}
}

func TestDamagedFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	add(t, open(t, dir), batch(t, 1, 2, 2, 1))
	path := filepath.Join(dir, File)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 4
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, townOf(london), today); !errors.Is(err, artefact.ErrUnusable) {
		t.Errorf("error %v", err)
	}
}

func TestCallsThatArriveAreKeptAndFolded(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	arrived := []Call{{HourAt(today) - 2, 3, Kind{"crisis", "999"}}, {HourAt(today), 39, Kind{"new", "police"}}}
	for _, c := range arrived {
		if err := s.Append([]Call{c}, today); err != nil {
			t.Fatal(err)
		}
	}
	if h := s.History(); h.Len() != 2 || h.Cell[1] != 39 || h.Span != (Span{arrived[0].Hour, arrived[1].Hour + 1}) {
		t.Errorf("history %+v", h)
	}
	again := open(t, dir)
	if h := again.History(); h.Len() != 2 || h.Kinds[h.Kind[1]] != arrived[1].Kind {
		t.Errorf("after opening again %+v", h)
	}
	if _, err := os.Stat(filepath.Join(dir, JournalFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the journal is still there: %v", err)
	}
	// The first store sees what the second has done, and the other way round.
	if err := s.Append(arrived[:1], today); err != nil {
		t.Fatal(err)
	}
	if changed, err := again.Refresh(); err != nil || !changed || again.History().Len() != 3 {
		t.Errorf("refresh: %v %v, %d calls", changed, err, again.History().Len())
	}
}

func TestKeepLetsGoOfOldCalls(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	add(t, s, batch(t, 1, 365, 2, 1))
	gone, err := s.Keep(Retention{Weeks: 26}, today)
	if err != nil {
		t.Fatal(err)
	}
	from := HourAt(time.Date(2025, 8, 30, 23, 0, 0, 0, time.UTC)) // 31 August in London
	if h := s.History(); h.Span.From != from || gone+h.Len() != 730 || h.Hour[0] < from {
		t.Errorf("%d gone, span from %v", gone, h.Span.From.Time())
	}
	later := today.AddDate(0, 0, 10)
	if _, err := Open(dir, townOf(london), later); err != nil {
		t.Fatal(err)
	}
	c, _, err := readFile(dir)
	if err != nil || c.history.Hour[0] < from+240 {
		t.Errorf("ten days later the file still has calls of %v, %v", c.history.Hour[0].Time(), err)
	}
}
