package live

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/fleet/ledger"
)

const (
	adviceKind = "advice"
	// adviceSlots is how many pieces of advice can be without a conclusion. Their keys are used again once
	// they have one: a replica that starts reads the last entry of every key, while the log keeps all.
	adviceSlots = 4096
	// MaxCandidates is how many cars a piece of advice can name.
	MaxCandidates = 100
	// AdviceFor is how long advice can be followed unless it says so itself.
	AdviceFor = 10 * time.Minute
)

// Advice is what a caller was told: which cars could go to an incident, best first.
type Advice struct {
	Incident   string    `json:"incident"`
	Candidates []string  `json:"candidates"`
	Asked      time.Time `json:"asked"`
	Expires    time.Time `json:"expires"` // then it counts as timed out; Advise sets AdviceFor where it is zero
}

// Outcome is what became of advice, and the kind of the entry that says so.
type Outcome string

// Outcomes.
const (
	Accepted   Outcome = "accepted"   // the first candidate was given the call
	Overridden Outcome = "overridden" // another car was, or none
	TimedOut   Outcome = "timed out"  // nobody said
)

// Conclusion says what became of advice.
type Conclusion struct {
	Outcome Outcome
	Car     string // that was given the call; of advice that timed out, that has it by then; may be empty
	Reason  string // may be empty
}

// concluded is the body of a conclusion's entry.
type concluded struct {
	Advice   Advice          `json:"advice"`
	Revision ledger.Revision `json:"revision"` // of the advice's entry
	Car      string          `json:"car,omitempty"`
	Reason   string          `json:"reason,omitempty"`
}

// Errors of advice.
var (
	ErrNoAdvice  = errors.New("there is no such advice, or its conclusion is long past")
	ErrConcluded = errors.New("the advice has a conclusion")
	// ErrTooMuchAdvice refuses more advice than can wait for a conclusion.
	ErrTooMuchAdvice = errors.New("too much advice waits for a conclusion")
)

// Advise records advice and returns its name, "advice/SLOT-REVISION". The error is or wraps
// ErrTooMuchAdvice or an error of Put.
func (f *Fleet) Advise(ctx context.Context, actor string, a Advice) (name string, err error) {
	if a.Expires.IsZero() {
		a.Expires = a.Asked.Add(AdviceFor)
	}
	if len(a.Candidates) > MaxCandidates {
		a.Candidates = a.Candidates[:MaxCandidates]
	}
	a.Asked, a.Expires = a.Asked.UTC().Round(0), a.Expires.UTC().Round(0)
	body, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ledger.ErrInvalid, err)
	}
	for range mostTries {
		slot, prev, ok := f.freeSlot()
		if !ok {
			return "", fmt.Errorf("%w: %d pieces", ErrTooMuchAdvice, adviceSlots)
		}
		d, err := f.Put(ctx, actor, slot, prev, adviceKind, body)
		if taken := (*DocumentConflict)(nil); errors.As(err, &taken) {
			continue
		}
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s-%d", slot, d.Revision), nil
	}
	return "", fmt.Errorf("%w: other replicas took every free place", ErrTooMuchAdvice)
}

// freeSlot returns a key whose advice has its conclusion.
func (f *Fleet) freeSlot() (key string, prev ledger.Revision, ok bool) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	first := rand.IntN(adviceSlots)
	for i := range adviceSlots {
		key := "advice/" + strconv.Itoa((first+i)%adviceSlots)
		d := f.docs[key]
		switch {
		case d == nil:
			return key, 0, true
		case d.fault == nil && d.Kind != adviceKind:
			return key, d.Revision, true
		}
	}
	return "", 0, false
}

var adviceName = regexp.MustCompile(`^(advice/[0-9]{1,4})-([1-9][0-9]{0,18})$`)

// Advised returns advice as this replica knows it, once it has caught up with who gave it; end is nil
// where it has no conclusion. The error wraps ErrNoAdvice.
func (f *Fleet) Advised(ctx context.Context, name string) (a Advice, end *Conclusion, err error) {
	d, revision, err := f.adviceUnder(ctx, name)
	if err != nil {
		return Advice{}, nil, err
	}
	if d.Kind == adviceKind {
		if d.Revision != revision || decode(d.Body, &a) != nil {
			return Advice{}, nil, noAdvice(name)
		}
		return a, nil, nil
	}
	var c concluded
	if decode(d.Body, &c) != nil || c.Revision != revision {
		return Advice{}, nil, noAdvice(name)
	}
	return c.Advice, &Conclusion{Outcome(d.Kind), c.Car, c.Reason}, nil
}

func noAdvice(name string) error { return fmt.Errorf("%.80q: %w", name, ErrNoAdvice) }

func (f *Fleet) adviceUnder(ctx context.Context, name string) (Document, ledger.Revision, error) {
	parts := adviceName.FindStringSubmatch(name)
	if parts == nil {
		return Document{}, 0, noAdvice(name)
	}
	revision, err := strconv.ParseUint(parts[2], 10, 64)
	if err != nil {
		return Document{}, 0, noAdvice(name)
	}
	f.CatchUp(ctx, parts[1], ledger.Revision(revision))
	d, ok := f.Document(parts[1])
	if !ok {
		return Document{}, 0, noAdvice(name)
	}
	return d, ledger.Revision(revision), nil
}

// Conclude records what became of advice. It has one conclusion: another is refused with ErrConcluded,
// and the same one again changes nothing. The error is or wraps also ErrNoAdvice or an error of Put.
func (f *Fleet) Conclude(ctx context.Context, actor, name string, c Conclusion) error {
	if c.Outcome != Accepted && c.Outcome != Overridden && c.Outcome != TimedOut {
		return fmt.Errorf("%w: outcome %.20q of advice is unknown", ledger.ErrInvalid, c.Outcome)
	}
	for range mostTries {
		a, end, err := f.Advised(ctx, name)
		switch {
		case err != nil:
			return err
		case end != nil && *end == c:
			return nil
		case end != nil:
			return fmt.Errorf("%s: %w: it was %s", name, ErrConcluded, end.Outcome)
		}
		key, number, _ := strings.Cut(name, "-")
		prev, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			return noAdvice(name)
		}
		body, err := json.Marshal(concluded{a, ledger.Revision(prev), c.Car, c.Reason})
		if err != nil {
			return fmt.Errorf("%w: %w", ledger.ErrInvalid, err)
		}
		_, err = f.Put(ctx, actor, key, ledger.Revision(prev), string(c.Outcome), body)
		if taken := (*DocumentConflict)(nil); !errors.As(err, &taken) {
			return err
		}
	}
	return fmt.Errorf("%w: %s changed %d times meanwhile", ledger.ErrUnavailable, name, mostTries)
}

// noteAdvice notes when advice expires, or that it has its conclusion. The caller holds mu.
func (f *Fleet) noteAdvice(d *document) {
	var a Advice
	if d.fault == nil && d.Kind == adviceKind && decode(d.Body, &a) == nil {
		f.open[d.Key] = a.Expires
	} else {
		delete(f.open, d.Key)
	}
}

// decode reads one value of JSON whose fields are all known.
func decode(data []byte, into any) error {
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	if err := in.Decode(into); err != nil {
		return err
	}
	if _, err := in.Token(); err != io.EOF {
		return errors.New("something follows its end")
	}
	return nil
}

// timedOutAtOnce bounds how many pieces of advice are timed out between two looks at the clock.
const timedOutAtOnce = 64

// timeOut concludes advice that nobody did. Replicas do so alike, and one of them comes first.
func (f *Fleet) timeOut(ctx context.Context) {
	if !f.begun(ctx) {
		return
	}
	for sleep(ctx, lookEvery+rand.N(lookEvery)) {
		for _, name := range f.expired(f.now()) {
			err := f.Conclude(ctx, "nearside", name, Conclusion{Outcome: TimedOut, Car: f.carOf(ctx, name)})
			if err != nil && !errors.Is(err, ErrConcluded) && !errors.Is(err, ErrNoAdvice) {
				break // the ledger cannot be written to: later
			}
		}
	}
}

// carOf returns the car that has the incident which advice is about, the first by name; empty where none
// has. An assignment may have been recorded and what it made of the advice not, as by a server that was
// killed between the two.
func (f *Fleet) carOf(ctx context.Context, advice string) (name string) {
	a, _, err := f.Advised(ctx, advice)
	if err != nil {
		return ""
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, c := range f.held {
		if r := &c.Record; r.Incident == a.Incident && r.Incident != "" && (name == "" || r.Name < name) {
			name = r.Name
		}
	}
	return name
}

// expired returns names of advice that is past its time.
func (f *Fleet) expired(now time.Time) (names []string) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for key, at := range f.open {
		if !at.After(now) && len(names) < timedOutAtOnce {
			names = append(names, fmt.Sprintf("%s-%d", key, f.docs[key].Revision))
		}
	}
	return names
}
