package live_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// TestAStatusWithoutEtagIsDoneOnce: sent again after a hundred other changes, to the replica that recorded
// it, to one that has not heard of them, and after a restart. What does not fit into memory is refused.
func TestAStatusWithoutEtagIsDoneOnce(t *testing.T) {
	memory, began := ledger.NewMemory(time.Now), time.Now()
	now := func() time.Time { return began.Add(time.Minute) }
	f, _ := run(t, memory, now)
	lagging, _ := run(t, deaf{memory}, now)
	register(t, f, "cars/a")
	turn := func(i int) *unit.SetStatus {
		return &unit.SetStatus{RequestID: fmt.Sprint(i), Status: []dispatch.Status{dispatch.OnBreak, dispatch.Available}[i%2]}
	}
	done := 0
	for ; done < 101; done++ {
		if _, err := f.Do(t.Context(), "desk", "cars/a", "", turn(done)); err != nil {
			t.Fatal(err)
		}
	}
	restarted, _ := run(t, memory, func() time.Time { return began.Add(unit.RepeatWithin) })
	for name, replica := range map[string]*live.Fleet{"the same replica": f, "a replica that lags": lagging, "after a restart": restarted} {
		s, err := replica.Do(t.Context(), "desk", "cars/a", "", turn(0))
		if err != nil || s.Revision != 102 || s.Record.Status != dispatch.OnBreak {
			t.Errorf("%s: %v, %v; want it as it is at revision 102", name, &s.Record, err)
		}
	}
	var full *unit.FullError
	for ; done < unit.MaxBare+10; done++ {
		if _, err := lagging.Do(t.Context(), "desk", "cars/a", "", turn(done)); err != nil {
			if !errors.As(err, &full) {
				t.Fatal(err)
			}
			break
		}
	}
	if full == nil || done != unit.MaxBare-1 { // the registration is one of them
		t.Errorf("refused after %d changes: %v", done, full)
	}
	last, _ := lagging.Record("cars/a")
	if s, err := f.Do(t.Context(), "desk", "cars/a", last.Etag(), turn(done)); err != nil || s.Revision != last.Revision+1 {
		t.Errorf("with an etag: %v, %v", &s.Record, err)
	}
	if n := len(entries(t, memory)); n != unit.MaxBare+1 {
		t.Errorf("%d entries", n)
	}
}
