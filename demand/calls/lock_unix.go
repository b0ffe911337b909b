//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package calls

import (
	"errors"
	"os"
	"syscall"
)

// lock waits until no other process holds the file and returns what lets go of it. The kernel lets go
// of it too when the process ends.
func lock(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f.Close, nil
}
