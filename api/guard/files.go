package guard

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"time"
)

// watchedFile is a file whose content is taken anew when it changes. What was read last stays in force
// while the file cannot be read or makes no sense: a slip of an editor locks nobody out.
type watchedFile[T any] struct {
	path  string
	read  func(path string) (T, error)
	value atomic.Pointer[T]
	stamp stamp
}

// stamp tells one state of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

// openWatched reads a file for the first time.
func openWatched[T any](path string, read func(string) (T, error)) (*watchedFile[T], error) {
	f := &watchedFile[T]{path: path, read: read}
	_, err := f.refresh()
	return f, err
}

// get returns what was read last.
func (f *watchedFile[T]) get() T { return *f.value.Load() }

// refresh reads the file again if it changed. It is for one goroutine.
func (f *watchedFile[T]) refresh() (changed bool, err error) {
	info, err := os.Stat(f.path)
	if err != nil {
		return false, plain(err)
	}
	s := stamp{info.ModTime(), info.Size()}
	if f.stamp == s && f.value.Load() != nil {
		return false, nil
	}
	v, err := f.read(f.path)
	if err != nil {
		return false, err
	}
	f.value.Store(&v)
	f.stamp = s
	return true, nil
}

// plain leaves the name of the system call out of a file's error.
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}

// Permissions that files must not have.
const (
	othersMay = 0o007 // anything, for anyone on the machine
	groupMay  = 0o020 // write, for the group
)

// readPrivate reads a file that others must not read, nor the group write.
func readPrivate(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, plain(err)
	case info.Mode().Perm()&(othersMay|groupMay) != 0:
		return nil, fmt.Errorf("%s: its permissions are %v, so that others on this machine may read or change it; run chmod 600 (or 640) on it", path, info.Mode().Perm())
	case info.Size() > limit:
		return nil, fmt.Errorf("%s: %d bytes; want at most %d", path, info.Size(), limit)
	}
	text, err := os.ReadFile(path)
	return text, plain(err)
}
