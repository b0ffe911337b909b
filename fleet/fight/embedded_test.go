package fight_test

import (
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/fleet/fight"
	"github.com/nearside-ems/nearside/fleet/jetstream"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/ledger/storetest"
)

// open opens a ledger until the test ends. Servers of a cluster that have just begun need a moment to know
// of each other.
func open(t *testing.T, s jetstream.Settings) *jetstream.Store {
	t.Helper()
	store, err := jetstream.Open(t.Context(), s)
	for until := time.Now().Add(30 * time.Second); err != nil; store, err = jetstream.Open(t.Context(), s) {
		if time.Now().After(until) {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// TestFightOverAFolder fights over the ledger that one machine keeps, and then over it in a storm, as over
// one in memory.
func TestFightOverAFolder(t *testing.T) {
	t.Run("calm", func(t *testing.T) {
		if os.Getenv("NEARSIDE_FAULTS") == "" {
			t.Skip("the storm has calm moments; NEARSIDE_FAULTS=60s fights without one")
		}
		s := open(t, jetstream.Settings{Folder: t.TempDir()})
		judge(t, fight.DefaultSettings(length(t), s, s))
	})
	t.Run("storm", func(t *testing.T) {
		began, fights := time.Now(), length(t)
		storm := func() bool { return time.Since(began) < fights }
		var late sync.WaitGroup
		defer late.Wait()
		s := open(t, jetstream.Settings{Folder: t.TempDir()})
		one := &stormy{s, &late, storm, rand.IntN}
		two := &storetest.Faulty{Store: &stormy{s, &late, storm, rand.IntN}, Next: func(string) storetest.Fate {
			if storm() && time.Since(began)%time.Second > 700*time.Millisecond {
				return storetest.Refuse
			}
			return storetest.Pass
		}}
		judge(t, fight.DefaultSettings(fights, one, two, ledger.Store(s)))
	})
}

// judge fights, and fails the test where anything was not as promised.
func judge(t *testing.T, s fight.Settings) *fight.Report {
	t.Helper()
	report, err := fight.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(report)
	if len(report.Wrong) > 0 {
		t.Errorf("%d faults", len(report.Wrong))
	}
	return report
}
