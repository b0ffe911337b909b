package jetstream

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/jetstream/clustertest"
	"github.com/nearside-ems/nearside/fleet/ledger"
)

// testLag: where the server that a watch reads from stalls, the watch learns what is written from the
// leader, long before that server counts as gone.
func testLag(t *testing.T, c *clustertest.Cluster) {
	settings := func(i int) Settings {
		return Settings{URLs: c.URLs()[i : i+1], Stream: "LAG", Prefix: "lag", MaxBytes: 1 << 20}
	}
	first, err := Open(t.Context(), settings(0))
	for end := time.Now().Add(20 * time.Second); err != nil && time.Now().Before(end); { // servers were hurt before
		first, err = Open(t.Context(), settings(0))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := first.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := first.Append(t.Context(), "cars/a", 0, []byte("1")); err != nil {
		t.Fatal(err)
	}
	leader := c.Leader("LAG")
	s := openWith(t, settings(leader))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	events, at := watchElsewhere(ctx, t, c, s, leader)
	c.Pause(at)
	defer c.Resume(at)
	prev := ledger.Revision(1)
	for i := range 3 { // the second and third while a new reader is sought
		r, err := s.Append(t.Context(), "cars/a", prev, []byte{byte(i)})
		if err != nil {
			t.Fatal(err)
		}
		written := time.Now()
		for prev < r {
			select {
			case e := <-events:
				prev = e.Revision
			case <-time.After(20 * time.Second):
				t.Fatalf("revision %d never came", r)
			}
		}
		t.Logf("revision %d came after %v", r, time.Since(written))
		if took := time.Since(written); took > 2*heartbeat { // a reader by consumers alone waits so long at least
			t.Errorf("revision %d came after %v", r, took)
		}
	}
}

// watchElsewhere begins a watch that reads from a server other than the leader, and returns that.
func watchElsewhere(ctx context.Context, t *testing.T, c *clustertest.Cluster, s *Store, leader int) (<-chan ledger.Event, int) {
	t.Helper()
	for range 30 { // servers are chosen at random
		watching, stop := context.WithCancel(ctx)
		events, whole := make(chan ledger.Event, 10), make(chan bool)
		go func() {
			for e, err := range s.Watch(watching, 0) {
				switch {
				case err != nil:
					t.Error(err)
				case e.Whole:
					close(whole)
				default:
					events <- e
				}
			}
			close(events)
		}()
		<-whole
		var names []string
		list := s.stream.ListConsumers(ctx)
		for info := range list.Info() {
			names = append(names, info.Cluster.Leader)
		}
		if at := slices.IndexFunc(c.Names(), func(n string) bool { return len(names) == 1 && n == names[0] }); at >= 0 && at != leader {
			t.Cleanup(func() {
				stop()
				for range events {
				}
			})
			<-events
			return events, at
		}
		stop()
		for range events {
		}
		for _, name := range consumers(ctx, s) {
			_ = s.stream.DeleteConsumer(ctx, name)
		}
	}
	t.Fatal("every watch read from the leader")
	return nil, 0
}

func consumers(ctx context.Context, s *Store) (names []string) {
	list := s.stream.ConsumerNames(ctx)
	for name := range list.Name() {
		names = append(names, name)
	}
	return names
}
