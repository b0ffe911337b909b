package artefact

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// Replace writes a file of any kind so that it is there whole or not at all, also after a power cut:
// into a temporary file beside it, which then takes its name. Nothing is left behind when it fails.
func Replace(path string, content func(io.Writer) error) error { return replace(path, 0o644, content) }

// ReplacePrivate is Replace for a file that only its owner may read.
func ReplacePrivate(path string, content func(io.Writer) error) error {
	return replace(path, 0o600, content)
}

func replace(path string, mode os.FileMode, content func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreClosed(f.Close()), ignoreGone(os.Remove(f.Name())))
		}
	}()
	if err := content(f); err != nil {
		return err
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// SyncFolder makes a new name outlive a power cut, where the file system has a way to say so.
func SyncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

func ignoreGone(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
