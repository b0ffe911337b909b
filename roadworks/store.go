package roadworks

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"time"

	"github.com/nearside-ems/nearside/geo/route"
	"github.com/nearside-ems/nearside/internal/artefact"
)

// File is the name of the file in the data directory; docs/format/road-changes.md describes it.
const File = "road-changes.json"

// Errors that a caller can act on.
var (
	ErrNoRoad  = errors.New("no road is there")
	ErrTooMany = errors.New("too much at once")
	ErrRepeat  = errors.New("the request's identifier is another's")
)

// Store holds the changes in force and keeps them in a file. One goroutine at a time; the states that
// it gives are immutable and for everyone.
type Store struct {
	path    string // empty: in memory only
	network *route.Network
	state   *State
}

// Open reads the changes that a data directory keeps, those left out that have expired, and places
// them on a network; an empty directory name keeps them in memory. A file that cannot be used is an
// error, since to go on without it would open roads that are closed.
func Open(dataDir string, n *route.Network, now time.Time) (*Store, error) {
	s := &Store{network: n, state: &State{}}
	if dataDir == "" {
		return s, nil
	}
	s.path = filepath.Join(dataDir, File)
	f, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("road changes: %w", err)
	}
	defer func() { _ = f.Close() }()
	changes, err := Decode(f)
	if err != nil {
		return nil, fmt.Errorf("road changes: %s: %w; roads that it closes would open: put a copy back, or move it away and close them again (nearside roads close)", s.path, err)
	}
	for _, c := range changes {
		if !c.expired(now) {
			s.state.Changes = append(s.state.Changes, s.place(c))
		}
	}
	return s, nil
}

// place finds a kept change's arcs. Another network may have none, or more than a new change may touch.
func (s *Store) place(c Change) Placed {
	arcs, metres, err := arcsOf(s.network, &c.Place)
	if err != nil {
		return Placed{Change: c}
	}
	return Placed{c, arcs, metres}
}

// Kept tells whether changes outlive the process.
func (s *Store) Kept() bool { return s.path != "" }

// State returns the changes, which may include some that have expired since; see State.At.
func (s *Store) State() *State { return s.state }

// Add puts a change in force and keeps it. A repeat of a request whose change is in force adds nothing
// and returns that change. The error is a *FieldError, or wraps ErrNoRoad, ErrTooMany or ErrRepeat; any
// other is the disk's. After an error nothing has changed.
func (s *Store) Add(now time.Time, c Change) (Placed, error) {
	if err := c.check(); err != nil {
		return Placed{}, err
	}
	state := s.state.At(now)
	if was, ok := state.request(c.Request); ok {
		if !sameRequest(was.Change, c) {
			return Placed{}, fmt.Errorf("%w: %q asked for something else before, roadChanges/%s", ErrRepeat, c.Request, was.ID)
		}
		return was, nil
	}
	if len(state.Changes) >= MaxChanges {
		return Placed{}, fmt.Errorf("%w: %d changes are in force, as many as may: reopen some first", ErrTooMany, MaxChanges)
	}
	arcs, metres, err := arcsOf(s.network, &c.Place)
	if err != nil {
		return Placed{}, err
	}
	if len(arcs) > MaxArcs {
		return Placed{}, fmt.Errorf("%w: the change touches %d directions of roads, at most %d may be touched: choose a smaller area", ErrTooMany, len(arcs), MaxArcs)
	}
	added := Placed{c, arcs, metres}
	return added, s.keep(&State{append(slices.Clip(state.Changes), added)})
}

// Remove takes a change back; ok is false where it is not in force. After an error nothing has changed.
func (s *Store) Remove(now time.Time, id string) (removed Placed, ok bool, err error) {
	state := s.state.At(now)
	i, ok := state.Find(id)
	if !ok {
		return Placed{}, false, nil
	}
	return state.Changes[i], true, s.keep(&State{slices.Concat(state.Changes[:i], state.Changes[i+1:])})
}

// keep writes the file first, so that what is in force is never lost.
func (s *Store) keep(next *State) error {
	if s.path != "" {
		bare := make([]Change, len(next.Changes))
		for i := range bare {
			bare[i] = next.Changes[i].Change
		}
		err := artefact.Replace(s.path, func(w io.Writer) error { return Encode(w, bare) })
		if err != nil {
			return fmt.Errorf("road changes: cannot be kept, so nothing was changed: %w", err)
		}
	}
	s.state = next
	return nil
}

// request returns the change that a request made.
func (s *State) request(id string) (Placed, bool) {
	i := slices.IndexFunc(s.Changes, func(c Placed) bool { return id != "" && c.Request == id })
	if i < 0 {
		return Placed{}, false
	}
	return s.Changes[i], true
}

// sameRequest tells whether two changes ask for the same; a time to live gives another end each time.
func sameRequest(a, b Change) bool {
	return a.Kind == b.Kind && a.KmH == b.KmH && a.Note == b.Note && a.Expires.IsZero() == b.Expires.IsZero() && reflect.DeepEqual(a.Place, b.Place)
}
