package calls

import (
	"fmt"
	"slices"
	"time"
)

// Import is one import in the ledger. It names neither a file nor a time of import.
type Import struct {
	SHA256  [32]byte // of the imported content
	Span    Span     // from the first call's day to the last's
	Read    int      // rows
	Kept    int      // of them, became calls
	Dropped int      // of them, did not
	// Replaced says that a later import took the place of some of its calls: its content may be
	// imported again.
	Replaced bool
}

// Overlap says what to do with an import of hours of which calls are kept.
type Overlap uint8

// What to do where an import overlaps what is kept.
const (
	Refuse  Overlap = iota // add nothing
	Join                   // keep both: they are different calls
	Replace                // first remove the calls of the hours that the import covers
)

// Batch is one import.
type Batch struct {
	SHA256              [32]byte // of the imported content
	Read, Kept, Dropped int      // rows; Kept is the number of calls
	Calls               *History // as Builder.History makes it
	Overlap             Overlap
}

// Result says what Add did.
type Result struct {
	Already bool   // this content was imported before; nothing has changed
	Added   int    // calls
	Removed int    // calls that the import replaced
	Expired int    // calls, new or old, that the retention does not allow
	Gaps    []Span // days within the import without a call, which is no chance: nothing is known of them
	Total   int    // calls that are kept now
	Span    Span   // of all calls
}

// Add imports a batch: all of it or, with an error, nothing. The same content again changes nothing. It
// returns ErrOverlap where calls of its hours are kept already and the batch does not say what to do.
func (s *Store) Add(b Batch, now time.Time) (Result, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var r Result
	if err := s.check(&b, now); err != nil {
		return r, err
	}
	err := s.locked(func() (err error) {
		r, err = s.add(&b, now)
		return err
	})
	return r, err
}

// check refuses a batch that cannot be this city's calls up to now.
func (s *Store) check(b *Batch, now time.Time) error {
	h := b.Calls
	switch {
	case h.Len() == 0:
		return fmt.Errorf("no calls to import")
	case h.Cells != s.kept.history.Cells:
		return fmt.Errorf("calls in %d cells; %s has %d", h.Cells, s.kept.ground.Name, s.kept.history.Cells)
	case b.Kept != h.Len():
		return fmt.Errorf("%d calls of %d rows that were kept", h.Len(), b.Kept)
	case h.Hour[h.Len()-1] > soon(now):
		return fmt.Errorf("a call at %s, after today; nothing was imported", h.Hour[h.Len()-1].Time().Format(time.RFC3339))
	case h.Hour[0] < First:
		return fmt.Errorf("a call at %s, before %s; nothing was imported", h.Hour[0].Time().Format(time.RFC3339), First.Time().Format(time.DateOnly))
	}
	return nil
}

// soon is the last hour that a call can have at a time: clocks and zones may be a day apart.
func soon(now time.Time) Hour { return HourAt(now) + 24 }

func (s *Store) add(b *Batch, now time.Time) (Result, error) {
	next := *s.kept
	next.history = s.history()
	if s.has(b.SHA256) {
		return Result{Already: true, Total: next.history.Len(), Span: next.history.Span}, nil
	}
	r := Result{Added: b.Calls.Len(), Gaps: b.Calls.Gaps}
	before := next.history.Len()
	if twice := next.history.known().both(b.Calls.known()); len(twice) > 0 {
		switch b.Overlap {
		case Refuse:
			return Result{}, s.overlap(twice)
		case Replace:
			next.history = next.history.without(twice)
			next.imports = markReplaced(next.imports, twice)
		}
	}
	r.Removed = before - next.history.Len()
	next.history = merge(next.history, b.Calls)
	if err := s.full(&next); err != nil {
		return Result{}, err
	}
	next.imports = slices.DeleteFunc(slices.Clone(next.imports), func(m Import) bool { return m.SHA256 == b.SHA256 })
	next.imports = append(next.imports, Import{b.SHA256, b.Calls.Span, b.Read, b.Kept, b.Dropped, false})
	merged := next.history.Len()
	if err := s.write(next, now); err != nil {
		return Result{}, err
	}
	r.Total, r.Span = s.kept.history.Len(), s.kept.history.Span
	r.Expired = merged - r.Total
	return r, nil
}

// overlap is the error of an import whose hours are kept already.
func (s *Store) overlap(twice cover) error {
	day := func(h Hour) string { return h.Time().In(s.zone).Format(time.DateOnly) }
	return fmt.Errorf("%w: %d hours from %s to %s; say whether the new calls are to be added to those kept (other calls of the same time) or to replace them",
		ErrOverlap, twice.hours(), day(twice[0].From), day(twice[len(twice)-1].To-1))
}

// full refuses what is over the limits.
func (s *Store) full(next *contents) error {
	switch {
	case next.history.Len() > MaxCalls:
		return fmt.Errorf("%d calls together; want %d at most: keep them for less long", next.history.Len(), MaxCalls)
	case len(next.history.Kinds) > MaxKinds:
		return fmt.Errorf("%d kinds of calls together; want %d at most: import broader categories", len(next.history.Kinds), MaxKinds)
	case len(next.imports) >= MaxImports:
		return fmt.Errorf("%d imports; no more can be kept in the ledger: keep calls for less long", len(next.imports))
	}
	return nil
}

// Has reports whether the content with a checksum has been imported and is still what it was.
func (s *Store) Has(sha256 [32]byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.has(sha256)
}

func (s *Store) has(sha256 [32]byte) bool {
	return slices.ContainsFunc(s.kept.imports, func(m Import) bool { return m.SHA256 == sha256 && !m.Replaced })
}

// Imports returns the ledger, oldest import first.
func (s *Store) Imports() []Import {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.kept.imports)
}

// markReplaced returns the ledger with the imports marked that had calls in the hours.
func markReplaced(imports []Import, gone cover) []Import {
	out := slices.Clone(imports)
	for i := range out {
		if len(gone.both([]Span{out[i].Span})) > 0 {
			out[i].Replaced = true
		}
	}
	return out
}

// importsSince leaves out the imports that ended before an hour: nothing is left of them.
func importsSince(imports []Import, from Hour) []Import {
	return slices.DeleteFunc(slices.Clone(imports), func(m Import) bool { return m.Span.To <= from })
}
