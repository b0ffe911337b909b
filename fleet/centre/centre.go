package centre

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet/unit"
)

const (
	// MaxPatients bounds capacity and occupancy.
	MaxPatients = 10_000
	// MaxReason is how many characters the reason of a diversion can have.
	MaxReason = 200
	maxErrors = 10 // told of opening hours
)

// Record is a place as its staff last said.
type Record struct {
	Place string // its name
	dispatch.CentreState
	Requests unit.Requests // that changed it: the last ones, and all within unit.RepeatWithin
}

// Change is what staff say. Nil leaves a thing as it is.
type Change struct {
	Opening            []int // hours of the week, 0 to 167, each once; empty but not nil: never open
	Capacity, Occupied *int
	Diverted           *bool
	Reason             string    // of the diversion; needed where Diverted is true
	Until              time.Time // that it is diverted; zero: until it is taken back
	RequestID          string    // needed: a repeat of a request that the record remembers changes nothing
}

// Apply returns the record after a change that is made at now; etag tells that it names the state that it
// was decided on, which the caller has checked. repeat tells that the record remembers the
// change: it is returned as it is. The error joins *unit.FieldErrors in the contract's words, is a
// *unit.FullError or wraps unit.ErrRepeat. The record that is given is not written to.
func Apply(r Record, c *Change, now time.Time, etag bool) (next Record, repeat bool, err error) {
	print := c.fingerprint()
	if repeat, err := r.Requests.Repeated(r.Place, c.RequestID, print); repeat || err != nil {
		return r, repeat, err
	}
	if err := c.Check(now); err != nil { // after repeats, since a time to come may have come by then
		return r, false, err
	}
	next = r
	if c.Opening != nil {
		next.Opening = new(dispatch.Week)
		for _, h := range c.Opening {
			next.Opening[h] = true
		}
	}
	if c.Capacity != nil {
		next.Capacity = c.Capacity
	}
	if c.Occupied != nil {
		next.Occupied = c.Occupied
	}
	if c.Diverted != nil {
		next.Diverted, next.Reason, next.Until = *c.Diverted, c.Reason, c.Until
	}
	next.Said = now
	if next.Requests, err = r.Requests.Add(r.Place, c.RequestID, print, now, !etag); err != nil {
		return r, false, err
	}
	return next, false, nil
}

// Check returns what is wrong with a change that is made at now, *unit.FieldErrors joined.
func (c *Change) Check(now time.Time) error {
	var errs []error
	wrong := func(field, format string, args ...any) {
		errs = append(errs, &unit.FieldError{Field: field, Problem: fmt.Sprintf(format, args...)})
	}
	var seen dispatch.Week
	for i, h := range c.Opening {
		switch field := fmt.Sprintf("opening.hours[%d]", i); {
		case h < 0 || h >= demand.HoursPerWeek:
			wrong(field, "%d: want 0 to %d", h, demand.HoursPerWeek-1)
		case seen[h]:
			wrong(field, "%d stands above already", h)
		default:
			seen[h] = true
		}
		if len(errs) >= maxErrors {
			break
		}
	}
	patients := func(field string, n *int) {
		if n != nil && (*n < 0 || *n > MaxPatients) {
			wrong(field, "%d: want 0 to %d", *n, MaxPatients)
		}
	}
	patients("capacity", c.Capacity)
	patients("occupied", c.Occupied)
	diverts := c.Diverted != nil && *c.Diverted
	errs = append(errs, unit.CheckText("diversion_reason", c.Reason, MaxReason, diverts), unit.CheckText("request_id", c.RequestID, unit.MaxRequestID, true))
	if c.Reason != "" && !diverts {
		wrong("diversion_reason", "goes with diverted: true")
	}
	if !c.Until.IsZero() && !diverts {
		wrong("divert_until_time", "goes with diverted: true")
	}
	if !c.Until.IsZero() && !now.Before(c.Until) {
		wrong("divert_until_time", "%s: want a time to come", c.Until.UTC().Format(time.RFC3339))
	}
	return errors.Join(errs...)
}

// fingerprint tells the content of a change, as unit.Fingerprint that of a command.
func (c *Change) fingerprint() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // only for values that JSON has no words for, such as infinities
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// keyPrefix is that of all keys of places.
const keyPrefix = "centres/"

// maxID is how long the part of a key after its prefix can be.
const maxID = 63

// Key returns the key that a place is kept under: its name in small letters and digits, all else as
// hyphens. One that is too long is cut and ends with the beginning of its SHA-256.
func Key(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	id := strings.Join(words, "-")
	if len(id) > maxID || id == "" {
		sum := sha256.Sum256([]byte(name))
		id = strings.TrimLeft(id[:min(len(id), maxID-9)]+"-"+hex.EncodeToString(sum[:4]), "-")
	}
	return keyPrefix + id
}

// Keys returns the key of each name. It fails where two names would share one.
func Keys(names []string) (map[string]string, error) {
	keys, taken := make(map[string]string, len(names)), make(map[string]string, len(names))
	for _, name := range names {
		key := Key(name)
		if other, ok := taken[key]; ok {
			return nil, fmt.Errorf("centre: %q and %q would both be kept under %s: rename one of them", other, name, key)
		}
		keys[name], taken[key] = key, name
	}
	return keys, nil
}
