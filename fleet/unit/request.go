package unit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

const (
	// RepeatWithin is how long a change is remembered at least that named no etag, so that it is not done
	// again when it is sent again. Others cannot be done twice: what they were decided on has passed.
	RepeatWithin = 15 * time.Minute
	// MaxBare is how many changes within RepeatWithin may name no etag. One more is refused: to forget
	// another would let that be done twice.
	MaxBare = 112
	// MaxRequests is how many changes a record remembers at most: those and the last 16 of any kind.
	MaxRequests = MaxBare + 16
)

// Request is a change that was done.
type Request struct {
	Sum   string    `json:"sum"`            // RequestSum of its id
	Print string    `json:"print"`          // Fingerprint of its command
	At    time.Time `json:"at"`             // by the clock of the server that recorded it, in UTC, to the second
	Bare  bool      `json:"bare,omitempty"` // it named no etag
}

// Requests are the changes that a record remembers, the oldest first; of the last 16 none is left out.
// Nobody writes to them: records share them.
type Requests []Request

// RequestSum stands for a request id where it is remembered, at the same length for all: 16 hexadecimal
// digits, the beginning of its SHA-256.
func RequestSum(id string) string { return beginning(sha256.Sum256([]byte(id))) }

// Fingerprint returns 16 hexadecimal digits that tell the content of a command: the beginning of the
// SHA-256 of its JSON. 64 bits tell apart what one client says under one id; they need not withstand
// someone who looks for two commands alike.
func Fingerprint(c Command) string { return beginning(sha256.Sum256(encodeCommand(c))) }

func beginning(sum [sha256.Size]byte) string { return hex.EncodeToString(sum[:8]) }

// FullError refuses a change that names no etag, because as many are remembered as can be.
type FullError struct {
	Name string        // of what would change
	Wait time.Duration // until one can be forgotten
}

func (e *FullError) Error() string {
	return fmt.Sprintf("%s has changed %d times within %s by requests without an etag, which are all remembered in case they are sent again: name an etag, or try again in %s",
		e.Name, MaxBare, RepeatWithin, e.Wait)
}

// Repeated tells whether a request was done already; the error, where something else was done under its
// id, wraps ErrRepeat. name is of what was changed.
func (q Requests) Repeated(name, id, print string) (bool, error) {
	i := q.find(id)
	if i < 0 {
		return false, nil
	}
	if q[i].Print != print {
		return false, fmt.Errorf("request_id %q of %s: %w; choose a new id for each change", id, name, ErrRepeat)
	}
	return true, nil
}

// Add returns the requests with one more, done at now, without those that need not be remembered any
// longer. The error is a *FullError, only for a bare one. name is of what is changed.
func (q Requests) Add(name, id, print string, now time.Time, bare bool) (Requests, error) {
	now = now.UTC().Truncate(time.Second)
	since, last := now.Add(-RepeatWithin), len(q)-(MaxRequests-MaxBare-1)
	next, young := make(Requests, 0, len(q)+1), Requests(nil)
	for i, r := range q {
		within := !r.At.Before(since)
		if within || i >= last {
			next = append(next, r)
		}
		if within && r.Bare {
			young = append(young, r)
		}
	}
	if bare && len(young) >= MaxBare {
		return q, &FullError{name, young[0].At.Sub(since) + time.Second}
	}
	surplus := len(next) + 1 - MaxRequests
	next = slices.DeleteFunc(next, func(r Request) bool {
		forget := surplus > 0 && !r.Bare
		if forget {
			surplus--
		}
		return forget
	})
	return append(next, Request{RequestSum(id), print, now, bare}), nil
}

func (q Requests) find(id string) int {
	sum := RequestSum(id)
	for i := range q {
		if q[i].Sum == sum {
			return i
		}
	}
	return -1
}

// Check returns a *FieldError unless the requests can have been remembered.
func (q Requests) Check() error {
	if len(q) > MaxRequests {
		return wrong("requests", "%d of them; want at most %d", len(q), MaxRequests)
	}
	seen := make(map[string]bool, len(q))
	for i, r := range q {
		field := fmt.Sprintf("requests[%d]", i)
		switch {
		case !fingerprint.MatchString(r.Sum):
			return wrong(field, "sum %.40q: want 16 hexadecimal digits", r.Sum)
		case !fingerprint.MatchString(r.Print):
			return wrong(field, "print %.40q: want 16 hexadecimal digits", r.Print)
		case r.At.Year() < 1970 || r.At.Year() > 9999:
			return wrong(field, "at %s: want a time between the years 1970 and 9999", r.At)
		case seen[r.Sum]:
			return wrong(field, "sum %s comes twice", r.Sum)
		}
		seen[r.Sum] = true
	}
	return nil
}

// Dated gives requests that were just read a time where they have none: what was written before times
// were kept.
func (q Requests) Dated(otherwise time.Time) Requests {
	for i := range q {
		if q[i].At.IsZero() {
			q[i].At = otherwise.UTC().Truncate(time.Second)
		}
	}
	return q
}

// UnmarshalJSON reads a request; also one as it was written before times were kept, with its id in full.
func (q *Request) UnmarshalJSON(data []byte) error {
	var j struct {
		ID    string    `json:"id"`
		Sum   string    `json:"sum"`
		Print string    `json:"print"`
		At    time.Time `json:"at"`
		Bare  bool      `json:"bare"`
	}
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	if err := in.Decode(&j); err != nil {
		return err
	}
	switch {
	case j.ID == "":
		*q = Request{j.Sum, j.Print, j.At.UTC(), j.Bare}
	case j.Sum != "" || !j.At.IsZero() || j.Bare:
		return fmt.Errorf("a request with id %.40q, sum and time; want its sum and time", j.ID)
	default:
		*q = Request{Sum: RequestSum(j.ID), Print: j.Print}
	}
	return nil
}

// Remembers tells whether a request is among the changes that the record remembers.
func (r *Record) Remembers(request string) bool { return r.Requests.find(request) >= 0 }

// done tells whether the record remembers a command as done; the error wraps ErrRepeat.
func (r *Record) done(c Command) (bool, error) {
	if c.Request() == "" {
		return false, nil
	}
	return r.Requests.Repeated(r.Name, c.Request(), Fingerprint(c))
}

// remember notes a command as done at now, and forgets what is old. The error is a *FullError.
func (r *Record) remember(c Command, now time.Time, etag bool) (err error) {
	if c.Request() == "" {
		return nil
	}
	r.Requests, err = r.Requests.Add(r.Name, c.Request(), Fingerprint(c), now, !etag)
	return err
}
