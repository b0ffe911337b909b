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
