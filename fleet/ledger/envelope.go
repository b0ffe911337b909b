package ledger

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
	"unicode/utf8"
)

// Version is the layout of entries that Seal writes and Open reads.
const Version = 1

// Envelope is what an entry says beside its body.
type Envelope struct {
	Key   string
	Time  time.Time // by the clock of the writer, which may be wrong: revisions say what came first
	Actor string    // who decided: the name that the client proved, at most 128 bytes; "" where nobody was asked
	Kind  string    // what the body is, such as "assign": 1 to 64 bytes
	Prev  string    // Hash of the data of the key's entry before; "" for the first
	Seen  Seen      // the last entry of the whole log that the writer knew
	Body  json.RawMessage
}

// Seen names an entry that its writer knew; the zero Seen is none.
type Seen struct {
	Revision Revision `json:"revision"`
	SHA256   string   `json:"sha256"` // Hash of its data
}

// line is an Envelope as it is written, in this order.
type line struct {
	V     int             `json:"v"`
	Key   string          `json:"key"`
	Time  time.Time       `json:"time"`
	Actor string          `json:"actor"`
	Kind  string          `json:"kind"`
	Prev  string          `json:"prev"`
	Seen  Seen            `json:"seen"`
	Body  json.RawMessage `json:"body"`
}

// Hash returns the SHA-256 of an entry's data in lower-case hexadecimal digits, or "" for no data.
func Hash(data []byte) string {
	if len(data) == 0 {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Seal returns an entry's data: one line of JSON. The error wraps ErrInvalid.
func Seal(e Envelope) ([]byte, error) {
	e.Time = e.Time.UTC()
	if err := e.check(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(line{Version, e.Key, e.Time, e.Actor, e.Kind, e.Prev, e.Seen, e.Body}); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	data := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return data, CheckEntry(e.Key, data)
}

// Open reads what Seal wrote. The error wraps ErrInvalid.
func Open(data []byte) (Envelope, error) {
	if len(data) > MaxData {
		return Envelope{}, fmt.Errorf("%w: an entry of %d bytes; want at most %d", ErrInvalid, len(data), MaxData)
	}
	var l line
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&l); err != nil {
		return Envelope{}, unreadable(data, err)
	}
	if l.V != Version {
		return Envelope{}, otherVersion(l.V)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) || bytes.ContainsAny(data, "\r\n") {
		return Envelope{}, fmt.Errorf("%w: not an entry: more than one line of JSON", ErrInvalid)
	}
	e := Envelope{l.Key, l.Time, l.Actor, l.Kind, l.Prev, l.Seen, l.Body}
	return e, e.check()
}

// unreadable says why data is no entry: foremost that another version wrote it.
func unreadable(data []byte, why error) error {
	var version struct{ V int }
	if json.Unmarshal(data, &version) == nil && version.V != Version {
		return otherVersion(version.V)
	}
	return fmt.Errorf("%w: not an entry: %w", ErrInvalid, why)
}

func otherVersion(v int) error {
	return fmt.Errorf("%w: an entry of version %d, want %d: it was written by another version of Nearside", ErrInvalid, v, Version)
}

var sums = regexp.MustCompile(`^[0-9a-f]{64}$`)

// check says what an envelope lacks.
func (e *Envelope) check() error {
	wrong := func(field, want string) error {
		return fmt.Errorf("%w: the entry's %s: want %s", ErrInvalid, field, want)
	}
	if err := CheckKey(e.Key); err != nil {
		return err
	}
	switch year := e.Time.UTC().Year(); {
	case year < 2000 || year > 9999:
		return wrong("time", "a year from 2000 to 9999")
	case len(e.Actor) > 128 || !utf8.ValidString(e.Actor):
		return wrong("actor", "at most 128 bytes of UTF-8")
	case e.Kind == "" || len(e.Kind) > 64 || !utf8.ValidString(e.Kind):
		return wrong("kind", "1 to 64 bytes of UTF-8")
	case e.Prev != "" && !sums.MatchString(e.Prev):
		return wrong("prev", "64 hexadecimal digits, or nothing for the first entry")
	case (e.Seen.Revision == 0) != (e.Seen.SHA256 == "") || e.Seen.SHA256 != "" && !sums.MatchString(e.Seen.SHA256):
		return wrong("seen", "a revision and 64 hexadecimal digits, or 0 and nothing")
	case !json.Valid(e.Body) || !utf8.Valid(e.Body):
		return wrong("body", "JSON in UTF-8")
	}
	return nil
}
