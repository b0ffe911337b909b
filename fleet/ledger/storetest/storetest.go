package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// patience is how long a test waits for what should come at once.
const patience = 30 * time.Second

// Run tests the stores that open returns. Each has to be empty, and open closes it when its test ends.
func Run(t *testing.T, open func(t *testing.T) ledger.Store) {
	for _, c := range []struct {
		name string
		test func(context.Context, *testing.T, ledger.Store)
	}{
		{"Append", testAppend},
		{"AppendRefuses", testRefuses},
		{"Last", testLast},
		{"Watch", testWatch},
		{"WatchFromRevision", testWatchFrom},
		{"WatchWhileWriting", testWatchWhileWriting},
		{"Log", testLog},
		{"Fight", testFight},
		{"ContextEnds", testContextEnds},
		{"RandomSteps", testRandom},
		{"Status", testStatus},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			c.test(ctx, t, open(t))
		})
	}
}

// put appends and wants a revision.
func put(ctx context.Context, t *testing.T, s ledger.Store, key string, prev ledger.Revision, data string) ledger.Revision {
	t.Helper()
	r, err := s.Append(ctx, key, prev, []byte(data))
	if err != nil {
		t.Fatalf("append to %s on top of %d: %v", key, prev, err)
	}
	return r
}

func testAppend(ctx context.Context, t *testing.T, s ledger.Store) {
	for i, c := range []struct {
		key  string
		prev ledger.Revision
		data string
	}{
		{"cars/a", 0, "1"}, {"cars/b", 0, "2"}, {"cars/a", 1, "3"}, {"centres/a", 0, "4"}, {"cars/a.b", 0, "5"},
		{"cars/a.b.c", 0, "6"}, {"cars/A", 0, "7"}, {"cars/a-._b", 0, "8"}, {"cars/a", 3, "\x00\xff\r\n"},
		{"advice/x", 0, strings.Repeat("x", ledger.MaxData)},
	} {
		if r := put(ctx, t, s, c.key, c.prev, c.data); r != ledger.Revision(i+1) {
			t.Errorf("%s: revision %d, want %d", c.key, r, i+1)
		}
		if e, ok, err := s.Last(ctx, c.key); err != nil || !ok || string(e.Data) != c.data || e.Key != c.key || e.Revision != ledger.Revision(i+1) {
			t.Errorf("%s: last is %v, %v, %v", c.key, e.Revision, ok, err)
		}
	}
	data := []byte("mine")
	if _, err := s.Append(ctx, "cars/z", 0, data); err != nil {
		t.Fatal(err)
	}
	copy(data, "gone")
	if e, _, err := s.Last(ctx, "cars/z"); err != nil || string(e.Data) != "mine" {
		t.Errorf("the caller's bytes are kept: %q, %v", e.Data, err)
	}
}

func testRefuses(ctx context.Context, t *testing.T, s ledger.Store) {
	put(ctx, t, s, "cars/a", 0, "1")
	put(ctx, t, s, "cars/b", 0, "2")
	put(ctx, t, s, "cars/a", 1, "3")
	for _, c := range []struct {
		key  string
		prev ledger.Revision
		data string
		want error
	}{
		{"cars/a", 0, "x", ledger.ErrConflict},
		{"cars/a", 1, "x", ledger.ErrConflict},
		{"cars/a", 2, "x", ledger.ErrConflict}, // another key's
		{"cars/new", 3, "x", ledger.ErrConflict},
		{"cars/", 0, "x", ledger.ErrInvalid},
		{"cars/*", 0, "x", ledger.ErrInvalid},
		{"cars/>", 0, "x", ledger.ErrInvalid},
		{"cars/a", 3, "", ledger.ErrInvalid},
		{"cars/a", 3, strings.Repeat("x", ledger.MaxData+1), ledger.ErrInvalid},
	} {
		if r, err := s.Append(ctx, c.key, c.prev, []byte(c.data)); !errors.Is(err, c.want) || r != 0 {
			t.Errorf("%s on top of %d: %d, %v; want %v", c.key, c.prev, r, err, c.want)
		}
	}
	if r, err := s.Append(ctx, "cars/a", 4, []byte("x")); r != 0 || !errors.Is(err, ledger.ErrConflict) && !errors.Is(err, ledger.ErrUnknown) {
		t.Errorf("on top of a revision that is yet to come: %d, %v", r, err)
	}
	if got := logOf(ctx, t, s, 0); len(got) != 3 {
		t.Errorf("%d entries, want 3", len(got))
	}
	if r := put(ctx, t, s, "cars/c", 0, "x"); r != 4 {
		t.Errorf("revision %d after refusals, want 4", r)
	}
}

func testLast(ctx context.Context, t *testing.T, s ledger.Store) {
	if e, ok, err := s.Last(ctx, "cars/a"); ok || err != nil {
		t.Errorf("of an empty store: %v, %v, %v", e, ok, err)
	}
	put(ctx, t, s, "cars/a.b", 0, "1")
	for _, key := range []string{"cars/a", "cars/b", "cars/A.b", "centres/a.b"} {
		if e, ok, err := s.Last(ctx, key); ok || err != nil {
			t.Errorf("%s: %v, %v, %v", key, e, ok, err)
		}
	}
	if _, _, err := s.Last(ctx, "cars/>"); !errors.Is(err, ledger.ErrInvalid) {
		t.Errorf("of no key: %v", err)
	}
}

func testLog(ctx context.Context, t *testing.T, s ledger.Store) {
	if got := logOf(ctx, t, s, 0); len(got) > 0 {
		t.Errorf("of an empty store: %v", got)
	}
	var want []ledger.Entry
	last := map[string]ledger.Revision{}
	for i := range 300 {
		e := ledger.Entry{Key: fmt.Sprintf("cars/%d", i%7), Data: fmt.Append(nil, i)}
		e.Revision = put(ctx, t, s, e.Key, last[e.Key], string(e.Data))
		last[e.Key] = e.Revision
		want = append(want, e)
	}
	for _, from := range []int{0, 1, 2, 150, 300, 301, 5000} {
		same(t, fmt.Sprint("from ", from), logOf(ctx, t, s, ledger.Revision(from)), want[min(max(from, 1)-1, 300):])
	}
	for e, err := range s.Log(ctx, 0) {
		if err != nil || e.Revision == 3 {
			break // who has seen enough may leave
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	var err error
	for _, err = range s.Log(ended, 0) {
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("in a context that has ended: %v", err)
	}
}

// logOf returns a store's log from a revision on.
func logOf(ctx context.Context, t *testing.T, s ledger.Store, from ledger.Revision) (log []ledger.Entry) {
	t.Helper()
	for e, err := range s.Log(ctx, from) {
		if err != nil {
			t.Fatal(err)
		}
		log = append(log, e)
	}
	return log
}

// same compares entries, byte for byte.
func same(t *testing.T, what string, got, want []ledger.Entry) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d entries, want %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if got[i].Revision != want[i].Revision || got[i].Key != want[i].Key || !bytes.Equal(got[i].Data, want[i].Data) {
			t.Errorf("%s: entry %d is %d %s %.60q, want %d %s %.60q", what, i,
				got[i].Revision, got[i].Key, got[i].Data, want[i].Revision, want[i].Key, want[i].Data)
			return
		}
	}
}

func testStatus(ctx context.Context, t *testing.T, s ledger.Store) {
	begin := time.Now()
	put(ctx, t, s, "cars/a", 0, "1")
	st := s.Status()
	if st.Err != nil || st.Contact.Before(begin.Add(-time.Second)) || st.Contact.After(time.Now().Add(time.Second)) {
		t.Errorf("status %+v", st)
	}
	if !slices.Contains([]string{"memory", "embedded", "cluster"}, st.Kind) {
		t.Errorf("kind %q", st.Kind)
	}
}
