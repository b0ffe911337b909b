package unit_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo"
)

// twin is the slow way to follow a car without shifts: the pairs by hand, and requests one by one.
type twin struct {
	status                dispatch.Status
	incident, destination string
	done                  []once // that are remembered, in order
}

type once struct {
	unit.Command
	at time.Time
}

// apply tells what becomes of a command: "done", "repeat", "reused" or "refused".
func (w *twin) apply(c unit.Command, now time.Time, pairs map[[2]dispatch.Status]bool) string {
	for _, old := range w.done {
		if old.Request() == c.Request() {
			if cmp.Equal(old.Command, c) {
				return "repeat"
			}
			return "reused"
		}
	}
	switch c := c.(type) {
	case *unit.Assign:
		if w.status != dispatch.Available {
			return "refused"
		}
		w.status, w.incident = dispatch.Assigned, c.Incident
	case *unit.Release:
		if w.incident == "" || w.status > dispatch.OnScene {
			return "refused"
		}
		w.status, w.incident = dispatch.Available, ""
	case *unit.SetStatus:
		elsewhere := c.Status == dispatch.Conveying || c.Status == dispatch.AtCentre
		if !pairs[[2]dispatch.Status{w.status, c.Status}] || w.status == c.Status && (c.Destination == "" || c.Destination == w.destination) {
			return "refused"
		}
		w.status = c.Status
		if !elsewhere {
			w.destination = ""
		} else if c.Destination != "" {
			w.destination = c.Destination
		}
		if c.Status != dispatch.Clearing && !elsewhere && (c.Status < dispatch.Mobilising || c.Status > dispatch.OnScene) {
			w.incident = ""
		}
	}
	old := w.done
	w.done = nil
	for i, o := range old {
		if now.Sub(o.at) <= unit.RepeatWithin || i+15 >= len(old) {
			w.done = append(w.done, o)
		}
	}
	w.done = append(w.done, once{c, now})
	return "done"
}

func drawCommand(t *rapid.T) unit.Command {
	id := fmt.Sprint(rapid.IntRange(1, 60).Draw(t, "id"))
	name := rapid.SampledFrom([]string{"incidents/1", "incidents/2"})
	switch rapid.IntRange(0, 7).Draw(t, "kind") {
	case 0, 1:
		return &unit.Assign{RequestID: id, Incident: name.Draw(t, "incident"), Advice: "advice/1-2"}
	case 2:
		return &unit.Release{RequestID: id, Reason: "stood down"}
	case 3:
		return &unit.Register{RequestID: id, Details: unit.Details{Skills: dispatch.Paramedic, Base: "Waterloo", Home: geo.SEL}}
	}
	c := &unit.SetStatus{RequestID: id, Status: rapid.SampledFrom(statuses()).Draw(t, "status"), Reason: "said <so>"}
	if c.Status == dispatch.Conveying || c.Status == dispatch.AtCentre {
		c.Destination = rapid.SampledFrom([]string{"", "St Thomas'", "The Maudsley"}).Draw(t, "destination")
	}
	return c
}

// TestApplyEqualsTwin sends commands of all kinds, in any order and repeated, and checks after each what
// is always true of a record, and that it comes back from its JSON as it was.
func TestApplyEqualsTwin(t *testing.T) {
	pairs := byHand(t)
	seen := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		r := unit.Reported("cars/a", rapid.SampledFrom(statuses()).Draw(t, "reported"), dispatch.Paramedic)
		w := twin{status: r.Status}
		now := noon
		for range rapid.IntRange(1, 60).Draw(t, "commands") {
			c := drawCommand(t)
			now = now.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "seconds later")) * time.Second)
			before := r
			next, repeat, err := unit.Apply(r, c, now, rapid.Bool().Draw(t, "etag"))
			want := w.apply(c, now, pairs)
			got := outcome(repeat, err)
			if seen[got]++; got != want || got != "done" && !cmp.Equal(next, before) {
				t.Fatalf("%s\n%+v: %s, %v, want %s; became %s", &before, c, got, err, want, &next)
			}
			if r = next; r.Status != w.status || r.Incident != w.incident || r.Destination != w.destination {
				t.Fatalf("%s after %+v; want %+v", &r, c, w)
			}
			if got == "done" {
				checkDone(t, &before, &r, c, now)
			}
		}
	})
	for _, each := range []string{"done", "repeat", "reused", "refused"} {
		if seen[each] == 0 {
			t.Errorf("no command was %s: %v", each, seen)
		}
	}
}

func outcome(repeat bool, err error) string {
	switch err.(type) { //nolint:errorlint // Apply returns these very types
	case nil:
		if repeat {
			return "repeat"
		}
		return "done"
	case *unit.TransitionError:
		return "refused"
	}
	return "reused"
}

func checkDone(t *rapid.T, before, r *unit.Record, c unit.Command, now time.Time) {
	if err := r.Check(); err != nil {
		t.Fatalf("%s: %v", r, err)
	}
	if moved := before.Status != r.Status; moved && !r.Since.Equal(now) || !moved && !before.Since.IsZero() && !r.Since.Equal(before.Since) {
		t.Fatalf("%s, before %s: since when?", r, before)
	}
	change := unit.Change{Command: c, Record: *r}
	back, err := unit.DecodeChange(change.Encode())
	if err != nil || !cmp.Equal(back, change) {
		t.Fatalf("%s\n%v\n%s", change.Encode(), err, cmp.Diff(change, back))
	}
}
