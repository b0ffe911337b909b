//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package main

import "errors"

// errInUse refuses a data directory that another server uses.
var errInUse = errors.New("in use by another nearside serve")

// holdDir does nothing where the system has no flock: whoever runs serve there must see to it that each
// has a data directory of its own.
func holdDir(string) (let func() error, err error) { return func() error { return nil }, nil }
