package jetstream

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/nearside-ems/nearside/fleet/jetstream/clustertest"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/ledger/storetest"
)

func TestMain(m *testing.M) {
	clustertest.Main()
	if folder := os.Getenv(killVariable); folder != "" {
		appendUntilKilled(folder)
	}
	goleak.VerifyTestMain(m)
}

// openIn opens a ledger in a folder, until the test ends.
func openIn(t testing.TB, folder string) *Store { return openWith(t, Settings{Folder: folder}) }

func openWith(t testing.TB, settings Settings) *Store {
	t.Helper()
	s, err := Open(t.Context(), settings)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestEmbedded(t *testing.T) {
	storetest.Run(t, func(t *testing.T) ledger.Store { return openIn(t, t.TempDir()) })
}
