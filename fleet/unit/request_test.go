package unit_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// turn returns the i-th of changes that go on and on: on break and back, from available.
func turn(i int) *unit.SetStatus {
	return &unit.SetStatus{RequestID: fmt.Sprint("turn ", i), Status: []dispatch.Status{dispatch.OnBreak, dispatch.Available}[i%2]}
}

// turns changes a car n times more, step apart.
func turns(t *testing.T, r unit.Record, first, n int, at time.Time, step time.Duration, etag bool) (unit.Record, time.Time) {
	t.Helper()
	for i := range n {
		var err error
		if r, _, err = unit.Apply(r, turn(first+i), at, etag); err != nil {
			t.Fatalf("turn %d: %v", first+i, err)
		}
		at = at.Add(step)
	}
	return r, at
}

func TestARepeatChangesNothing(t *testing.T) {
	for _, bare := range []bool{true, false} {
		r, at := turns(t, as(dispatch.Available), 0, 1, noon, time.Second, !bare)
		r, at = turns(t, r, 1, 100, at, 8*time.Second, !bare)
		if same, repeat, err := unit.Apply(r, turn(0), at, !bare); err != nil || !repeat || !cmp.Equal(same, r) {
			t.Errorf("a repeat after 100 others: %s, %v, %v", &same, repeat, err)
		}
		other := &unit.SetStatus{RequestID: "turn 0", Status: dispatch.OutOfService, Reason: "flat tyre"}
		if _, _, err := unit.Apply(r, other, at, !bare); !errors.Is(err, unit.ErrRepeat) || !strings.Contains(err.Error(), `"turn 0"`) {
			t.Errorf("the same id for another status: %v", err)
		}
		if _, _, err := unit.Apply(r, &unit.Release{RequestID: "turn 0", Reason: "x"}, at, true); !errors.Is(err, unit.ErrRepeat) {
			t.Errorf("the same id for another command: %v", err)
		}
	}
}

// TestWhatIsForgotten: after RepeatWithin all but the last 16.
func TestWhatIsForgotten(t *testing.T) {
	r, at := turns(t, as(dispatch.Available), 0, 40, noon, time.Second, false)
	r, _ = turns(t, r, 40, 1, at.Add(unit.RepeatWithin), 0, false)
	if len(r.Requests) != 16 || r.Remembers("turn 24") || !r.Remembers("turn 25") {
		t.Errorf("remembers %d, of those of long ago the 17th last: %v", len(r.Requests), r.Remembers("turn 24"))
	}
}

// TestTooManyChangesWithoutEtag: what must be remembered is not forgotten, and keeps no car from what names
// an etag.
func TestTooManyChangesWithoutEtag(t *testing.T) {
	r, at := turns(t, as(dispatch.Available), 0, unit.MaxBare, noon, time.Second, false)
	var full *unit.FullError
	refused, repeat, err := unit.Apply(r, turn(unit.MaxBare), at, false)
	if wait := unit.RepeatWithin - unit.MaxBare*time.Second + time.Second; !errors.As(err, &full) || full.Wait != wait || repeat || !cmp.Equal(refused, r) {
		t.Fatalf("%v; want to wait %s", err, wait)
	}
	later, _ := turns(t, r, unit.MaxBare, 1, at.Add(full.Wait), 0, false)
	if later.Remembers("turn 0") || !later.Remembers("turn 1") {
		t.Errorf("after the wait: the first is remembered: %v; the second: %v", later.Remembers("turn 0"), later.Remembers("turn 1"))
	}
	r, at = turns(t, r, unit.MaxBare, 50, at, time.Second, true)
	if err := r.Check(); err != nil || len(r.Requests) != unit.MaxRequests || r.Remembers(turn(unit.MaxBare+33).RequestID) {
		t.Errorf("%d remembered, %v", len(r.Requests), err)
	}
	for _, i := range []int{0, 1, unit.MaxBare - 1, unit.MaxBare + 34, unit.MaxBare + 49} { // all bare, and the last 16
		if _, repeat, err := unit.Apply(r, turn(i), at, i >= unit.MaxBare); !repeat || err != nil {
			t.Errorf("turn %d again: %v, %v", i, repeat, err)
		}
	}
	if r, _, err = unit.Apply(r, &unit.Assign{RequestID: "call", Incident: "incidents/2"}, at, true); err != nil || r.Incident != "incidents/2" {
		t.Errorf("an assignment: %v", err)
	}
}
