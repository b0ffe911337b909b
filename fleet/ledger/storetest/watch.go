package storetest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"testing"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

// watcher takes a Watch step by step.
type watcher struct {
	next func() (ledger.Event, error, bool)
	stop func()
}

func watch(ctx context.Context, s ledger.Store, from ledger.Revision) *watcher {
	next, stop := iter.Pull2(s.Watch(ctx, from))
	return &watcher{next, stop}
}

// take returns the next n entries, or those up to Whole where n is negative.
func (w *watcher) take(t *testing.T, n int) (entries []ledger.Entry) {
	t.Helper()
	for len(entries) != n {
		e, err, ok := w.next()
		switch {
		case !ok || err != nil:
			t.Errorf("the watch ended after %d entries of %d: %v", len(entries), n, err)
			return entries
		case e.Whole && n < 0:
			return entries
		case e.Whole:
			t.Errorf("whole after %d entries of %d", len(entries), n)
			return entries
		}
		entries = append(entries, e.Entry)
	}
	return entries
}

// state takes what comes up to Whole, in the order of revisions, and returns the last of each key.
func (w *watcher) state(t *testing.T, from ledger.Revision) []ledger.Entry {
	t.Helper()
	all, last := w.take(t, -1), map[string]ledger.Revision{}
	at := from
	for _, e := range all {
		if e.Revision <= at {
			t.Errorf("from %d: revision %d after %d before whole", from, e.Revision, at)
		}
		at, last[e.Key] = e.Revision, e.Revision
	}
	return slices.DeleteFunc(all, func(e ledger.Entry) bool { return last[e.Key] != e.Revision })
}

func testWatch(ctx context.Context, t *testing.T, s ledger.Store) {
	empty := watch(ctx, s, 0)
	defer empty.stop()
	same(t, "of an empty store", empty.take(t, -1), nil)
	var log []ledger.Entry
	write := func(key string, prev ledger.Revision, data string) {
		log = append(log, ledger.Entry{Revision: put(ctx, t, s, key, prev, data), Key: key, Data: []byte(data)})
	}
	write("cars/a", 0, "1")
	write("cars/b", 0, "2")
	write("cars/a", 1, "3")
	write("centres/c.d", 0, "4")
	write("cars/a", 3, "5")
	same(t, "the first entries", empty.take(t, 5), log)

	w := watch(ctx, s, 0)
	defer w.stop()
	same(t, "last by key", w.state(t, 0), []ledger.Entry{log[1], log[3], log[4]})
	write("cars/b", 2, "6")
	write("cars/b", 6, "7")
	write("cars/e", 0, "8")
	same(t, "after whole", w.take(t, 3), log[5:])
	same(t, "after whole, in the other watch", empty.take(t, 3), log[5:])
}

func testWatchFrom(ctx context.Context, t *testing.T, s ledger.Store) {
	var log []ledger.Entry
	last := map[string]ledger.Revision{}
	for i := range 20 {
		key := fmt.Sprintf("cars/%d", i%6%5)
		last[key] = put(ctx, t, s, key, last[key], fmt.Sprint(i))
		log = append(log, ledger.Entry{Revision: last[key], Key: key, Data: fmt.Append(nil, i)})
	}
	for from := range ledger.Revision(len(log) + 1) {
		var want []ledger.Entry
		for _, e := range log[from:] {
			if last[e.Key] == e.Revision {
				want = append(want, e)
			}
		}
		w := watch(ctx, s, from)
		same(t, fmt.Sprint("from ", from), w.state(t, from), want)
		w.stop()
	}
	w := watch(ctx, s, 20)
	defer w.stop()
	same(t, "from the last", w.take(t, -1), nil)
	put(ctx, t, s, "cars/new", 0, "x")
	if got := w.take(t, 1); len(got) != 1 || got[0].Revision != 21 {
		t.Errorf("after whole: %v", got)
	}
	beyond := watch(ctx, s, 1000)
	defer beyond.stop()
	_, err, ok := beyond.next()
	if rewound := (*ledger.RewoundError)(nil); !ok || !errors.As(err, &rewound) || *rewound != (ledger.RewoundError{From: 1000, Last: 21}) {
		t.Errorf("from beyond the end: %v, %v", err, ok)
	}
	if _, _, ok := beyond.next(); ok {
		t.Error("goes on after an error")
	}
}

// testWatchWhileWriting starts watches from everywhere while entries are written: none misses one, none
// sees one twice, and at Whole each has the state as it was.
func testWatchWhileWriting(ctx context.Context, t *testing.T, s ledger.Store) {
	const writers, each, total = 4, 100, 400
	var writing, watching sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			var prev ledger.Revision
			for i := range each {
				var err error
				if prev, err = s.Append(ctx, fmt.Sprintf("cars/%d", w), prev, fmt.Append(nil, w, i)); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for i := range 12 {
		watching.Go(func() {
			from := ledger.Revision(0)
			if log := logOfQuietly(ctx, s); i%2 == 1 && len(log) > 0 {
				from = ledger.Revision(len(log) * i / 12)
			}
			w := watch(ctx, s, from)
			defer w.stop()
			at := from
			if state := w.state(t, from); len(state) > 0 {
				at = state[len(state)-1].Revision
			}
			for at < total && !t.Failed() {
				e := w.take(t, 1)
				if len(e) != 1 || e[0].Revision != at+1 {
					t.Errorf("from %d: %v after revision %d", from, e, at)
					return
				}
				at = e[0].Revision
			}
		})
	}
	writing.Wait()
	watching.Wait()
	if log := logOf(ctx, t, s, 0); len(log) != total {
		t.Errorf("%d entries, want %d", len(log), total)
	}
}

func logOfQuietly(ctx context.Context, s ledger.Store) (log []ledger.Entry) {
	for e, err := range s.Log(ctx, 0) {
		if err != nil {
			return nil
		}
		log = append(log, e)
	}
	return log
}

// testContextEnds: an Append in a context that has ended writes nothing; whichever way one ends whose
// context ends in its midst, it tells the truth. Watches end.
func testContextEnds(ctx context.Context, t *testing.T, s ledger.Store) {
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Append(ended, "cars/a", 0, []byte("x")); !errors.Is(err, ledger.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("append in a context that has ended: %v", err)
	}
	if _, _, err := s.Last(ended, "cars/a"); !errors.Is(err, context.Canceled) {
		t.Errorf("last in a context that has ended: %v", err)
	}
	for range s.Watch(ended, 0) {
		t.Error("a watch whose context has ended yields")
	}
	hurried(ctx, t, s)
	watching, stop := context.WithCancel(ctx)
	var steps []ledger.Event
	for e, err := range s.Watch(watching, 0) {
		if err != nil {
			t.Error(err)
		}
		if steps = append(steps, e); e.Whole {
			stop()
		}
	}
	if !slices.ContainsFunc(steps, func(e ledger.Event) bool { return e.Whole }) {
		t.Error("ended before it was whole")
	}
	stop()
}
