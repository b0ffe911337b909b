package calls

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nearside-ems/nearside/demand"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// Why a store refuses.
var (
	ErrOtherCity = errors.New("the calls are another city's")
	ErrOverlap   = errors.New("calls of these hours are kept already")
	ErrFull      = errors.New("no room for these calls")
)

// lockFile is held by the process that changes the files.
const lockFile = "calls.lock"

// Store is the calls that a data directory keeps. Its methods may be called from several goroutines,
// and several processes may have the same directory open.
type Store struct {
	dir  string
	zone *time.Location
	city Ground // by which the store was opened, whose districts count; none: those of the file do

	mu      sync.Mutex
	file    os.FileInfo // of calls.bin as it was read; nil where there is none
	kept    *contents
	pending *journal // calls that arrived since, in calls.log
	merged  *History // kept and pending together; nil until asked for
}

// Open opens the calls of a data directory, which may be none yet, and lets go of those that the
// retention no longer allows at the present time now. It returns ErrOtherCity where they are not the
// city's, and artefact.ErrUnusable where a file is damaged.
func Open(dir string, city *demand.City, now time.Time) (*Store, error) {
	if _, err := time.LoadLocation(city.Zone.String()); err != nil || city.Zone == time.Local {
		return nil, fmt.Errorf("city %s: time zone %q: want one of the time zone database, such as Europe/London", city.Name, city.Zone)
	}
	ground := Ground{city.Name, city.Hash, city.Zone.String(), city.Districts, city.District}
	s := &Store{dir: dir, zone: city.Zone, city: ground, kept: &contents{ground: ground, history: &History{Cells: city.Len()}}}
	return s, s.open(now)
}

// OpenStored opens the calls of a data directory of whichever city. It returns an error that wraps
// fs.ErrNotExist where there are none.
func OpenStored(dir string, now time.Time) (*Store, error) {
	c, _, err := readFile(dir)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(c.ground.Zone)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, zone: zone, kept: c}
	return s, s.open(now)
}

// open reads the files and, where there is something to fold or to let go, writes them anew.
func (s *Store) open(now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.read(); err != nil {
		return err
	}
	if len(s.pending.calls) == 0 && !s.pending.torn && !s.expired(now) {
		return nil
	}
	return s.locked(func() error { return s.fold(now) })
}

// readFile reads calls.bin.
func readFile(dir string) (*contents, os.FileInfo, error) {
	path := filepath.Join(dir, File)
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	hash, body, err := artefact.Read(path, fileKind)
	if err != nil {
		return nil, nil, err
	}
	c, err := decode(body)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	c.ground.Hash = hash
	return c, info, nil
}

// read makes the store what the files are now, where another process has changed them. It reads again
// where one has done so meanwhile: calls.bin and the journal would be of different rounds.
func (s *Store) read() error {
	for {
		err := s.readFiles()
		if s.isCurrent() || err != nil && !errors.Is(err, artefact.ErrStale) {
			return err
		}
	}
}

// isCurrent reports whether calls.bin is the file that was read.
func (s *Store) isCurrent() bool {
	info, err := os.Stat(filepath.Join(s.dir, File))
	if err != nil || s.file == nil {
		return err != nil && s.file == nil
	}
	return os.SameFile(info, s.file) && info.ModTime().Equal(s.file.ModTime()) && info.Size() == s.file.Size()
}

func (s *Store) readFiles() error {
	_, err := os.Stat(filepath.Join(s.dir, File))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if s.file != nil {
			return fmt.Errorf("%s: it has been removed: %w", filepath.Join(s.dir, File), err)
		}
	case err != nil:
		return err
	case !s.isCurrent():
		c, info, err := readFile(s.dir)
		if err != nil {
			return err
		}
		if c.ground.Hash != s.kept.ground.Hash {
			return fmt.Errorf("%s: %w: they are of %s, and this is %s; name another --data-dir, or move the file away", filepath.Join(s.dir, File), ErrOtherCity, c.ground.Name, s.kept.ground.Name)
		}
		if s.city.District != nil {
			c.ground = s.city // the next writing keeps it
		}
		s.kept, s.file, s.merged, s.pending = c, info, nil, nil
	}
	return s.readJournal()
}

// locked runs a change of the files while no other process makes one, on what they are now.
func (s *Store) locked(change func() error) error {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return err
	}
	unlock, err := lock(filepath.Join(s.dir, lockFile))
	if err != nil {
		return err
	}
	err = s.read()
	if err == nil {
		err = change()
	}
	return errors.Join(err, unlock())
}

// write puts new contents in the place of the files. The round is counted up with it, so that a journal
// which a crash leaves behind is known to be in the contents already.
func (s *Store) write(next contents, now time.Time) error {
	if old := next.retention.oldest(now, s.zone); next.history.Span.Hours() > 0 && next.history.Span.From < old {
		next.history = next.history.without(cover{{First, old}})
		next.imports = importsSince(next.imports, old)
	}
	next.round++
	path := filepath.Join(s.dir, File)
	err := artefact.Write(path, fileKind, next.ground.Hash, next.encode)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	s.kept, s.file, s.merged, s.pending = &next, info, nil, nil
	if err := errors.Join(removeJournal(s.dir), removeHalves(s.dir)); err != nil {
		return err
	}
	return s.readJournal()
}

// fold writes what is kept and pending as one file.
func (s *Store) fold(now time.Time) error {
	next := *s.kept
	next.history = s.history()
	return s.write(next, now)
}

// expired reports whether the retention no longer allows hours that are known, or a call that is pending.
func (s *Store) expired(now time.Time) bool {
	oldest := s.kept.retention.oldest(now, s.zone)
	span := s.kept.history.Span
	return span.Hours() > 0 && span.From < oldest || len(s.pending.calls) > 0 && s.pending.first < oldest
}

func (s *Store) history() *History {
	if s.merged == nil {
		s.merged = s.pending.after(s.kept.history)
	}
	return s.merged
}

// History returns all calls, those that arrived one by one included.
func (s *Store) History() *History {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.history()
}

// Refresh takes up what other processes have changed and reports whether they have.
func (s *Store) Refresh() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.history()
	err := s.read()
	return err == nil && s.history() != before, err
}

// Ground returns what the store knows of its city.
func (s *Store) Ground() Ground {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.ground
}

// Retention returns how long calls are kept.
func (s *Store) Retention() Retention {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.retention
}

// Keep sets how long calls are kept and lets go of older ones at once. It returns how many went.
func (s *Store) Keep(r Retention, now time.Time) (gone int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.locked(func() error {
		before := s.history().Len()
		next := *s.kept
		next.history, next.retention = s.history(), r
		err := s.write(next, now)
		gone = before - s.kept.history.Len()
		return err
	})
	return gone, err
}
