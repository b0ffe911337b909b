package calls

import (
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// listed is a store in the slow way: a table of hours that are known, and the calls one by one.
type listed struct {
	calls []Call
	known map[Hour]bool
}

func (m *listed) overlaps(b *History) bool {
	return slices.ContainsFunc(hoursOf(b), func(h Hour) bool { return m.known[h] })
}

func (m *listed) add(b *History, o Overlap) {
	covered := map[Hour]bool{}
	for _, h := range hoursOf(b) {
		covered[h] = true
		m.known[h] = true
	}
	if o == Replace {
		m.calls = slices.DeleteFunc(m.calls, func(c Call) bool { return covered[c.Hour] })
	}
	m.calls = append(m.calls, list(b)...)
}

func (m *listed) forget(before Hour) {
	m.calls = slices.DeleteFunc(m.calls, func(c Call) bool { return c.Hour < before })
	for h := range m.known {
		if h < before {
			delete(m.known, h)
		}
	}
}

// hoursOf returns the hours that a history knows.
func hoursOf(h *History) (hours []Hour) {
	for _, s := range h.known() {
		for t := s.From; t < s.To; t++ {
			hours = append(hours, t)
		}
	}
	return hours
}

// TestImportsAgainstAList: imports in every way of dealing with overlaps, again and again, and retentions
// that change, leave what a list of calls would have, in memory and on the disk.
func TestImportsAgainstAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "calls-*")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		s, m, now := mustOpen(t, dir), &listed{known: map[Hour]bool{}}, today
		for sha := range rapid.IntRange(1, 8).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0, 1, 2:
				importStep(t, s, m, byte(sha), now)
			case 3:
				r := rapid.SampledFrom([]Retention{Forever, {Weeks: 3}, {Weeks: 5}}).Draw(t, "retention")
				if _, err := s.Keep(r, now); err != nil {
					t.Fatal(err)
				}
			default:
				now = now.AddDate(0, 0, rapid.IntRange(0, 9).Draw(t, "days"))
				if s, err = Open(dir, townOf(london), now); err != nil {
					t.Fatal(err)
				}
			}
			m.forget(s.Retention().oldest(now, london))
			stored, err := OpenStored(dir, now)
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			for _, s := range []*Store{s, stored} {
				if s != nil && !slices.Equal(list(s.History()), sorted(slices.Clone(m.calls))) {
					t.Fatalf("has %v, want %v", list(s.History()), m.calls)
				}
			}
			if got := hoursOf(s.History()); len(got) != len(m.known) || slices.ContainsFunc(got, func(h Hour) bool { return !m.known[h] }) {
				t.Fatalf("knows %d hours, want %d", len(got), len(m.known))
			}
		}
	})
}

func importStep(t *rapid.T, s *Store, m *listed, sha byte, now time.Time) {
	b := NewBuilder(40)
	from := HourAt(today.AddDate(0, 0, -rapid.IntRange(3, 60).Draw(t, "days ago")))
	for range rapid.IntRange(1, 6).Draw(t, "calls") {
		c := Call{from - Hour(rapid.IntRange(0, 200).Draw(t, "hour")), int32(rapid.IntRange(0, 39).Draw(t, "cell")), Kind{rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "category"), "999"}}
		if err := b.Add(c); err != nil {
			t.Fatal(err)
		}
	}
	h := b.History(london)
	in := Batch{SHA256: [32]byte{1, sha}, Read: h.Len(), Kept: h.Len(), Calls: h, Overlap: rapid.SampledFrom([]Overlap{Refuse, Join, Replace}).Draw(t, "overlap")}
	overlaps := m.overlaps(h)
	r, err := s.Add(in, now)
	if refused := overlaps && in.Overlap == Refuse; refused != errors.Is(err, ErrOverlap) || err != nil && !refused {
		t.Fatalf("overlap %v, %v: %v", overlaps, in.Overlap, err)
	}
	if err != nil {
		return
	}
	m.add(h, in.Overlap)
	m.forget(s.Retention().oldest(now, london))
	if r.Total != len(m.calls) || r.Added != h.Len() {
		t.Fatalf("result %+v, want %d calls", r, len(m.calls))
	}
	if len(h.known().minus(cover{{First, s.Retention().oldest(now, london)}})) == 0 {
		return // nothing of the import is left, and it is forgotten
	}
	if again, err := s.Add(in, now); err != nil || !again.Already || !s.Has(in.SHA256) {
		t.Fatalf("the same content again: %+v, %v", again, err)
	}
}
