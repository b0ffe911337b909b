package fight

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// dispatcher asks for one thing after another, often on what it saw a while ago.
type dispatcher struct {
	settings *Settings
	replica  *replica
	history  *history
	number   int
	random   *rand.Rand
	seen     map[string]live.State // of a car, a while ago
	count    int
	last     *operation // that was done
}

// repeats is how often a dispatcher sends a request whose answers are lost.
const repeats = 3

// hurry is how much faster than time the clock of a fight runs. Cars change tens of times a second here, so
// what they remember for a quarter of an hour they remember for three seconds.
const hurry = 300

// clock returns a clock in a hurry.
func clock() func() time.Time {
	began := time.Now()
	return func() time.Time { return began.Add(hurry * time.Since(began)) }
}

// remembered is how long after it was first sent a request without an etag is known again; a little less,
// since cars remember to the second of their clock.
const remembered = unit.RepeatWithin/hurry - 10*time.Millisecond

// repeatable tells whether an operation may be sent again: without an etag only while it is remembered.
func (d *dispatcher) repeatable(o *operation) bool {
	return o.etag != "" || time.Duration(d.history.now()-o.begin)+o.patience < remembered
}

// operate does one operation: assigns, moves on or releases a car, or repeats what it did last.
func (d *dispatcher) operate(ctx context.Context) {
	if d.last != nil && d.repeatable(d.last) && d.random.IntN(20) == 0 {
		d.repeat(ctx)
		return
	}
	o := d.choose()
	o.begin = d.history.now()
	for range repeats {
		var s live.State
		s, o.err = d.send(ctx, o)
		o.lost = o.lost || errors.Is(o.err, ledger.ErrUnknown)
		if o.err == nil {
			o.after = s
			d.readYourOwn(o)
		}
		if !errors.Is(o.err, ledger.ErrUnknown) || !d.repeatable(o) {
			break
		}
	}
	o.end = d.history.now()
	d.history.add(o)
	if conflict := (*live.Conflict)(nil); errors.As(o.err, &conflict) {
		d.seen[o.car] = conflict.Present
	}
	if o.err == nil {
		d.seen[o.car], d.last = o.after, o
	}
}

func (d *dispatcher) send(ctx context.Context, o *operation) (live.State, error) {
	ctx, cancel := context.WithTimeout(ctx, o.patience)
	defer cancel()
	return d.replica.fleet.Do(ctx, fmt.Sprintf("desk-%d", d.number), o.car, o.etag, o.command)
}

// choose makes up an operation from what the dispatcher knows of a car: mostly what it is, sometimes what
// it was.
func (d *dispatcher) choose() *operation {
	car := carName(d.random.IntN(d.settings.Cars))
	s, known := d.seen[car]
	if !known || d.random.IntN(4) > 0 {
		s, _ = d.replica.fleet.Record(car)
		d.seen[car] = s
	}
	d.count++
	o := &operation{car: car, id: fmt.Sprintf("%d.%d", d.number, d.count), etag: s.Etag(), on: newest(&s.Record), patience: d.settings.Patience}
	if d.random.IntN(5) == 0 {
		o.patience = time.Duration(d.random.IntN(5000)) * time.Microsecond
	}
	o.command = d.commandFor(&s.Record, o)
	if o.command.Kind() == "status" && d.random.IntN(2) == 0 {
		o.etag, o.on, o.patience = "", "", min(o.patience, remembered/4)
	}
	return o
}

func (d *dispatcher) commandFor(r *unit.Record, o *operation) unit.Command {
	next := unit.Follows(r.Status)
	switch {
	case r.Status == dispatch.Available:
		return &unit.Assign{RequestID: o.id, Incident: "incidents/" + o.id}
	case unit.Releasable(r.Status) && d.random.IntN(3) == 0:
		return &unit.Release{RequestID: o.id, Reason: "nearer car free"}
	case len(next) > 2 && d.random.IntN(8) > 0:
		next = next[:len(next)-1] // not the last, which is out of service
	}
	return &unit.SetStatus{RequestID: o.id, Status: next[d.random.IntN(len(next))], Reason: "as told"}
}

// readYourOwn checks that readers of this replica see what was just acknowledged.
func (d *dispatcher) readYourOwn(o *operation) {
	if c, ok := d.replica.cars.Car(o.car); !ok || c.Revision < uint64(o.after.Revision) {
		d.history.wrong("%s, request %s: acknowledged at revision %d, but readers see %d", o.car, o.id, o.after.Revision, c.Revision)
	}
}

// repeat sends the last request that was done again: it must not be done twice.
func (d *dispatcher) repeat(ctx context.Context) {
	o := d.last
	d.last = nil
	s, err := d.send(ctx, o)
	refused := (*live.Conflict)(nil)
	switch {
	case err == nil && s.Record.Remembers(o.id):
		d.history.repeated()
	case err == nil:
		d.history.wrong("%s: a repeat of %s was answered with revision %d, which does not remember it", o.car, o.id, s.Revision)
	case errors.Is(err, ledger.ErrUnavailable), errors.Is(err, ledger.ErrUnknown):
	case o.etag != "" && errors.As(err, &refused) && !refused.Present.Record.Remembers(o.id):
		// it was forgotten: its etag alone keeps it from being done twice
	case o.etag != "" && errors.As(err, new(*unit.TransitionError)):
	default:
		d.history.wrong("%s: a repeat of %s: %v", o.car, o.id, err)
	}
}

// newest returns the sum of the request that made a record what it is.
func newest(r *unit.Record) string {
	if len(r.Requests) == 0 {
		return ""
	}
	return r.Requests[len(r.Requests)-1].Sum
}

// now returns the time since the history began.
func (h *history) now() int64 { return int64(time.Since(h.began)) }
