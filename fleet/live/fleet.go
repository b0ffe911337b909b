package live

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/ledger"
)

// Fleet is one replica of what the ledger says. It is safe for concurrent use.
type Fleet struct {
	store ledger.Store
	cars  *fleet.Store
	now   func() time.Time
	whole chan struct{} // closed once everything was read
	feed  *feed

	taking sync.Mutex // held while entries are put in, so that the fleet store sees them in order

	mu       sync.RWMutex // over what follows
	held     map[string]*car
	docs     map[string]*document
	open     map[string]time.Time // keys of advice without a conclusion, with when it expires
	faults   map[string]fault     // of keys whose last entry cannot be read
	head     ledger.Seen          // the last entry known of the whole log
	told     ledger.Revision      // every entry up to it is known
	owed     owed
	boundary time.Time // the first at which time alone changes a car; zero: none is known
	origin   string    // Origin, once it was read
	ended    error     // why Run ended, other than by its context
}

// car is what is known of a car, with what is needed to write on top of it. It is never written again.
type car struct {
	State
	data  []byte // the entry, whose hash the next names
	kept  fleet.Kept
	fault error // the entry cannot be read; State holds its revision and the car's name
}

// New returns a fleet that knows nothing until it runs. What records say goes to cars. now tells the
// time, and is asked whenever it is needed.
func New(store ledger.Store, cars *fleet.Store, now func() time.Time) *Fleet {
	return &Fleet{
		store: store, cars: cars, now: now, whole: make(chan struct{}), feed: newFeed(feedMarks),
		held: map[string]*car{}, docs: map[string]*document{}, open: map[string]time.Time{},
		faults: map[string]fault{},
	}
}

// Whole returns a channel that is closed once all that the ledger holds has been read.
func (f *Fleet) Whole() <-chan struct{} { return f.whole }

// ready waits, for settleFor at most, until the fleet is whole; the error wraps ledger.ErrUnavailable.
func (f *Fleet) ready(ctx context.Context) error {
	select {
	case <-f.whole:
		return nil
	default:
	}
	ctx, cancel := context.WithTimeout(ctx, settleFor)
	defer cancel()
	select {
	case <-f.whole:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: the records are still being read (%w)", ledger.ErrUnavailable, context.Cause(ctx))
	}
}

// Record returns the record of a car as this replica knows it; ok is false where it knows none.
func (f *Fleet) Record(name string) (s State, ok bool) {
	if c := f.known(name); c != nil && c.fault == nil {
		return c.State, true
	}
	return State{}, false
}

// Records returns the records of all cars, by name.
func (f *Fleet) Records() []State {
	f.mu.RLock()
	all := slices.Collect(maps.Values(f.held))
	f.mu.RUnlock()
	states := make([]State, 0, len(all))
	for _, c := range all {
		if c.fault == nil {
			states = append(states, c.State)
		}
	}
	slices.SortFunc(states, func(a, b State) int { return strings.Compare(a.Record.Name, b.Record.Name) })
	return states
}

func (f *Fleet) known(name string) *car {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.held[name]
}

// Status is how far a Fleet can be relied on.
type Status struct {
	// Contact is when the ledger last answered, while this replica had all that it held; zero: never.
	Contact  time.Time
	Age      time.Duration   // of Contact; what is known is as old as that
	Whole    bool            // all has been read
	Cars     int             // that have a record
	Revision ledger.Revision // every entry up to it is known
	Behind   time.Duration   // for how long the ledger has been known to have entries beyond it; 0: it has none
	Fault    error           // why the ledger cannot be reached or written to, or which entry cannot be read; nil: none
	Store    ledger.Status
}

// Status tells how far this replica can be relied on.
func (f *Fleet) Status() Status {
	s := Status{Store: f.store.Status()}
	s.Fault = s.Store.Err
	select {
	case <-f.whole:
		s.Whole = true
	default:
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	s.Cars, s.Revision = len(f.held), f.told
	s.Contact = s.Store.Contact
	if s.Whole {
		s.Contact, s.Behind = f.owed.look(f.now(), f.told, &s.Store)
	}
	if !s.Contact.IsZero() {
		s.Age = max(0, f.now().Sub(s.Contact))
	}
	if s.Fault == nil {
		s.Fault = f.ended
	}
	if s.Fault == nil {
		s.Fault = f.firstFault()
	}
	return s
}

// owed is what the ledger was found to have when a replica had all that it was found to have before. A
// replica always lags by what is on its way: it is as current as what it was last owed and has.
type owed struct {
	last    ledger.Revision
	contact time.Time // when the ledger said so
	since   time.Time // when it was noted
	paid    time.Time // contact of what was owed and has come
}

// look returns up to when a replica that has all entries up to a revision is known to be current, and for
// how long it has lacked what came later.
func (o *owed) look(now time.Time, told ledger.Revision, s *ledger.Status) (contact time.Time, behind time.Duration) {
	if told >= o.last {
		o.paid = o.contact
		*o = owed{last: s.Last, contact: s.Contact, since: now, paid: o.paid}
	}
	switch {
	case told >= o.last:
		o.paid = s.Contact
	case o.paid.IsZero():
		o.paid = o.contact // as of when all was read
	}
	if told < o.last {
		behind = max(0, now.Sub(o.since))
	}
	return o.paid, behind
}

// fault is why an entry cannot be read.
type fault struct {
	at  ledger.Revision
	err error
}

// noteFault notes that the last entry of a key cannot be read, or that it can. The caller holds mu.
func (f *Fleet) noteFault(key string, at ledger.Revision, err error) {
	if err != nil {
		f.faults[key] = fault{at, err}
	} else {
		delete(f.faults, key)
	}
}

// firstFault returns why the first of the entries that cannot be read cannot be. The caller holds mu.
func (f *Fleet) firstFault() error {
	var first fault
	for _, fault := range f.faults {
		if first.err == nil || fault.at < first.at {
			first = fault
		}
	}
	return first.err
}
