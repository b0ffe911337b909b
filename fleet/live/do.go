package live

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/internal/span"
)

const (
	// settleFor is how long a change whose outcome is not known is tried to be settled.
	settleFor = 2 * time.Second
	// mostTries is how often a change that names no etag is tried on top of what others made of the car.
	mostTries = 32
	// lagFor is how long a revision that a caller has seen elsewhere is waited for here.
	lagFor = 250 * time.Millisecond
)

// Do changes a car by a command and returns what it is then. An etag is the revision in decimal that the
// caller decided on; "0" stands for no record, and "" for whatever is there. Once it returns, readers of
// the fleet store see the change.
//
// A command that was done already, by its request id, changes nothing and is answered with the car as it
// is now, whatever its etag. The error is or wraps a *unit.FieldError, a *unit.TransitionError,
// unit.ErrRepeat, a *unit.FullError, a *Conflict, ErrNoCar, ErrUnreadable, ledger.ErrUnavailable (nothing was written), or
// ledger.ErrUnknown: then the same command with the same request id, sent again, settles it.
func (f *Fleet) Do(ctx context.Context, actor, name, etag string, c unit.Command) (State, error) {
	want, given, err := parseEtag(etag)
	if err != nil {
		return State{}, err
	}
	if err := fleet.CheckName(name); err != nil {
		return State{}, &unit.FieldError{Field: "name", Problem: err.Error()}
	}
	if err := f.ready(ctx); err != nil {
		return State{}, err
	}
	f.CatchUp(ctx, name, want)
	a := attempt{fleet: f, actor: actor, name: name, want: want, given: given, command: identified(c)}
	for range mostTries {
		if s, done, err := a.try(ctx); done {
			return s, err
		}
	}
	return State{}, fmt.Errorf("%w: %s changed %d times meanwhile", ledger.ErrUnavailable, name, mostTries)
}

// identified gives a registration a request id where it has none, so that it can be found again.
func identified(c unit.Command) unit.Command {
	if r, ok := c.(*unit.Register); ok && r.RequestID == "" {
		with := *r
		with.RequestID = rand.Text()
		return &with
	}
	return c
}

// attempt is a command on its way.
type attempt struct {
	fleet   *Fleet
	actor   string
	name    string
	want    ledger.Revision // that the caller decided on
	given   bool            // whether it did on any
	command unit.Command

	asked   bool            // whether the ledger was asked for the newest entry
	askedAt ledger.Revision // what it was then
}

// try does the command on what is known of the car; done is false where that was not the newest.
func (a *attempt) try(ctx context.Context) (s State, done bool, err error) {
	known, next, repeat, err := a.decide(ctx)
	if repeat {
		return known.State, true, nil
	}
	if field := (*unit.FieldError)(nil); errors.Is(err, unit.ErrRepeat) || errors.As(err, &field) {
		return State{}, true, err
	}
	if err == nil && a.given && a.want != known.Revision {
		err = &Conflict{known.State}
	}
	if err != nil {
		return a.refuse(ctx, known, err)
	}
	body := (&unit.Change{Command: a.command, Record: next}).Encode()
	e, err := a.fleet.write(ctx, a.name, known.Revision, known.data, a.actor, a.command.Kind(), body)
	switch {
	case err == nil:
		return State{next, e.Revision}, true, nil
	case errors.Is(err, ledger.ErrConflict):
		err = a.fleet.newer(ctx, a.name, known.Revision)
		return State{}, err != nil, err
	}
	return State{}, true, err
}

// decide does the command on what is known of the car.
func (a *attempt) decide(ctx context.Context) (known *car, next unit.Record, repeat bool, err error) {
	_, step := span.Begin(ctx, "decide")
	defer step.End()
	if known, err = a.known(); err == nil {
		next, repeat, err = unit.Apply(known.Record, a.command, a.fleet.now(), a.given)
	}
	return known, next, repeat, err
}

// refuse returns an error once the ledger has confirmed that it rests on the newest entry.
func (a *attempt) refuse(ctx context.Context, known *car, why error) (s State, done bool, err error) {
	if !a.asked || a.askedAt != known.Revision {
		if err := a.fleet.refresh(ctx, a.name); err != nil {
			return State{}, true, err
		}
		a.asked = true
		if now := a.fleet.known(a.name); now != nil {
			a.askedAt = now.Revision
		}
		if a.askedAt != known.Revision {
			return State{}, false, nil
		}
	}
	if a.given && a.want != known.Revision {
		why = &Conflict{known.State}
	}
	return State{}, true, why
}

// known returns what is known of the car; of one without a record what it reported.
func (a *attempt) known() (*car, error) {
	if c := a.fleet.known(a.name); c != nil {
		return c, c.fault
	}
	seen, ok := a.fleet.cars.Car(a.name)
	if ok {
		return &car{State: State{Record: unit.Reported(a.name, seen.Status, seen.Skills)}}, nil
	}
	none := &car{State: State{Record: unit.Reported(a.name, dispatch.Available, 0)}}
	if a.command.Kind() == "register" {
		return none, nil
	}
	return none, fmt.Errorf("%s: %w: it was never registered and has not reported its position", a.name, ErrNoCar)
}

// refresh asks the ledger for the last entry of a key.
func (f *Fleet) refresh(ctx context.Context, key string) error {
	e, ok, err := f.store.Last(ctx, key)
	if err != nil {
		return fmt.Errorf("%w: %s could not be read: %w", ledger.ErrUnavailable, key, err)
	}
	if ok {
		f.take(e)
	}
	return nil
}

// CatchUp waits, for 250 ms at most, until a revision of a key that a caller says to have seen is known
// here: another replica may just have written it. The ledger is asked for it.
func (f *Fleet) CatchUp(ctx context.Context, key string, to ledger.Revision) {
	ctx, cancel := context.WithTimeout(ctx, lagFor)
	defer cancel()
	for wait := time.Millisecond; f.revision(key) < to && f.all() < to; wait *= 2 {
		if f.refresh(ctx, key) == nil && f.revision(key) >= to || !sleep(ctx, wait) {
			return
		}
	}
}

// newer waits until an entry of a key is known that is newer than a revision, which there is. Nothing of
// the caller's was written.
func (f *Fleet) newer(ctx context.Context, key string, than ledger.Revision) error {
	ctx, cancel := context.WithTimeout(ctx, settleFor)
	defer cancel()
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		err := f.refresh(ctx, key)
		if f.revision(key) > than {
			return nil
		}
		if !sleep(ctx, wait) {
			return fmt.Errorf("%w: %s has changed since revision %d, and what it is now could not be read (%w)", ledger.ErrUnavailable, key, than, errors.Join(ctx.Err(), err))
		}
	}
}
