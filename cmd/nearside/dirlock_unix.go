//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// errInUse refuses a data directory that another server uses.
var errInUse = errors.New("in use by another nearside serve")

// holdDir takes a data directory for one server; the kernel lets go of it when the process ends, however
// it ends. The error wraps errInUse where another has it, and says which process that is.
func holdDir(dir string) (let func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "serve.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("--data-dir %s: %w", dir, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := io.ReadAll(io.LimitReader(f, 20))
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("--data-dir %s: %w (process %s): stop that one, or give this one a directory of its own", dir, errInUse, holder)
		}
		return nil, fmt.Errorf("--data-dir %s: locking: %w", dir, err)
	}
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(fmt.Errorf("--data-dir %s: %w", dir, err), f.Close())
	}
	if _, err := fmt.Fprint(f, os.Getpid()); err != nil {
		return nil, errors.Join(fmt.Errorf("--data-dir %s: %w", dir, err), f.Close())
	}
	return f.Close, nil
}
