package jetstream

import (
	"fmt"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/jetstream/clustertest"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/ledger/storetest"
)

// TestCluster has three servers for all that needs them: it takes seconds until they have a leader.
func TestCluster(t *testing.T) {
	t.Parallel()
	c := clustertest.Start(t, 3)
	t.Run("Conformance", func(t *testing.T) { testConformance(t, c) })
	t.Run("Faults", func(t *testing.T) { testFaults(t, c) })
	t.Run("Lag", func(t *testing.T) { testLag(t, c) })
}

func testConformance(t *testing.T, c *clustertest.Cluster) {
	n := 0
	storetest.Run(t, func(t *testing.T) ledger.Store {
		n++
		return openWith(t, Settings{URLs: c.URLs(), Stream: fmt.Sprintf("LEDGER-%d", n), Prefix: fmt.Sprintf("ledger-%d", n), MaxBytes: 32 << 20, Patience: 400 * time.Millisecond})
	})
}
