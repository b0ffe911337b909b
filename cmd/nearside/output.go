package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// checkOut finds out before any work whether a file can be written; an empty name is standard output.
func checkOut(path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("out %s: is a directory; want a file name", path)
	}
	probe, err := os.CreateTemp(filepath.Dir(path), ".nearside-*")
	if err != nil {
		return fmt.Errorf("out %s: want a file that can be written: %w", path, err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// writeFile writes a whole file or nothing: into a temporary file beside it, which then takes its name.
func writeFile(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".nearside-*")
	if err != nil {
		return fmt.Errorf("out %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("out %s: %w", path, errors.Join(err, os.Remove(f.Name())))
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
