package unit

import (
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
)

// moment is a car's state at the time of a command.
type moment struct {
	now    time.Time
	status dispatch.Status // that counts
}

// Apply returns what a record becomes by a command at now; etag tells that it names the state that it was
// decided on, which the caller has checked. Where the record remembers the request as
// done it is returned unchanged and repeat is true. The error is a *FieldError, a *TransitionError, a
// *FullError or wraps ErrRepeat.
func Apply(r Record, c Command, now time.Time, etag bool) (next Record, repeat bool, err error) {
	if err := fleet.CheckName(r.Name); err != nil {
		return r, false, wrong("name", "%v", err)
	}
	if err := c.check(); err != nil {
		return r, false, err
	}
	if repeat, err := r.done(c); repeat || err != nil {
		return r, repeat, err
	}
	at := moment{now: now.UTC().Round(0)} // the wall clock alone
	at.status, _ = r.Effective(now)
	next = r
	if err := c.apply(&next, at); err != nil {
		return r, false, err
	}
	if err := next.remember(c, at.now, etag); err != nil {
		return r, false, err
	}
	return next, false, nil
}

func (c *Register) apply(next *Record, at moment) error {
	next.Details = c.Details
	if next.Since.IsZero() {
		next.Since = at.now
	}
	return nil
}

func (c *Assign) apply(next *Record, at moment) error {
	if at.status != dispatch.Available {
		return next.refusal(at, dispatch.Assigned)
	}
	next.Status, next.Since, next.Incident = dispatch.Assigned, at.now, c.Incident
	return nil
}

func (c *Release) apply(next *Record, at moment) error {
	if !Releasable(at.status) {
		e := next.refusal(at, dispatch.Available)
		e.release = true
		e.Why = "it is not on its way to a call or at one: there is nothing to release it from"
		if withIncident(at.status) {
			e.Why = "its patient is aboard or handed over: the call ends by clearing"
		}
		return e
	}
	next.become(dispatch.Available, at)
	return nil
}

func (c *SetStatus) apply(next *Record, at moment) error {
	same := c.Status == at.status && (c.Destination == "" || c.Destination == next.Destination)
	if same || !canFollow(at.status, c.Status) || c.Status == dispatch.Available && next.outOfHours(at) {
		return next.refusal(at, c.Status)
	}
	next.become(c.Status, at)
	if c.Destination != "" {
		next.Destination = c.Destination
	}
	return nil
}

// outOfHours tells whether an available car would count as off shift all the same, and was off already.
func (r *Record) outOfHours(at moment) bool {
	_, running := r.running(at.now)
	return len(r.Shifts) > 0 && !running && at.status == dispatch.OffShift
}

// become puts the record into a state, and ends what does not belong to it.
func (r *Record) become(s dispatch.Status, at moment) {
	if s != r.Status || s != at.status {
		r.Since = at.now
	}
	r.Status = s
	if !withIncident(s) {
		r.Incident = ""
	}
	if !withDestination(s) {
		r.Destination = ""
	}
}

func (r *Record) refusal(at moment, to dispatch.Status) *TransitionError {
	e := &TransitionError{Car: r.Name, From: at.status, To: to, Allowed: Follows(at.status)}
	shift, kept := r.Shift(at.now)
	switch {
	case r.Incident != "":
		e.Why = "it has " + r.Incident
	case at.status == dispatch.OffShift && kept && at.now.Before(shift.Start):
		e.Why, e.Allowed = "its next shift is "+shift.String(), []dispatch.Status{dispatch.OutOfService}
	case at.status == dispatch.OffShift && kept && !at.now.Before(shift.End):
		e.Why, e.Allowed = "its last shift was "+shift.String(), []dispatch.Status{dispatch.OutOfService}
	case to == dispatch.Assigned && at.status == dispatch.Available:
		e.Why = "that takes a call, by an assignment"
	case to == dispatch.Assigned:
		e.Why = "only a car that is available can be assigned"
	case at.status == to:
		e.Why = "it is already"
	}
	return e
}

// String says what the record holds, in a line.
func (r *Record) String() string {
	said := r.Name + " " + r.Status.String()
	if !r.Since.IsZero() {
		said += " since " + r.Since.UTC().Format(time.RFC3339)
	}
	if r.Incident != "" {
		said += " with " + r.Incident
	}
	if r.Destination != "" {
		said += " to " + r.Destination
	}
	return said
}
