package storetest_test

import (
	"errors"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/ledger/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) ledger.Store { return ledger.NewMemory(time.Now) })
}

func TestFaulty(t *testing.T) {
	fates := []storetest.Fate{storetest.Pass, storetest.Refuse, storetest.Lose, storetest.Mute}
	f := &storetest.Faulty{Store: ledger.NewMemory(time.Now), Next: func(string) (next storetest.Fate) {
		next, fates = fates[0], fates[1:]
		return next
	}}
	for i, want := range []error{nil, ledger.ErrUnavailable, ledger.ErrUnknown, ledger.ErrUnknown} {
		if _, err := f.Append(t.Context(), "cars/a", ledger.Revision(min(i, 1)), []byte{'0' + byte(i)}); !errors.Is(err, want) {
			t.Errorf("append %d: %v, want %v", i, err, want)
		}
	}
	if e, _, err := f.Last(t.Context(), "cars/a"); err != nil || e.Revision != 2 || string(e.Data) != "3" {
		t.Errorf("the last is %v, %v", e, err)
	}
}
