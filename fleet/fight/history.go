package fight

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/live"
	"github.com/nearside-ems/nearside/fleet/unit"
)

// operation is one request of a dispatcher and what it was answered. Request ids, as sums of
// them, stand for what a car is: each change has its own.
type operation struct {
	car     string
	id      string // of the request
	on      string // sum of the request that made the car what its etag names; without one resolve finds it
	etag    string // may be empty
	command unit.Command
	// patience is how long an attempt at it may take.
	patience time.Duration

	begin, end int64      // since the history began, nanoseconds
	after      live.State // where err is nil
	err        error      // of the last attempt
	lost       bool       // the answer of an attempt was

	told bool // on is known
	seen bool // it is in the log
}

// result is what an operation's answer says.
type result uint8

const (
	done    result = iota
	refused        // nothing was changed
	unknown        // it may have been done, or be done yet
)

func (o *operation) result() result {
	switch {
	case o.err == nil:
		return done
	case o.lost:
		return unknown
	}
	return refused
}

// resolve says of each operation whose answer was lost, or that named no etag, what the log says: whether it
// was done, and on top of what. The checker need not try all that could have been, which takes too long where
// hundreds of answers were lost; an order that fits what the log says is an order. What was answered, and what
// an etag named, is taken from the history alone.
func (h *history) resolve(entries []ledger.Entry) {
	before, last := map[string]string{}, map[string]string{} // sum of a request, by that of the one after it; by car
	for _, e := range entries {
		change, err := decode(e)
		if err != nil {
			continue // checkLog tells
		}
		sum := unit.RequestSum(change.Command.Request())
		before[e.Key+" "+sum], last[e.Key] = last[e.Key], sum
	}
	for _, o := range h.operations {
		base, seen := before[o.car+" "+unit.RequestSum(o.id)]
		o.seen, o.told = seen, true
		if o.etag == "" {
			o.on, o.told = base, seen
		}
	}
}

// history is what all dispatchers did.
type history struct {
	began time.Time
	cars  []string

	mu         sync.Mutex
	operations []*operation
	repeats    int
	faults     []string
}

func newHistory() *history { return &history{began: time.Now()} }

func (h *history) add(o *operation) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.operations = append(h.operations, o)
}

func (h *history) repeated() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.repeats++
}

func (h *history) wrong(format string, values ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.faults = append(h.faults, fmt.Sprintf(format, values...))
}

// model is the specification: a car is the sum of the id of the request that changed it last. An operation that was
// done found the one that it was decided on; one that conflicted found another.
var model = porcupine.Model{
	Init: func() any { return unit.RequestSum(registration) },
	Step: func(state, in, _ any) (bool, any) {
		o := in.(*operation)
		fits := !o.told || o.on == state
		if o.result() != refused {
			return fits, unit.RequestSum(o.id)
		}
		return !fits || !errors.As(o.err, new(*live.Conflict)), state
	},
	DescribeOperation: func(in, _ any) string { return in.(*operation).String() },
}

// registration is the request that each car's history begins with.
const registration = "register"

// of returns the history of a car for the checker: all but what was never done and was answered by nothing.
func (h *history) of(car string) (ops []porcupine.Operation) {
	for i, o := range h.operations {
		if o.car != car || o.result() == unknown && !o.seen {
			continue
		}
		p := porcupine.Operation{ClientId: i, Input: o, Call: o.begin, Return: o.end}
		if o.result() == unknown {
			p.Return = math.MaxInt64
		}
		ops = append(ops, p)
	}
	return ops
}

func (o *operation) String() string {
	said := fmt.Sprintf("%s %s on %q", o.command.Kind(), o.id, o.on)
	switch {
	case o.err == nil:
		return said + ": done"
	case errors.Is(o.err, ledger.ErrUnknown):
		return said + ": unknown"
	}
	return said + ": " + o.err.Error()
}
