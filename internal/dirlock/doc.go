// Package dirlock keeps a directory for one process.
package dirlock

import "errors"

// ErrInUse refuses a directory that another process holds.
var ErrInUse = errors.New("in use by another nearside")
