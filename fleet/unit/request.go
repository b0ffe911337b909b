package unit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// MaxRequests is how many of its last changes a record remembers by the ids of their requests.
const MaxRequests = 16

// Request is a change that was done.
type Request struct {
	ID    string
	Print string // Fingerprint of its command
}

// Fingerprint returns 16 hexadecimal digits that tell the content of a command: the beginning of the
// SHA-256 of its JSON. 64 bits tell apart what one client says under one id; they need not withstand
// someone who looks for two commands alike.
func Fingerprint(c Command) string {
	sum := sha256.Sum256(encodeCommand(c))
	return hex.EncodeToString(sum[:8])
}

// Remembers tells whether a request is among the changes that the record remembers.
func (r *Record) Remembers(request string) bool {
	for _, q := range r.Requests {
		if q.ID == request {
			return true
		}
	}
	return false
}

// done tells whether the record remembers a command as done; the error wraps ErrRepeat.
func (r *Record) done(c Command) (bool, error) {
	if c.Request() == "" {
		return false, nil
	}
	for _, q := range r.Requests {
		if q.ID != c.Request() {
			continue
		}
		if q.Print != Fingerprint(c) {
			return false, fmt.Errorf("request_id %q of %s: %w; choose a new id for each change", q.ID, r.Name, ErrRepeat)
		}
		return true, nil
	}
	return false, nil
}

// remember notes a command as done and forgets the oldest.
func (r *Record) remember(c Command) {
	if c.Request() == "" {
		return
	}
	old := r.Requests
	if len(old) >= MaxRequests {
		old = old[len(old)-MaxRequests+1:]
	}
	r.Requests = append(append(make([]Request, 0, len(old)+1), old...), Request{c.Request(), Fingerprint(c)})
}
