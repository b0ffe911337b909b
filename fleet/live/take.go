package live

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/dispatch"
	"github.com/nearside-ems/nearside/fleet"
	"github.com/nearside-ems/nearside/fleet/ledger"
	"github.com/nearside-ems/nearside/fleet/unit"
	"github.com/nearside-ems/nearside/geo"
	"github.com/nearside-ems/nearside/internal/parallel"
)

const carPrefix = "cars/"

// take puts entries in that are newer than what is known of their keys. When it returns, readers of the
// fleet store see them.
func (f *Fleet) take(entries ...ledger.Entry) {
	if len(entries) == 0 {
		return
	}
	now := f.now()
	cars, docs := make([]*car, len(entries)), make([]*document, len(entries))
	parallel.For(runtime.GOMAXPROCS(0), len(entries), func(i int) {
		if e := entries[i]; strings.HasPrefix(e.Key, carPrefix) {
			cars[i] = read(e, now)
		} else {
			docs[i] = readDocument(e)
		}
	})
	f.taking.Lock()
	defer f.taking.Unlock()
	records := f.put(now, cars, docs, entries)
	if len(records) > 0 {
		f.cars.Keep(now, records)
	}
}

// put takes in each entry as a car or a document, and returns what is new for the fleet store.
func (f *Fleet) put(now time.Time, cars []*car, docs []*document, entries []ledger.Entry) []fleet.Kept {
	f.mu.Lock()
	defer f.mu.Unlock()
	records := make([]fleet.Kept, 0, len(cars))
	for i, c := range cars {
		if c == nil {
			f.putDocument(docs[i])
			continue
		}
		if was := f.held[c.Record.Name]; was != nil && was.Revision >= c.Revision {
			continue
		}
		f.held[c.Record.Name] = c
		f.noteFault(c.Record.Name, c.Revision, c.fault)
		f.boundAt(c.Record.Boundary(now))
		records = append(records, c.kept)
	}
	last := slices.MaxFunc(entries, func(a, b ledger.Entry) int { return cmp.Compare(a.Revision, b.Revision) })
	if last.Revision > f.head.Revision {
		f.head = ledger.Seen{Revision: last.Revision, SHA256: ledger.Hash(last.Data)}
	}
	return records
}

// boundAt notes that time alone changes a car at a moment. The caller holds mu.
func (f *Fleet) boundAt(at time.Time) {
	if !at.IsZero() && (f.boundary.IsZero() || at.Before(f.boundary)) {
		f.boundary = at
	}
}

// read decodes a car's entry. One that cannot be read puts the car out of service, since what it does
// is not known.
func read(e ledger.Entry, now time.Time) *car {
	c := &car{State: State{Revision: e.Revision}, data: e.Data}
	envelope, err := ledger.Open(e.Data)
	var change unit.Change
	if err == nil {
		change, err = unit.DecodeChange(envelope.Body)
	}
	if err == nil && change.Record.Name != e.Key {
		err = fmt.Errorf("it is about %s", change.Record.Name)
	}
	if err != nil {
		c.fault = fmt.Errorf("%s, revision %d: %w: %w", e.Key, e.Revision, ErrUnreadable, err)
		change.Record = unit.Record{Name: e.Key, Details: unit.Details{Home: geo.Sectors}, Status: dispatch.OutOfService}
	}
	c.Record = change.Record
	c.kept = c.State.kept(now)
	return c
}
