package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nearside-ems/nearside/internal/archive"
)

// unkept are folders of a data directory that a backup leaves out: the ledger is taken from its store, and
// travel times are computed again.
var unkept = []string{ledgerFolder, "matrices"}

// kept tells whether a backup takes a file of a data directory, by its path in there.
func kept(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	name := path[strings.LastIndex(path, "/")+1:]
	return !slices.Contains(unkept, first) && !strings.HasPrefix(name, ".") && name != "lock" && !strings.HasSuffix(name, ".lock")
}

// keptFiles lists what a backup takes of a data directory, in the order of the alphabet.
func keptFiles(dir string) (files []stated, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a temporary file that has gone
		}
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		switch name = filepath.ToSlash(name); {
		case d.IsDir() && (slices.Contains(unkept, name) || strings.HasPrefix(d.Name(), ".")):
			return filepath.SkipDir
		case !d.Type().IsRegular() || !kept(name):
			return nil
		}
		about, err := d.Info()
		if err == nil {
			files = append(files, stated{name, about})
		} else if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return err
	})
	return files, err
}

// stated is a file as it was when it was listed.
type stated struct {
	name string
	fs.FileInfo
}

// errMoving says that files were replaced while they were read.
var errMoving = errors.New("files were replaced while they were read")

// addFiles puts the files of a data directory into an archive as they were at one moment, also while a
// server runs. Files that a server replaces it replaces whole, by another of the same name; those to which
// it appends are taken as long as they were. So where no name stands for another file after the last was
// read, what was read is what was there when it was listed. The error wraps errMoving where one does.
func addFiles(w *archive.Writer, dir string) error {
	before, err := keptFiles(dir)
	if err != nil {
		return err
	}
	for _, f := range before {
		if err := addFile(w, dir, f); err != nil {
			return err
		}
	}
	after, err := keptFiles(dir)
	if err != nil {
		return err
	}
	same := slices.EqualFunc(before, after, func(a, b stated) bool {
		return a.name == b.name && os.SameFile(a.FileInfo, b.FileInfo) && a.Size() <= b.Size()
	})
	if !same {
		return errMoving
	}
	return nil
}

func addFile(w *archive.Writer, dir string, f stated) error {
	in, err := os.Open(filepath.Join(dir, filepath.FromSlash(f.name)))
	if errors.Is(err, fs.ErrNotExist) {
		return errMoving
	}
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	now, err := in.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(now, f.FileInfo) || now.Size() < f.Size() {
		return errMoving
	}
	if err := w.Add(f.name, f.Size(), in); err != nil {
		return fmt.Errorf("%s: %w", filepath.Join(dir, f.name), err)
	}
	return nil
}
