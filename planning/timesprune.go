package planning

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	matrixFile = ".bin" // how the names of travel times end
	// abandoned is the age at which an unfinished file is taken for one whose process was killed: a
	// living one writes to it every few seconds.
	abandoned = time.Hour
)

// use marks a file as the one used last.
func (c *timesCache) use(path string) {
	if err := os.Chtimes(path, time.Time{}, time.Now()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		c.warn(fmt.Sprintf("travel times cannot be marked as used: %v", err))
	}
}

// prune removes unfinished files that were abandoned, and those travel times that were not used for the
// longest time where all together are more than are kept.
func (c *timesCache) prune(now time.Time) {
	files, err := c.files()
	for _, f := range files {
		if strings.HasPrefix(f.Name(), ".") && now.Sub(f.ModTime()) > abandoned {
			err = errors.Join(err, c.remove(f))
		}
	}
	kept := slices.DeleteFunc(files, func(f fs.FileInfo) bool {
		return strings.HasPrefix(f.Name(), ".") || !strings.HasSuffix(f.Name(), matrixFile)
	})
	slices.SortFunc(kept, func(a, b fs.FileInfo) int {
		return cmp.Or(b.ModTime().Compare(a.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	var size int64
	for i, f := range kept {
		if size += f.Size(); size > c.most && i > 0 { // the first is about to be used
			err = errors.Join(err, c.remove(f))
		}
	}
	if err != nil {
		c.warn(fmt.Sprintf("old travel times cannot be removed: %v", err))
	}
}

// files returns the files of the directory. Those that another process removes meanwhile are not there.
func (c *timesCache) files() ([]fs.FileInfo, error) {
	entries, err := os.ReadDir(c.dir)
	var files []fs.FileInfo
	for _, e := range entries {
		f, missing := e.Info()
		switch {
		case missing == nil && f.Mode().IsRegular():
			files = append(files, f)
		case missing != nil && !errors.Is(missing, fs.ErrNotExist):
			err = errors.Join(err, missing)
		}
	}
	return files, err
}

func (c *timesCache) remove(f fs.FileInfo) error {
	if err := os.Remove(filepath.Join(c.dir, f.Name())); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
