package jetstream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/jetstream/clustertest"
	"github.com/nearside-ems/nearside/fleet/ledger"
)

// try is one append of a fight and what its writer was told.
type try struct {
	data       string
	prev       ledger.Revision
	begin, end time.Time
	revision   ledger.Revision
	err        error
}

// fight lets writers append to few keys through several stores until ctx ends, in contexts that last
// longest at most.
func fight(ctx context.Context, writers, keys int, longest time.Duration, stores []*Store) (tries []try) {
	var mu sync.Mutex
	var fighting sync.WaitGroup
	for w := range writers {
		fighting.Go(func() {
			s, random := stores[w%len(stores)], rand.New(rand.NewPCG(uint64(w), 1))
			for i := 0; ctx.Err() == nil; i++ {
				key := fmt.Sprintf("cars/%d", random.IntN(keys))
				deadline, cancel := context.WithTimeout(context.Background(), longest/4+rand.N(longest*3/4))
				last, _, err := s.Last(deadline, key)
				if err == nil {
					one := try{data: fmt.Sprintf("%s %d %d", key, w, i), prev: last.Revision, begin: time.Now()}
					one.revision, one.err = s.Append(deadline, key, last.Revision, []byte(one.data))
					one.end = time.Now()
					mu.Lock()
					tries = append(tries, one)
					mu.Unlock()
				}
				cancel()
				time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
			}
		})
	}
	fighting.Wait()
	return tries
}

// judgeFight holds what writers were told against the log.
func judgeFight(t *testing.T, tries []try, log []ledger.Entry) {
	t.Helper()
	at, before, last := map[string]ledger.Revision{}, map[string]ledger.Revision{}, map[string]ledger.Revision{}
	for _, e := range log {
		if at[string(e.Data)] > 0 {
			t.Errorf("%q was written twice", e.Data)
		}
		at[string(e.Data)], before[string(e.Data)] = e.Revision, last[e.Key]
		last[e.Key] = e.Revision
	}
	count := map[string]int{}
	var taken []try
	for _, a := range tries {
		r, there := at[a.data]
		if there && before[a.data] != a.prev {
			t.Errorf("%q was written on top of %d, wanted on top of %d", a.data, before[a.data], a.prev)
		}
		switch {
		case a.err == nil:
			count["acknowledged"]++
			if !there || r != a.revision {
				t.Errorf("%q was acknowledged as %d, and is %d", a.data, a.revision, r)
			}
			taken = append(taken, a)
		case errors.Is(a.err, ledger.ErrUnknown):
			count["unknown"]++
		case errors.Is(a.err, ledger.ErrConflict), errors.Is(a.err, ledger.ErrUnavailable):
			count[strings.SplitN(a.err.Error(), ":", 2)[0]]++
			if there {
				t.Errorf("%q was refused, and is there as %d: %v", a.data, r, a.err)
			}
		default:
			t.Errorf("%q: %v", a.data, a.err)
		}
	}
	inTime(t, taken)
	t.Logf("%d entries; of %d appends: %v", len(log), len(tries), count)
}

// inTime checks that whoever began after another was acknowledged stands after it in the log.
func inTime(t *testing.T, taken []try) {
	byBegin, byEnd := append([]try(nil), taken...), append([]try(nil), taken...)
	sort.Slice(byBegin, func(i, j int) bool { return byBegin[i].begin.Before(byBegin[j].begin) })
	sort.Slice(byEnd, func(i, j int) bool { return byEnd[i].end.Before(byEnd[j].end) })
	var highest ledger.Revision
	for _, b := range byBegin {
		for ; len(byEnd) > 0 && byEnd[0].end.Before(b.begin); byEnd = byEnd[1:] {
			highest = max(highest, byEnd[0].revision)
		}
		if b.revision < highest {
			t.Errorf("%q is at %d, but began after %d was acknowledged", b.data, b.revision, highest)
		}
	}
}

// faultTime is how long faults last: NEARSIDE_FAULTS, such as 60s, or a few seconds.
func faultTime(t *testing.T) (long bool, d time.Duration) {
	text := os.Getenv("NEARSIDE_FAULTS")
	if text == "" {
		return false, 0
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("NEARSIDE_FAULTS: %v", err)
	}
	return true, d
}

// testFaults: 64 writers fight for 6 cars over three servers that are killed, paused and cut off.
// Nothing that was acknowledged is lost, nothing that was refused is there, and the servers agree. It is
// short, and spares the leader, whose successor takes seconds, unless NEARSIDE_FAULTS says how long.
func testFaults(t *testing.T, c *clustertest.Cluster) {
	long, d := faultTime(t)
	var stores []*Store
	for i := range 4 {
		urls := c.URLs() // each store begins elsewhere
		urls[0], urls[i%3] = urls[i%3], urls[0]
		stores = append(stores, openWith(t, Settings{URLs: urls, MaxBytes: 256 << 20}))
	}
	ctx, cancel := context.WithCancel(t.Context())
	watched := make(chan []ledger.Entry)
	var reached atomic.Uint64
	go func() { watched <- follow(ctx, stores[3], &reached) }()
	hurting, done := context.WithCancel(ctx)
	go func() {
		defer done()
		if long {
			hurtAtRandom(t, c, d)
		} else {
			hurtBriefly(t, c)
		}
	}()
	longest := 300 * time.Millisecond
	if long {
		longest = 4 * time.Second
	}
	tries := fight(hurting, 64, 6, longest, stores)
	log := logOf(t, stores[0])
	judgeFight(t, tries, log)
	if long {
		agree(t, c, stores[0], log)
	}
	// A watch whose server was hurt is taken up again elsewhere, and may need a while to catch up.
	last := log[len(log)-1].Revision
	for end := time.Now().Add(20 * time.Second); reached.Load() < uint64(last) && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	cancel()
	saw := <-watched
	if len(saw) == 0 {
		t.Fatal("a watch saw nothing")
	}
	// An entry whose outcome was unknown may have been written after the log was read.
	saw = saw[:min(len(saw), len(log)+1-int(saw[0].Revision))]
	compareLogs(t, "what a watch saw", saw, log[saw[0].Revision-1:])
}

// follow returns what a watch yields after it is whole, until ctx ends. reached is how far it got.
func follow(ctx context.Context, s *Store, reached *atomic.Uint64) (log []ledger.Entry) {
	whole := false
	for e, err := range s.Watch(ctx, 0) {
		if err != nil {
			return append(log, ledger.Entry{Key: err.Error()})
		}
		if whole {
			log = append(log, e.Entry)
			reached.Store(uint64(e.Revision))
		}
		whole = whole || e.Whole
	}
	return log
}

// hurtBriefly kills a server that does not lead, and cuts the other one off.
func hurtBriefly(t *testing.T, c *clustertest.Cluster) {
	leader := c.Leader("NEARSIDE")
	if leader < 0 {
		t.Error("no leader")
	}
	one, other := (leader+1)%3, (leader+2)%3
	time.Sleep(300 * time.Millisecond)
	c.Kill(one)
	time.Sleep(700 * time.Millisecond)
	c.Run(one)
	time.Sleep(time.Second)
	c.Cut(other)
	time.Sleep(700 * time.Millisecond)
	c.Join(other)
	time.Sleep(500 * time.Millisecond)
}

// hurtAtRandom hurts one server after another, the leader every other time.
func hurtAtRandom(t *testing.T, c *clustertest.Cluster, d time.Duration) {
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	for begin := time.Now(); time.Since(begin) < d; {
		i, how := random.IntN(3), random.IntN(4)
		if l := c.Leader("NEARSIDE"); l >= 0 && random.IntN(2) == 0 {
			i = l
		}
		ill := time.Duration(random.IntN(8000)) * time.Millisecond
		t.Logf("%5.1f s: node %d is %s for %.1f s", time.Since(begin).Seconds(), i,
			[]string{"killed", "paused", "cut off", "cut off with its clients"}[how], ill.Seconds())
		switch how {
		case 0:
			c.Kill(i)
		case 1:
			c.Pause(i)
		case 2:
			c.Cut(i)
		case 3:
			c.Cut(i)
			c.CutClients(i, true)
		}
		time.Sleep(ill)
		switch how {
		case 0:
			c.Run(i)
		case 1:
			c.Resume(i)
		case 2:
			c.Join(i)
		case 3:
			c.Join(i)
			c.CutClients(i, false)
		}
		time.Sleep(time.Duration(random.IntN(6000)) * time.Millisecond)
	}
}

func logOf(t testing.TB, s *Store) (log []ledger.Entry) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for begin := time.Now(); ; {
		log = nil
		var err error
		for e, wrong := range s.Log(ctx, 0) {
			if err = wrong; err == nil {
				log = append(log, e)
			}
		}
		if err == nil && len(log) > 0 {
			return log
		}
		if time.Since(begin) > 30*time.Second {
			t.Fatalf("the log cannot be read: %v", err)
		}
	}
}

func compareLogs(t *testing.T, what string, got, want []ledger.Entry) {
	t.Helper()
	for i := range min(len(got), len(want)) {
		if got[i].Revision != want[i].Revision || got[i].Key != want[i].Key || string(got[i].Data) != string(want[i].Data) {
			t.Errorf("%s: %v, want %v", what, got[i], want[i])
			return
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d entries, want %d", what, len(got), len(want))
	}
}

// agree lets each server lead in turn, and compares what it has with the log.
func agree(t *testing.T, c *clustertest.Cluster, s *Store, log []ledger.Entry) {
	t.Helper()
	for i := range 3 {
		for begin := time.Now(); c.Leader("NEARSIDE") != i; time.Sleep(100 * time.Millisecond) {
			if time.Since(begin) > 30*time.Second {
				t.Errorf("node %d does not come to lead", i)
				return
			}
			wish, err := json.Marshal(map[string]any{"placement": map[string]any{"preferred": fmt.Sprintf("node-%d", i)}})
			if err != nil {
				t.Fatal(err)
			}
			_, _ = s.nc.Request("$JS.API.STREAM.LEADER.STEPDOWN.NEARSIDE", wish, time.Second)
		}
		var got []ledger.Entry
		for seq := range log {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			m, err := s.stream.GetMsg(ctx, uint64(seq)+1)
			cancel()
			if err != nil {
				t.Errorf("node %d, revision %d: %v", i, seq+1, err)
				break
			}
			got = append(got, ledger.Entry{Revision: ledger.Revision(m.Sequence), Key: s.key(m.Subject), Data: m.Data})
		}
		compareLogs(t, fmt.Sprintf("node %d", i), got, log)
	}
}
