//go:build unix

package fight_test

import (
	"context"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/nearside-ems/nearside/fleet/fight"
	"github.com/nearside-ems/nearside/fleet/jetstream"
	"github.com/nearside-ems/nearside/fleet/jetstream/clustertest"
	"github.com/nearside-ems/nearside/fleet/ledger"
)

// TestFightOverACluster fights over three servers of which one at a time is killed, paused or cut off.
func TestFightOverACluster(t *testing.T) {
	if os.Getenv("NEARSIDE_FAULTS") == "" {
		t.Skip("servers take seconds to get over faults: NEARSIDE_FAULTS=60s")
	}
	c := clustertest.Start(t, 3)
	var stores []ledger.Store
	for i := range 3 {
		urls := c.URLs() // each replica begins at a server of its own
		urls[0], urls[i] = urls[i], urls[0]
		stores = append(stores, open(t, jetstream.Settings{URLs: urls, MaxBytes: 256 << 20}))
	}
	settings := fight.DefaultSettings(length(t), stores...)
	hurt := make(chan struct{})
	settings.Begin = func() {
		go func() {
			defer close(hurt)
			hurtFor(settings.For, t, c)
		}()
	}
	report := judge(t, settings)
	<-hurt
	if report.Unknown+report.Settled == 0 {
		t.Error("no answer was lost: the fight was not hard")
	}
}

// hurtFor does something to one server after another, the leader half of the time, and undoes it.
func hurtFor(d time.Duration, t *testing.T, c *clustertest.Cluster) {
	ctx, stop := context.WithTimeout(t.Context(), d)
	defer stop()
	began := time.Now()
	for wait(ctx, rand.N(4*time.Second)) {
		i := rand.IntN(3)
		if leader := c.Leader("NEARSIDE"); leader >= 0 && rand.IntN(2) == 0 {
			i = leader
		}
		fault := faults[rand.IntN(len(faults))]
		ill := rand.N(6 * time.Second)
		t.Logf("%5.1f s: server %d is %s for %s", time.Since(began).Seconds(), i, fault.name, ill.Round(100*time.Millisecond))
		fault.do(c, i)
		wait(ctx, ill)
		fault.undo(c, i)
	}
}

var faults = []struct {
	name     string
	do, undo func(c *clustertest.Cluster, i int)
}{
	{"killed", (*clustertest.Cluster).Kill, (*clustertest.Cluster).Run},
	{"paused", (*clustertest.Cluster).Pause, (*clustertest.Cluster).Resume},
	{"cut off from the others", (*clustertest.Cluster).Cut, (*clustertest.Cluster).Join},
	{"cut off from all", func(c *clustertest.Cluster, i int) { c.Cut(i); c.CutClients(i, true) },
		func(c *clustertest.Cluster, i int) { c.Join(i); c.CutClients(i, false) }},
}

// wait tells whether it waited to the end.
func wait(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func TestMain(m *testing.M) {
	clustertest.Main()
	goleak.VerifyTestMain(m)
}
