package main

import (
	"os"
	"path/filepath"
)

// defaultDataDir is where imported networks, plans and caches are kept unless --data-dir says
// otherwise: nearside in $XDG_DATA_HOME, which is ~/.local/share where it is not set.
func defaultDataDir() string {
	if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "nearside")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "nearside-data" // no home: below the present directory
	}
	return filepath.Join(home, ".local", "share", "nearside")
}
