package calls

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/nearside-ems/nearside/internal/artefact"
)

const (
	foldAt   = 10_000 // pending calls
	lateDays = 31     // a call that arrives later than this has to be imported

	// A silence of a day at least between calls that arrive one by one is a gap where it is no chance.
	silentHours = 24
)

// Append keeps calls that have just arrived. When it returns nil they outlive a power cut. It refuses
// all of them where one is in no cell, more than a month old or not yet, and with ErrFull where there are
// too many or too many kinds of them. Each call is taken as new: the
// caller knows which it has reported before.
func (s *Store) Append(arrived []Call, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range arrived {
		if err := s.checkArrived(c, now); err != nil {
			return err
		}
	}
	if len(arrived) == 0 {
		return nil
	}
	return s.locked(func() error { return s.append(arrived, now) })
}

func (s *Store) checkArrived(c Call, now time.Time) error {
	if cells := s.kept.history.Cells; c.Cell < 0 || int(c.Cell) >= cells {
		return fmt.Errorf("a call in cell %d; want 0 to %d", c.Cell, cells-1)
	}
	if c.Hour > soon(now) || c.Hour < HourAt(now)-24*lateDays || c.Hour < First {
		return fmt.Errorf("a call at %s; want one of the last %d days (import older calls from a file)", c.Hour.Time().Format(time.RFC3339), lateDays)
	}
	return c.Kind.Check()
}

func (s *Store) append(arrived []Call, now time.Time) error {
	if s.file == nil || s.pending.torn || len(s.pending.calls) >= foldAt || s.expired(now) {
		if err := s.fold(now); err != nil {
			return err
		}
	}
	if err := s.room(arrived); err != nil {
		return err
	}
	record := appendRecord(nil, arrived)
	if s.pending.size == 0 {
		record = append(appendHead(nil, s.kept.round, s.kept.ground.Hash), record...)
	}
	path := filepath.Join(s.dir, JournalFile)
	if err := appendFile(path, record, s.pending.size == 0); err != nil {
		s.pending.torn = true // what of it was written is not known, so that the file is read again
		if info, gone := os.Stat(path); gone == nil && info.Size() > s.pending.size {
			err = errors.Join(err, os.Truncate(path, s.pending.size))
		}
		return err
	}
	s.pending.size += int64(len(record))
	s.pending.add(arrived)
	s.merged = nil
	return nil
}

// room refuses calls with which the store would be over its limits.
func (s *Store) room(arrived []Call) error {
	kinds := maps.Clone(s.pending.kinds)
	if kinds == nil {
		kinds = make(map[Kind]bool)
	}
	for _, c := range arrived {
		kinds[c.Kind] = true
	}
	for _, k := range s.kept.history.Kinds {
		kinds[k] = true
	}
	if n := s.kept.history.Len() + len(s.pending.calls) + len(arrived); n > MaxCalls || len(kinds) > MaxKinds {
		return fmt.Errorf("%w: %d calls of %d kinds together; want %d and %d at most", ErrFull, n, len(kinds), MaxCalls, MaxKinds)
	}
	return nil
}

// appendFile adds bytes to the end of a file, new or not, and waits until they are on the disk.
func appendFile(path string, b []byte, fresh bool) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil && fresh {
		err = artefact.SyncFolder(filepath.Dir(path))
	}
	return err
}

func removeJournal(dir string) error {
	err := os.Remove(filepath.Join(dir, JournalFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// removeHalves removes what processes that were killed had written of calls.bin, so that calls do not
// outlive the retention there. No other process writes one now: the files are locked.
func removeHalves(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "."+File+"-") {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// readJournal reads calls.log where it has changed.
func (s *Store) readJournal() error {
	path := filepath.Join(s.dir, JournalFile)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if s.pending == nil || s.pending.size > 0 {
			s.pending, s.merged = &journal{}, nil
		}
		return nil
	}
	if err != nil {
		return err
	}
	if s.pending != nil && !s.pending.torn && info.Size() == s.pending.size {
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	j, err := decodeJournal(b, s.kept.round, s.kept.ground.Hash, s.kept.history.Cells)
	if err != nil {
		return fmt.Errorf("%s: %w; move it away to go on without the calls that it holds", path, err)
	}
	s.pending, s.merged = j, nil
	return nil
}

// after returns a history with the calls of the journal.
func (j *journal) after(h *History) *History {
	if len(j.calls) == 0 {
		return h
	}
	b := NewBuilder(h.Cells)
	for _, c := range j.calls {
		if err := b.Add(c); err != nil {
			panic(err) // room and decodeRecord have checked all that Add refuses
		}
	}
	late := b.History(time.UTC)
	late.setKnown(live(h, late.Hour))
	return merge(h, late)
}

// live returns the hours of which calls that arrive one by one tell: from each call to the next, but for
// silences of a day or more that are no chance at the mean rate of what is known. It starts where h ends.
func live(h *History, hours []Hour) cover {
	var known []Span
	last, calls, span := h.Span.To, float64(h.Len()), float64(h.Known())
	for _, t := range hours {
		calls++
		silence := t - last
		if span > 0 && silence > 0 && (silence < silentHours || float64(silence)*calls/span <= improbable) {
			known = append(known, Span{last, t})
			span += float64(silence)
		}
		if t >= last {
			span++
			last = t + 1
		}
		known = append(known, Span{t, t + 1})
	}
	return cover(nil).union(known)
}
