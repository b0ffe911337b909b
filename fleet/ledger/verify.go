package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// Head stands for all of a log up to a revision: whoever notes it elsewhere can tell later whether that
// part is still there, unchanged. The zero Head is that of an empty log.
type Head struct {
	Revision Revision
	Sum      [32]byte // of the head before, the revision, and the key and data of the entry: docs/format/ledger.md
}

// Next returns the head after one more entry.
func (h Head) Next(e Entry) Head {
	sum := sha256.New()
	sum.Write(h.Sum[:])
	frame := binary.BigEndian.AppendUint64(nil, uint64(e.Revision))
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(e.Key)))
	sum.Write(append(frame, e.Key...))
	sum.Write(e.Data)
	return Head{e.Revision, [32]byte(sum.Sum(nil))}
}

// String is the revision, a colon and 64 hexadecimal digits.
func (h Head) String() string { return fmt.Sprintf("%d:%x", h.Revision, h.Sum) }

// ParseHead reads what String wrote. The error wraps ErrInvalid.
func ParseHead(s string) (h Head, err error) {
	revision, digits, _ := strings.Cut(strings.TrimSpace(s), ":")
	n, err := strconv.ParseUint(revision, 10, 63)
	sum, wrong := hex.DecodeString(digits)
	if err != nil || wrong != nil || len(sum) != len(h.Sum) {
		return h, fmt.Errorf("%w: head %.100q; want a revision, a colon and 64 hexadecimal digits", ErrInvalid, s)
	}
	return Head{Revision(n), [32]byte(sum)}, nil
}

// Fault is something in a log that Append and Seal did not write so.
type Fault struct {
	Revision Revision
	Key      string // "" where no entry is to blame
	Why      string
}

func (f Fault) Error() string {
	if f.Key == "" {
		return fmt.Sprintf("revision %d: %s", f.Revision, f.Why)
	}
	return fmt.Sprintf("revision %d, %s: %s", f.Revision, f.Key, f.Why)
}

// MaxFaults is how many faults a Report lists.
const MaxFaults = 100

// Report is what Verify found.
type Report struct {
	Head    Head
	Entries int
	Keys    int
	Faults  []Fault // the first MaxFaults in the order of revisions
	Found   int     // all of them
}

// Err is nil where no fault was found, and else names the first ones. It wraps ErrBroken.
func (r *Report) Err() error {
	if r.Found == 0 {
		return nil
	}
	wrapped := []error{fmt.Errorf("%w: %d faults in %d entries", ErrBroken, r.Found, r.Entries)}
	for _, f := range r.Faults[:min(len(r.Faults), 3)] {
		wrapped = append(wrapped, f)
	}
	return errors.Join(wrapped...)
}

// ErrBroken is that a log is not as it was written.
var ErrBroken = errors.New("the log was changed, or part of it is missing")

// Verify reads a log from its first entry and says what is wrong with it: revisions missing or out of
// order, entries that cannot be read, that do not follow the one before under their key, or that name an
// entry otherwise than it is, and heads noted before that it does not come to. It keeps 40 bytes an entry.
// The error is the log's own, when it cannot be read.
func Verify(log iter.Seq2[Entry, error], noted ...Head) (*Report, error) {
	v := NewVerifier(noted...)
	for e, err := range log {
		if err != nil {
			return nil, err
		}
		v.Add(e)
	}
	return v.Report(), nil
}

// Verifier is Verify for who reads the log elsewhere.
type Verifier struct {
	report Report
	noted  []Head
	last   map[string][32]byte // hash of the last entry by key
	seen   []sealed            // every entry, by revision
}

type sealed struct {
	revision Revision
	sum      [32]byte
}

// NewVerifier returns a Verifier that wants a log that passes the heads noted.
func NewVerifier(noted ...Head) *Verifier {
	noted = slices.Clone(noted)
	slices.SortFunc(noted, func(a, b Head) int { return int(int64(a.Revision) - int64(b.Revision)) })
	return &Verifier{noted: noted, last: map[string][32]byte{}}
}

// Add looks at the next entry of the log. One that does not come after the one before is a fault and
// otherwise passed over.
func (v *Verifier) Add(e Entry) {
	at := v.report.Head.Revision
	v.report.Entries++
	if e.Revision <= at {
		v.fault(e.Revision, e.Key, fmt.Sprintf("comes after revision %d", at))
		return
	}
	if e.Revision != at+1 {
		v.fault(at+1, "", fmt.Sprintf("missing: the next is revision %d", e.Revision))
	}
	v.report.Head = v.report.Head.Next(e)
	v.pass()
	v.links(e)
	sum := sha256.Sum256(e.Data)
	v.last[e.Key] = sum
	v.seen = append(v.seen, sealed{e.Revision, sum})
}

// pass compares the heads noted up to here.
func (v *Verifier) pass() {
	head := v.report.Head
	for ; len(v.noted) > 0 && v.noted[0].Revision <= head.Revision; v.noted = v.noted[1:] {
		if n := v.noted[0]; n != head && n.Revision > 0 {
			v.fault(n.Revision, "", "the log up to here is another than the one whose head was noted")
		}
	}
}

// links checks what an entry says of others.
func (v *Verifier) links(e Entry) {
	env, err := Open(e.Data)
	if err != nil {
		v.fault(e.Revision, e.Key, err.Error())
		return
	}
	if env.Key != e.Key {
		v.fault(e.Revision, e.Key, "the entry was written for "+env.Key)
	}
	if want := v.before(e.Key); env.Prev != want {
		v.fault(e.Revision, e.Key, fmt.Sprintf("follows an entry with hash %.12q, where the one before has %.12q", env.Prev, want))
	}
	if env.Seen.Revision == 0 {
		return
	}
	if got, ok := v.at(env.Seen.Revision); !ok || hex.EncodeToString(got[:]) != env.Seen.SHA256 {
		v.fault(e.Revision, e.Key, fmt.Sprintf("its writer knew another entry as revision %d, or none comes before", env.Seen.Revision))
	}
}

// before returns the hash of the last entry of a key, as Hash writes it.
func (v *Verifier) before(key string) string {
	sum, ok := v.last[key]
	if !ok {
		return ""
	}
	return hex.EncodeToString(sum[:])
}

func (v *Verifier) at(r Revision) (sum [32]byte, ok bool) {
	i, ok := slices.BinarySearchFunc(v.seen, r, func(s sealed, r Revision) int { return int(int64(s.revision) - int64(r)) })
	if !ok {
		return sum, false
	}
	return v.seen[i].sum, true
}

func (v *Verifier) fault(r Revision, key, why string) {
	if v.report.Found++; len(v.report.Faults) < MaxFaults {
		v.report.Faults = append(v.report.Faults, Fault{r, key, why})
	}
}

// Report says what was found, at the log's end.
func (v *Verifier) Report() *Report {
	for ; len(v.noted) > 0; v.noted = v.noted[1:] {
		if n := v.noted[0]; n.Revision > 0 {
			v.fault(n.Revision, "", fmt.Sprintf("missing: the log ends at revision %d, before the head that was noted", v.report.Head.Revision))
		}
	}
	v.report.Keys = len(v.last)
	return &v.report
}
